// The kernels in WebAssembly, most of them with vectors.
import {
  add,
  addDouble,
  and,
  assembleModule,
  type Code,
  countDown,
  type FunctionCode,
  get,
  half,
  int,
  intToDouble,
  type Local,
  lessThan,
  loadByte,
  loadDouble,
  loadInt,
  multiplyDouble,
  select,
  set,
  shiftLeft,
  storeByte,
  storeInt,
  subtract,
  truncateDouble,
  upTo,
  vector,
} from "./assembler.ts";
import { PRECISION_BITS } from "./taps.ts";

const HALF = vector.splat(int(1 << (PRECISION_BITS - 1)));
const increase = (local: Local, by: Code): Code => set(local, add(get(local), by));

/** The four bytes at an address as four integers. */
const fourBytes = (address: Code): Code => vector.lowShorts(vector.lowBytes(vector.loadInt(address)));

/** Sums to bytes: shifted right, saturated. */
const shifted = (sum: Local): Code => vector.shiftRight(get(sum), int(PRECISION_BITS));

/**
 * `starts` holds, for each pixel of a row, the byte offset of its first tap and the number of taps; `weights` their
 * weights, `step` bytes from one pixel to the next. The result is written without gaps.
 */
function resizeRows(): FunctionCode {
  const [source, stride, target, rows, width, starts, weights, step] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [x, entry, weightRow, from, weight, taps] = [8, 9, 10, 11, 12, 13];
  const sum = 14;
  const body = countDown(
    rows,
    set(entry, get(starts)),
    set(weightRow, get(weights)),
    set(x, get(width)),
    countDown(
      x,
      set(from, add(get(source), loadInt(get(entry)))),
      set(taps, loadInt(get(entry), 4)),
      set(weight, get(weightRow)),
      set(sum, HALF),
      countDown(
        taps,
        set(sum, vector.add(get(sum), vector.multiply(fourBytes(get(from)), vector.loadSplat(get(weight))))),
        increase(from, int(3)),
        increase(weight, int(4)),
      ),
      set(sum, shifted(sum)),
      set(sum, vector.narrowInts(get(sum), get(sum))),
      vector.storeInt(get(target), vector.narrowShorts(get(sum), get(sum))),
      increase(target, int(3)),
      increase(entry, int(8)),
      increase(weightRow, get(step)),
    ),
    increase(source, get(stride)),
  );
  return { parameters: 8, ints: 6, vectors: 1, returns: false, body: [body] };
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

/** The tables are those of `hueTables`, in its order. */
function turnHue(): FunctionCode {
  const [source, end, target, turn, hues, saturations, leasts, middles, places] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [r, g, b, greatest, middle, least, order, spread, hue, saturation] = [
    9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
  ];
  const [greenAboveRed, blueAboveGreen, blueAboveRed] = [19, 20, 21];
  const below = (a: Local, c: Local): Code => lessThan(get(a), get(c));
  const place = (index: number): Code => int(index << 16);
  const redFirst = select(place(4), shiftLeft(get(blueAboveGreen), int(16)), get(blueAboveRed));
  const greenFirst = select(place(5), select(place(3), place(2), get(blueAboveRed)), get(blueAboveGreen));
  const row = (local: Local): Code => shiftLeft(get(local), int(8));
  const put = (place: number, value: Code): Code =>
    storeByte(add(get(target), loadByte(add(get(places), shiftLeft(get(hue), int(2))), place)), value);
  const factor = loadDouble(add(get(middles), shiftLeft(add(row(saturation), get(hue)), int(3))));
  const body = upTo(
    source,
    end,
    3,
    set(r, loadByte(get(source))),
    set(g, loadByte(get(source), 1)),
    set(b, loadByte(get(source), 2)),
    // Sorted without branches: those of a photograph cannot be predicted.
    set(greenAboveRed, below(r, g)),
    set(blueAboveGreen, below(g, b)),
    set(blueAboveRed, below(r, b)),
    set(order, select(greenFirst, redFirst, get(greenAboveRed))),
    set(greatest, select(get(g), get(r), get(greenAboveRed))),
    set(least, select(get(r), get(g), get(greenAboveRed))),
    set(greatest, select(get(b), get(greatest), below(greatest, b))),
    set(least, select(get(b), get(least), below(b, least))),
    set(middle, subtract(subtract(add(add(get(r), get(g)), get(b)), get(greatest)), get(least))),
    set(spread, subtract(get(greatest), get(least))),
    set(
      hue,
      loadByte(add(add(get(hues), get(order)), add(row(spread), subtract(get(greatest), get(middle))))),
    ),
    set(hue, and(add(get(hue), get(turn)), int(255))),
    set(saturation, loadByte(add(get(saturations), add(row(spread), get(greatest))))),
    put(0, get(greatest)),
    put(1, truncateDouble(addDouble(multiplyDouble(intToDouble(get(greatest)), factor), half))),
    put(2, loadByte(add(get(leasts), add(row(saturation), get(greatest))))),
    increase(target, int(3)),
  );
  return { parameters: 9, ints: 13, vectors: 0, returns: false, body: [body] };
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
