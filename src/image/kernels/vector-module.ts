// The kernels in WebAssembly, most of them with vectors.
import {
  add,
  assembleModule,
  type Code,
  countDown,
  type FunctionCode,
  get,
  int,
  type Local,
  loadByte,
  loadInt,
  set,
  storeByte,
  storeInt,
  subtract,
  upTo,
  vector,
} from "../../wasm/assembler.ts";
import { PRECISION_BITS } from "./taps.ts";

const HALF = vector.splat(int(1 << (PRECISION_BITS - 1)));
const increase = (local: Local, by: Code): Code => set(local, add(get(local), by));

const fourTimes = (local: Local): Code => add(add(get(local), get(local)), add(get(local), get(local)));

/** The four bytes at an address as four integers. */
const fourBytes = (address: Code): Code => vector.lowShorts(vector.lowBytes(vector.loadInt(address)));

/** Sums to bytes: shifted right, saturated. */
const shifted = (sum: Local): Code => vector.shiftRight(get(sum), int(PRECISION_BITS));

/**
 * `starts` holds, for each pixel of a row, the byte offset of its first tap and the number of taps; `weights` their
 * weights, `step` bytes from one pixel to the next. Four rows at a time: up to three more than `rows` are read and
 * written. The result is written without gaps, `length` bytes a row.
 */
function resizeRows(): FunctionCode {
  const [source, stride, target, rows, width, starts, weights, step, length] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [x, entry, weightRow, from, weight, taps, to, row] = [9, 10, 11, 12, 13, 14, 15, 16];
  const factor = 17;
  const sums = [18, 19, 20, 21];
  const body = countDown(
    rows,
    set(entry, get(starts)),
    set(weightRow, get(weights)),
    set(x, get(width)),
    set(to, get(target)),
    countDown(
      x,
      set(from, add(get(source), loadInt(get(entry)))),
      set(taps, loadInt(get(entry), 4)),
      set(weight, get(weightRow)),
      ...sums.map((sum) => set(sum, HALF)),
      countDown(
        taps,
        set(factor, vector.loadSplat(get(weight))),
        set(row, get(from)),
        ...sums.flatMap((sum) => [
          set(sum, vector.add(get(sum), vector.multiply(fourBytes(get(row)), get(factor)))),
          increase(row, get(stride)),
        ]),
        increase(from, int(3)),
        increase(weight, int(4)),
      ),
      set(row, get(to)),
      ...sums.flatMap((sum) => [
        set(sum, vector.narrowInts(shifted(sum), shifted(sum))),
        set(sum, vector.narrowShorts(get(sum), get(sum))),
        vector.storeThreeBytes(get(row), get(sum)),
        increase(row, get(length)),
      ]),
      increase(to, int(3)),
      increase(entry, int(8)),
      increase(weightRow, get(step)),
    ),
    set(source, add(get(source), fourTimes(stride))),
    set(target, add(get(target), fourTimes(length))),
  );
  return { parameters: 9, ints: 8, vectors: 5, returns: false, body: [body] };
}

/** As `resizeRows`, but down the columns of rows of `length` bytes, sixteen columns at a time. */
function resizeColumns(): FunctionCode {
  const [source, target, length, height, starts, weights, step] = [0, 1, 2, 3, 4, 5, 6];
  const [column, from, weight, taps, first] = [7, 8, 9, 10, 11];
  const [s0, s1, s2, s3, bytes, shorts, factor] = [12, 13, 14, 15, 16, 17, 18];
  const accumulate = (sum: Local, ints: Code): Code =>
    set(sum, vector.add(get(sum), vector.multiply(ints, get(factor))));
  const body = countDown(
    height,
    set(first, add(get(source), loadInt(get(starts)))),
    set(column, int(0)),
    upTo(
      column,
      length,
      16,
      ...[s0, s1, s2, s3].map((sum) => set(sum, HALF)),
      set(from, add(get(first), get(column))),
      set(weight, get(weights)),
      set(taps, loadInt(get(starts), 4)),
      countDown(
        taps,
        set(factor, vector.loadSplat(get(weight))),
        set(bytes, vector.load(get(from))),
        set(shorts, vector.lowBytes(get(bytes))),
        accumulate(s0, vector.lowShorts(get(shorts))),
        accumulate(s1, vector.highShorts(get(shorts))),
        set(shorts, vector.highBytes(get(bytes))),
        accumulate(s2, vector.lowShorts(get(shorts))),
        accumulate(s3, vector.highShorts(get(shorts))),
        increase(from, get(length)),
        increase(weight, int(4)),
      ),
      vector.store(
        add(get(target), get(column)),
        vector.narrowShorts(
          vector.narrowInts(shifted(s0), shifted(s1)),
          vector.narrowInts(shifted(s2), shifted(s3)),
        ),
      ),
    ),
    increase(target, get(length)),
    increase(starts, int(8)),
    increase(weights, get(step)),
  );
  return { parameters: 7, ints: 5, vectors: 7, returns: false, body: [body] };
}

function lookUp(): FunctionCode {
  const [source, end, target, table] = [0, 1, 2, 3];
  const body = upTo(
    source,
    end,
    1,
    storeByte(get(target), loadByte(add(get(table), loadByte(get(source))))),
    increase(target, int(1)),
  );
  return { parameters: 4, ints: 0, vectors: 0, returns: false, body: [body] };
}

/** Channel `index` of the four pixels in `bytes`, as integers. */
const channel = (bytes: Local, index: number): Code => {
  const places = [0, 1, 2, 3].flatMap((pixel) => [pixel * 3 + index, 16, 16, 16]);
  return vector.shuffle(get(bytes), vector.zero, places);
};

/** Four integers of each channel back to twelve bytes, saturated; the last four bytes are of no use. */
function interleave(red: Code, green: Code, blue: Code): Code {
  const planar = vector.narrowShorts(vector.narrowInts(red, green), vector.narrowInts(blue, vector.zero));
  const places = Array.from({ length: 16 }, (_, i) => (i < 12 ? (i % 3) * 4 + Math.floor(i / 3) : 15));
  return vector.shuffle(planar, vector.zero, places);
}

const times = (ints: Code, factor: number): Code => vector.multiply(ints, vector.splat(int(factor)));

/** The luma of four pixels. */
const luma = (red: Code, green: Code, blue: Code): Code =>
  vector.shiftRight(
    vector.add(
      vector.add(times(red, 19595), times(green, 38470)),
      vector.add(times(blue, 7471), vector.splat(int(0x8000))),
    ),
    int(16),
  );

/** `from + factor * (byte - from)`, in float32; `settings` holds the two floats. */
function blend(): FunctionCode {
  const [source, end, target, settings] = [0, 1, 2, 3];
  const [bytes, shorts, from, factor] = [4, 5, 6, 7];
  const blended = (ints: Code): Code => {
    const distance = vector.subtractFloats(vector.toFloats(ints), get(from));
    return vector.truncate(vector.addFloats(get(from), vector.multiplyFloats(get(factor), distance)));
  };
  const both = (widened: Code): Code => [
    ...set(shorts, widened),
    ...vector.narrowInts(blended(vector.lowShorts(get(shorts))), blended(vector.highShorts(get(shorts)))),
  ];
  const body = [
    set(from, vector.loadSplat(get(settings))),
    set(factor, vector.loadSplat(get(settings), 4)),
    upTo(
      source,
      end,
      16,
      set(bytes, vector.load(get(source))),
      vector.store(
        get(target),
        vector.narrowShorts(both(vector.lowBytes(get(bytes))), both(vector.highBytes(get(bytes)))),
      ),
      increase(target, int(16)),
    ),
  ];
  return { parameters: 4, ints: 0, vectors: 4, returns: false, body };
}

/** What lies behind `end` must be zeros, up to four pixels. */
function sumLuma(): FunctionCode {
  const [source, end, bytes, sum] = [0, 1, 2, 3];
  const body = [
    upTo(
      source,
      end,
      12,
      set(bytes, vector.load(get(source))),
      set(sum, vector.add(get(sum), luma(channel(bytes, 0), channel(bytes, 1), channel(bytes, 2)))),
    ),
    [0, 1, 2, 3].map((lane) => vector.lane(get(sum), lane)).reduce(add),
  ];
  return { parameters: 2, ints: 0, vectors: 2, returns: true, body };
}

/** As `blend`, from each pixel's luma; `settings` holds the factor. */
function saturate(): FunctionCode {
  const [source, end, target, settings] = [0, 1, 2, 3];
  const [bytes, red, green, blue, grey, light, factor] = [4, 5, 6, 7, 8, 9, 10];
  const blended = (channel: Local): Code => {
    const distance = vector.toFloats(vector.subtract(get(channel), get(grey)));
    return vector.truncate(vector.addFloats(get(light), vector.multiplyFloats(get(factor), distance)));
  };
  const body = [
    set(factor, vector.loadSplat(get(settings))),
    upTo(
      source,
      end,
      12,
      set(bytes, vector.load(get(source))),
      ...[red, green, blue].map((local, index) => set(local, channel(bytes, index))),
      set(grey, luma(get(red), get(green), get(blue))),
      set(light, vector.toFloats(get(grey))),
      vector.store(get(target), interleave(blended(red), blended(green), blended(blue))),
      increase(target, int(12)),
    ),
  ];
  return { parameters: 4, ints: 0, vectors: 7, returns: false, body };
}

/**
 * The hue turned by `turn` of 256 steps, as Pillow's 8-bit HSV (src/libImaging/Convert.c) has it. Its doubles are
 * float32 here; that this gives the same for every colour and turn is tested.
 */
function turnHue(): FunctionCode {
  const [source, end, target, turn] = [0, 1, 2, 3];
  const [bytes, r, g, b, greatest, light, spread, gap, sector, hue, strength, fraction] = [
    4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  ];
  const [middle, least] = [16, 17];
  const { float, choose, toFloats, truncate, addFloats, subtractFloats, multiplyFloats, divideFloats } =
    vector;
  const ints = (value: number): Code => vector.splat(int(value));
  const below = (left: Local, right: Local): Code => vector.lessThan(get(left), get(right));
  /** By the greatest channel, and by which of the other two is the lesser. */
  const byOrder = (red: [number, number], green: [number, number], blue: [number, number]): Code =>
    choose(
      vector.equal(get(r), get(greatest)),
      choose(below(g, b), float(red[0]), float(red[1])),
      choose(
        vector.equal(get(g), get(greatest)),
        choose(below(r, b), float(green[0]), float(green[1])),
        choose(below(r, g), float(blue[0]), float(blue[1])),
      ),
    );
  const isSector = (...sectors: number[]): Code =>
    sectors.map((index) => vector.equal(get(sector), ints(index))).reduce(vector.or);
  const rounded = (share: Code): Code => truncate(addFloats(multiplyFloats(get(light), share), float(0.5)));
  const placed = (high: number[], low: number[]): Code =>
    choose(isSector(...high), get(greatest), choose(isSector(...low), get(least), get(middle)));
  const body = upTo(
    source,
    end,
    12,
    set(bytes, vector.load(get(source))),
    ...[r, g, b].map((local, index) => set(local, channel(bytes, index))),
    set(greatest, vector.greatest(vector.greatest(get(r), get(g)), get(b))),
    set(least, vector.least(vector.least(get(r), get(g)), get(b))),
    set(light, toFloats(get(greatest))),
    set(spread, toFloats(vector.subtract(get(greatest), get(least)))),
    set(middle, vector.subtract(vector.add(vector.add(get(r), get(g)), get(b)), get(least))),
    // From the greatest channel to the middle one. Grey is 0 / 0 here and below, which becomes 0.
    set(
      gap,
      divideFloats(
        toFloats(vector.subtract(vector.add(get(greatest), get(greatest)), get(middle))),
        get(spread),
      ),
    ),
    set(
      hue,
      addFloats(
        byOrder([-1, 1], [3, 1], [3, 5]),
        multiplyFloats(byOrder([1, -1], [-1, 1], [1, -1]), get(gap)),
      ),
    ),
    set(
      hue,
      addFloats(
        divideFloats(get(hue), float(6)),
        vector.and(vector.floatsLessThan(get(hue), float(0)), float(1)),
      ),
    ),
    set(hue, truncate(multiplyFloats(get(hue), float(255)))),
    set(hue, vector.and(vector.add(get(hue), vector.splat(get(turn))), ints(255))),
    set(strength, truncate(multiplyFloats(divideFloats(get(spread), get(light)), float(255)))),
    set(strength, divideFloats(toFloats(get(strength)), float(255))),
    set(hue, vector.multiply(get(hue), ints(6))),
    set(sector, truncate(divideFloats(toFloats(get(hue)), float(255)))),
    set(
      fraction,
      divideFloats(toFloats(vector.subtract(get(hue), vector.multiply(get(sector), ints(255)))), float(255)),
    ),
    set(
      fraction,
      choose(
        vector.equal(vector.and(get(sector), ints(1)), vector.zero),
        subtractFloats(float(1), get(fraction)),
        get(fraction),
      ),
    ),
    set(middle, rounded(subtractFloats(float(1), multiplyFloats(get(strength), get(fraction))))),
    set(least, rounded(subtractFloats(float(1), get(strength)))),
    vector.store(
      get(target),
      interleave(placed([0, 5, 6], [2, 3]), placed([1, 2], [4, 5]), placed([3, 4], [0, 1, 6])),
    ),
    increase(target, int(12)),
  );
  return { parameters: 4, ints: 0, vectors: 14, returns: false, body: [body] };
}

/** `row` is the length of a row in bytes; each pixel's fourth byte is overwritten by the next pixel. */
function mirror(): FunctionCode {
  const [source, end, target, row, from, rowEnd] = [0, 1, 2, 3, 4, 5];
  const body = upTo(
    source,
    end,
    0,
    set(rowEnd, add(get(source), get(row))),
    set(from, get(rowEnd)),
    upTo(
      source,
      rowEnd,
      3,
      set(from, subtract(get(from), int(3))),
      storeInt(get(target), loadInt(get(from))),
      increase(target, int(3)),
    ),
  );
  return { parameters: 4, ints: 2, vectors: 0, returns: false, body: [body] };
}

/**
 * Three planes of floats, `plane` bytes each: `(byte * scale - mean) / deviation`. `settings` holds the scale, the
 * means and the deviations. Behind a plane up to three floats are overwritten.
 */
function toPlanes(): FunctionCode {
  const [source, end, target, plane, settings, to] = [0, 1, 2, 3, 4, 5];
  const [bytes, scale] = [6, 7];
  const constants = [0, 1, 2].map((index) => ({ mean: 8 + index, deviation: 11 + index }));
  const value = (index: number): Code => {
    const { mean, deviation } = constants[index]!;
    const scaled = vector.multiplyFloats(vector.toFloats(channel(bytes, index)), get(scale));
    return vector.divideFloats(vector.subtractFloats(scaled, get(mean)), get(deviation));
  };
  const body = [
    set(scale, vector.loadSplat(get(settings))),
    ...constants.flatMap(({ mean, deviation }, index) => [
      set(mean, vector.loadSplat(get(settings), 4 + index * 4)),
      set(deviation, vector.loadSplat(get(settings), 16 + index * 4)),
    ]),
    upTo(
      source,
      end,
      12,
      set(bytes, vector.load(get(source))),
      vector.store(get(target), value(0)),
      set(to, add(get(target), get(plane))),
      vector.store(get(to), value(1)),
      vector.store(add(get(to), get(plane)), value(2)),
      increase(target, int(16)),
    ),
  ];
  return { parameters: 5, ints: 1, vectors: 8, returns: false, body };
}

/** The bytes of the WebAssembly module, with one exported function for each kernel; made anew at each call. */
export function vectorModule(): Uint8Array<ArrayBuffer> {
  return assembleModule({
    resizeRows: resizeRows(),
    resizeColumns: resizeColumns(),
    lookUp: lookUp(),
    blend: blend(),
    sumLuma: sumLuma(),
    saturate: saturate(),
    turnHue: turnHue(),
    mirror: mirror(),
    toPlanes: toPlanes(),
  });
}
