// A small assembler for WebAssembly: expressions as byte lists, functions as lists of statements.

/** Encoded instructions. */
export type Code = readonly number[];

/** A parameter or local variable of a function. */
export type Local = number;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; ) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(last ? byte : byte | 0x80);
    if (last) return bytes;
  }
}

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const unary = (opcode: Code) => (a: Code) => [...a, ...opcode];
const binary = (opcode: Code) => (a: Code, b: Code) => [...a, ...b, ...opcode];
const load =
  (opcode: Code) =>
  (address: Code, offset = 0) => [...address, ...opcode, 0, ...unsigned(offset)];
const store =
  (opcode: Code) =>
  (address: Code, value: Code, offset = 0) => [...address, ...value, ...opcode, 0, ...unsigned(offset)];

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;
type Load = (address: Code, offset?: number) => Code;
type Store = (address: Code, value: Code, offset?: number) => Code;

/** Pushes a local: `local.get`. */
export const get = (local: Local): Code => [0x20, ...unsigned(local)];
/** Puts `value` into a local: `local.set`. */
export const set = (local: Local, value: Code): Code => [...value, 0x21, ...unsigned(local)];
/** A 32-bit integer constant: `i32.const`. */
export const int = (value: number): Code => [0x41, ...signed(value)];
/** `i32.add`, which wraps at 32 bits. */
export const add: Binary = binary([0x6a]);
/** `i32.sub`, which wraps at 32 bits. */
export const subtract: Binary = binary([0x6b]);
/** `i32.lt_u`: 1 or 0, both sides unsigned, as addresses and counts are. */
export const lessThan: Binary = binary([0x49]);
/** `i32.load` at `address + offset`, both in bytes. */
export const loadInt: Load = load([0x28]);
/** `i32.load8_u`: one byte as 0 to 255. */
export const loadByte: Load = load([0x2d]);
/** `i32.store8`: the lowest byte of `value`. */
export const storeByte: Store = store([0x3a]);
/** `i32.store`: the four bytes of `value`. */
export const storeInt: Store = store([0x36]);

/** Instructions on vectors of 128 bits; what is not said otherwise is four 32-bit lanes. */
export const vector = {
  load: load(simd(0x00)) as Load,
  /** Four bytes into the lowest lane, zeros above. */
  loadInt: load(simd(0x5c)) as Load,
  /** One integer into all four lanes. */
  loadSplat: load(simd(0x09)) as Load,
  store: store(simd(0x0b)) as Store,
  /** Stores the lowest three bytes. */
  storeThreeBytes: (address: Code, value: Code): Code => [
    ...[...address, ...value, ...simd(0x59), 0, 0, 0],
    ...[...address, ...value, ...simd(0x58), 0, 2, 2],
  ],
  splat: unary(simd(0x11)) as Unary,
  /** Four integers. */
  ints: (...values: readonly [number, number, number, number]): Code => [
    ...simd(0x0c),
    ...new Uint8Array(Int32Array.of(...values).buffer),
  ],
  /** A float32 in all four lanes. */
  float: (value: number): Code => [...simd(0x0c), ...new Uint8Array(new Float32Array(4).fill(value).buffer)],
  zero: [...simd(0x0c), ...new Array<number>(16).fill(0)] as Code,
  /** The sixteen bytes of `a`, or of `b` from 16 on, at these places. */
  shuffle: (a: Code, b: Code, places: readonly number[]): Code => [...a, ...b, ...simd(0x0d), ...places],
  /** One lane of four integers. */
  lane: (a: Code, index: number): Code => [...a, ...simd(0x1b), index],
  lowBytes: unary(simd(0x89)) as Unary,
  highBytes: unary(simd(0x8a)) as Unary,
  lowShorts: unary(simd(0xa9)) as Unary,
  highShorts: unary(simd(0xaa)) as Unary,
  add: binary(simd(0xae)) as Binary,
  multiply: binary(simd(0xb5)) as Binary,
  subtract: binary(simd(0xb1)) as Binary,
  shiftRight: binary(simd(0xac)) as Binary,
  /** Zeros come in from above. */
  shiftRightUnsigned: binary(simd(0xad)) as Binary,
  /** Integers to 16 bits, saturated. */
  narrowInts: binary(simd(0x85)) as Binary,
  /** 16 bits to unsigned bytes, saturated. */
  narrowShorts: binary(simd(0x66)) as Binary,
  greatest: binary(simd(0xb8)) as Binary,
  least: binary(simd(0xb6)) as Binary,
  /** All bits of a lane where the comparison of integers holds. */
  equal: binary(simd(0x37)) as Binary,
  lessThan: binary(simd(0x39)) as Binary,
  floatsLessThan: binary(simd(0x43)) as Binary,
  and: binary(simd(0x4e)) as Binary,
  or: binary(simd(0x50)) as Binary,
  xor: binary(simd(0x51)) as Binary,
  /** 1 where any bit is set, else 0. */
  anyBit: unary(simd(0x53)) as Unary,
  /** Bits of `a` where `mask` has them, else of `b`. */
  choose: (mask: Code, a: Code, b: Code): Code => [...a, ...b, ...mask, ...simd(0x52)],
  toFloats: unary(simd(0xfa)) as Unary,
  /** Floats to integers, truncated. */
  truncate: unary(simd(0xf8)) as Unary,
  addFloats: binary(simd(0xe4)) as Binary,
  subtractFloats: binary(simd(0xe5)) as Binary,
  multiplyFloats: binary(simd(0xe6)) as Binary,
  divideFloats: binary(simd(0xe7)) as Binary,
} as const;

/** Instructions on two lanes of 64 bits: integers, and float64 made of 32-bit integers. */
export const wide = {
  /** One float64 into both lanes. */
  loadSplat: load(simd(0x0a)) as Load,
  /** A float64 in both lanes. */
  double: (value: number): Code => [...simd(0x0c), ...new Uint8Array(Float64Array.of(value, value).buffer)],
  /** A 64-bit integer in both lanes. */
  long: (value: bigint): Code => [...simd(0x0c), ...new Uint8Array(BigInt64Array.of(value, value).buffer)],
  add: binary(simd(0xf0)) as Binary,
  subtract: binary(simd(0xf1)) as Binary,
  multiply: binary(simd(0xf2)) as Binary,
  divide: binary(simd(0xf3)) as Binary,
  root: unary(simd(0xef)) as Unary,
  negate: unary(simd(0xed)) as Unary,
  lessThan: binary(simd(0x49)) as Binary,
  /** The two lower signed 32-bit integers as float64. */
  fromInts: unary(simd(0xfe)) as Unary,
  /** The two lower unsigned 32-bit integers as float64. */
  fromUnsigned: unary(simd(0xff)) as Unary,
  /** Truncated to signed 32-bit integers in the two lower lanes, zeros above. */
  toInts: unary(simd(0xfc)) as Unary,
  /** Rounded to float32 in the two lower lanes, zeros above. */
  toFloats: unary(simd(0x5e)) as Unary,
  /** Products of the two lower unsigned 32-bit integers, whole. */
  multiplyLow: binary(simd(0xde)) as Binary,
  /** Products of the two higher unsigned 32-bit integers, whole. */
  multiplyHigh: binary(simd(0xdf)) as Binary,
  addLongs: binary(simd(0xce)) as Binary,
  subtractLongs: binary(simd(0xd1)) as Binary,
  shiftLeft: (a: Code, bits: number): Code => [...a, ...int(bits), ...simd(0xcb)],
  /** Zeros come in from above. */
  shiftRight: (a: Code, bits: number): Code => [...a, ...int(bits), ...simd(0xcd)],
  /** All bits of a lane where the comparison of signed integers holds. */
  equal: binary(simd(0xd6)) as Binary,
  greaterThan: binary(simd(0xd9)) as Binary,
} as const;

/** Runs `body` where `condition` is not 0. */
export function when(condition: Code, ...body: readonly Code[]): Code {
  return [...condition, 0x04, 0x40, ...body.flat(), 0x0b];
}

/** Runs `body` while `counter`, which it counts down by one each time, is above 0; at least once. */
export function countDown(counter: Local, ...body: readonly Code[]): Code {
  const step = [...set(counter, subtract(get(counter), int(1))), ...get(counter)];
  return [0x03, 0x40, ...body.flat(), ...step, 0x0d, 0, 0x0b];
}

/** Runs `body` with `index` from its value to below `end`, in steps. */
export function upTo(index: Local, end: Local, step: number, ...body: readonly Code[]): Code {
  const next = set(index, add(get(index), int(step)));
  const again = [...lessThan(get(index), get(end)), 0x0d, 0];
  const loop = [0x03, 0x40, ...body.flat(), ...next, ...again, 0x0b];
  return [...lessThan(get(index), get(end)), 0x04, 0x40, ...loop, 0x0b];
}

const INT = 0x7f;
const VECTOR = 0x7b;

/** A function: so many integer parameters, then integer locals, then vector locals, then its statements. */
export interface FunctionCode {
  readonly parameters: number;
  readonly ints: number;
  readonly vectors: number;
  /** Whether it returns an integer, left by the last statement. */
  readonly returns: boolean;
  readonly body: readonly Code[];
}

const sized = (bytes: Code): number[] => [...unsigned(bytes.length), ...bytes];
const list = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const name = (text: string): number[] => sized([...new TextEncoder().encode(text)]);
const section = (id: number, items: readonly Code[]): number[] => [id, ...sized(list(items))];

/** Limits of a memory that the module may import: at least one page; or one that threads share, of so many at most. */
const memoryLimits = (sharedPages: number | undefined): number[] =>
  sharedPages === undefined ? [0x00, 0x01] : [0x03, 0x01, ...unsigned(sharedPages)];

/**
 * A module of these functions that imports its memory as "memory" of "host".
 *
 * @param sharedPages for a memory that threads share: the pages of 64 KiB that it may grow to
 */
export function assembleModule(
  functions: Readonly<Record<string, FunctionCode>>,
  sharedPages?: number,
): Uint8Array<ArrayBuffer> {
  const codes = Object.values(functions);
  const types = codes.map(({ parameters, returns }) => [
    0x60,
    ...list(new Array<Code>(parameters).fill([INT])),
    ...list(returns ? [[INT]] : []),
  ]);
  const bodies = codes.map(({ ints, vectors, body }) => {
    const locals = list([
      [...unsigned(ints), INT],
      [...unsigned(vectors), VECTOR],
    ]);
    return sized([...locals, ...body.flat(), 0x0b]);
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, [[...name("host"), ...name("memory"), 0x02, ...memoryLimits(sharedPages)]]),
    ...section(
      3,
      codes.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      Object.keys(functions).map((key, index) => [...name(key), 0x00, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}
