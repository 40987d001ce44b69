// The kernels in WebAssembly: the resize with vectors, the others as tight loops over bytes.
import {
  add,
  addDouble,
  addFloat,
  and,
  assembleModule,
  branch,
  type Code,
  countDown,
  type FunctionCode,
  get,
  greaterThan,
  half,
  int,
  intToDouble,
  intToFloat,
  type Local,
  lessThan,
  loadByte,
  loadDouble,
  loadFloat,
  loadInt,
  multiply,
  multiplyDouble,
  select,
  set,
  shiftLeft,
  shiftRight,
  storeByte,
  storeFloat,
  storeInt,
  subtract,
  truncateDouble,
  truncateFloat,
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

const channel = (pixel: Local, index: number): Code => loadByte(get(pixel), index);

/** The luma of the pixel at an address. */
const luma = (pixel: Local): Code =>
  shiftRight(
    add(
      add(multiply(channel(pixel, 0), int(19595)), multiply(channel(pixel, 1), int(38470))),
      add(multiply(channel(pixel, 2), int(7471)), int(0x8000)),
    ),
    int(16),
  );

function sumLuma(): FunctionCode {
  const [source, end, sum] = [0, 1, 2];
  const body = [upTo(source, end, 3, increase(sum, luma(source))), get(sum)];
  return { parameters: 2, ints: 1, vectors: 0, returns: true, body };
}

/** `shift` is a table of 511 floats. */
function saturate(): FunctionCode {
  const [source, end, target, shift, grey, value] = [0, 1, 2, 3, 4, 5];
  const blended = (index: number): Code[] => {
    const entry = add(
      get(shift),
      shiftLeft(add(subtract(channel(source, index), get(grey)), int(255)), int(2)),
    );
    const clipped = select(int(255), get(value), greaterThan(get(value), int(255)));
    return [
      set(value, truncateFloat(addFloat(intToFloat(get(grey)), loadFloat(entry)))),
      // As an unsigned number a negative one is beyond 255 too, but it becomes 0.
      set(value, select(int(0), clipped, lessThan(int(0x7fffffff), get(value)))),
      storeByte(add(get(target), int(index)), get(value)),
    ];
  };
  const body = upTo(
    source,
    end,
    3,
    set(grey, luma(source)),
    ...[0, 1, 2].flatMap(blended),
    increase(target, int(3)),
  );
  return { parameters: 4, ints: 2, vectors: 0, returns: false, body: [body] };
}

/** The tables are those of `hueTables`, in its order. */
function turnHue(): FunctionCode {
  const [source, end, target, turn, hues, saturations, leasts, middles, places] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [r, g, b, greatest, middle, least, order, spread, hue, saturation] = [
    9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
  ];
  const sorted = (place: number, high: Local, mid: Local, low: Local): Code => [
    ...set(order, int(place << 16)),
    ...set(greatest, get(high)),
    ...set(middle, get(mid)),
    ...set(least, get(low)),
  ];
  const below = (a: Local, c: Local): Code => lessThan(get(a), get(c));
  const row = (local: Local): Code => shiftLeft(get(local), int(8));
  const put = (place: number, value: Code): Code =>
    storeByte(add(get(target), loadByte(add(get(places), shiftLeft(get(hue), int(2))), place)), value);
  const factor = loadDouble(add(get(middles), shiftLeft(add(row(saturation), get(hue)), int(3))));
  const body = upTo(
    source,
    end,
    3,
    set(r, channel(source, 0)),
    set(g, channel(source, 1)),
    set(b, channel(source, 2)),
    branch(
      below(r, g),
      branch(below(g, b), sorted(5, b, g, r), branch(below(r, b), sorted(3, g, b, r), sorted(2, g, r, b))),
      branch(below(r, b), sorted(4, b, r, g), branch(below(g, b), sorted(1, r, b, g), sorted(0, r, g, b))),
    ),
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
  return { parameters: 9, ints: 10, vectors: 0, returns: false, body: [body] };
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

/** `tables` are three tables of 256 floats; `plane` is the length of a plane in bytes. */
function toPlanes(): FunctionCode {
  const [source, end, target, plane, tables, to] = [0, 1, 2, 3, 4, 5];
  const value = (index: number): Code =>
    loadFloat(add(get(tables), shiftLeft(channel(source, index), int(2))), index * 1024);
  const body = upTo(
    source,
    end,
    3,
    storeFloat(get(target), value(0)),
    set(to, add(get(target), get(plane))),
    storeFloat(get(to), value(1)),
    storeFloat(add(get(to), get(plane)), value(2)),
    increase(target, int(4)),
  );
  return { parameters: 5, ints: 1, vectors: 0, returns: false, body: [body] };
}

export function vectorModule(): Uint8Array<ArrayBuffer> {
  return assembleModule({
    resizeRows: resizeRows(),
    resizeColumns: resizeColumns(),
    lookUp: lookUp(),
    sumLuma: sumLuma(),
    saturate: saturate(),
    turnHue: turnHue(),
    mirror: mirror(),
    toPlanes: toPlanes(),
  });
}
