// Uniform and normal numbers of a random stream in WebAssembly: the bits of `draw`, from any place of the stream on.
import {
  add,
  assembleModule,
  type Code,
  type FunctionCode,
  get,
  int,
  type Local,
  set,
  upTo,
  vector,
  wide,
} from "../../wasm/assembler.ts";
import { cosine, logarithm } from "./elementary-functions.ts";
import { philoxLanes } from "./philox-lanes.ts";

/** Where settings lie: the key's two words, the first block's number, two float64. */
const KEY = [0, 4] as const;
const FIRST_BLOCK = 8;
const FACTORS = [16, 24] as const;

/** What a kernel is told, as it lies in memory. */
export function encodeSettings(
  key: readonly [number, number],
  firstBlock: number,
  factors: readonly [number, number],
): Uint8Array {
  const settings = new DataView(new ArrayBuffer(32));
  for (const [i, word] of key.entries()) settings.setUint32(KEY[i]!, word, true);
  settings.setUint32(FIRST_BLOCK, firstBlock, true);
  for (const [i, factor] of factors.entries()) settings.setFloat64(FACTORS[i]!, factor, true);
  return new Uint8Array(settings.buffer);
}

const [TARGET, END, SETTINGS] = [0, 1, 2];
const NUMBERS: readonly [Local, Local, Local, Local] = [3, 4, 5, 6];
const COUNTER: readonly [Local, Local, Local, Local] = [7, 8, 9, 10];
const WORK: readonly Local[] = [11, 12, 13, 14, 15, 16, 17, 18];
const [FIRST, SECOND] = [19, 20];
const VECTORS = 18;

/** The next four blocks, in `COUNTER`. */
const nextBlocks: Code = [
  ...set(COUNTER[0], get(NUMBERS[0])),
  ...COUNTER.slice(1).flatMap((word) => set(word, vector.zero)),
  ...set(NUMBERS[1], vector.loadSplat(get(SETTINGS), KEY[0])),
  ...set(NUMBERS[2], vector.loadSplat(get(SETTINGS), KEY[1])),
  ...philoxLanes({
    counter: COUNTER,
    key: [NUMBERS[1], NUMBERS[2]],
    room: [WORK[0]!, WORK[1]!, WORK[2]!, WORK[3]!],
  }),
  ...set(NUMBERS[0], vector.add(get(NUMBERS[0]), vector.splat(int(4)))),
];

const UPPER_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16, 16, 16, 16];
const lanes = (a: Code, half: 0 | 1): Code => (half === 0 ? a : vector.shuffle(a, vector.zero, UPPER_HALF));

/** Uniform float64 in [0, 1) of two blocks, from two words of each. */
const float = (high: Local, low: Local, half: 0 | 1): Code => {
  const part = (word: Local, bits: number): Code =>
    wide.fromUnsigned(lanes(vector.shiftRightUnsigned(get(word), int(bits)), half));
  const whole = wide.add(wide.multiply(part(high, 5), wide.double(2 ** 26)), part(low, 6));
  return wide.multiply(whole, wide.double(2 ** -53));
};

/** The two lower floats of `a`, then those of `b`. */
const joined = (a: Code, b: Code): Code =>
  vector.shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);

const factor = (index: 0 | 1): Code => wide.loadSplat(get(SETTINGS), FACTORS[index]);

/** A function of (target, end, settings) that writes float32 from `target` to below `end`, `step` bytes at a time. */
function filling(step: number, ...body: readonly Code[]): FunctionCode {
  const firstBlocks = vector.add(vector.loadSplat(get(SETTINGS), FIRST_BLOCK), vector.ints(0, 1, 2, 3));
  return {
    parameters: 3,
    ints: 0,
    vectors: VECTORS,
    returns: false,
    body: [set(NUMBERS[0], firstBlocks), upTo(TARGET, END, step, nextBlocks, ...body)],
  };
}

/** low + spread u: two of a block. */
function uniforms(): FunctionCode {
  const [w0, w1, w2, w3] = COUNTER;
  const value = (high: Local, low: Local, half: 0 | 1): Code =>
    wide.toFloats(wide.add(factor(0), wide.multiply(factor(1), float(high, low, half))));
  const four = (half: 0 | 1): Code =>
    vector.shuffle(
      value(w0, w1, half),
      value(w2, w3, half),
      [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
    );
  return filling(32, vector.store(get(TARGET), four(0)), vector.store(add(get(TARGET), int(16)), four(1)));
}

/** deviation sqrt(-2 log(1 - u)) cos(2 pi v), of Box and Muller: one of a block. */
function normals(): FunctionCode {
  const [w0, w1, w2, w3] = COUNTER;
  const two = (to: Local, half: 0 | 1): Code[] => [
    set(to, wide.subtract(wide.double(1), float(w0, w1, half))),
    logarithm(to, WORK),
    set(to, wide.multiply(factor(0), wide.root(wide.multiply(wide.double(-2), get(to))))),
    set(NUMBERS[3], wide.multiply(wide.double(2 * Math.PI), float(w2, w3, half))),
    cosine(NUMBERS[3], WORK),
    set(to, wide.toFloats(wide.add(wide.double(0), wide.multiply(get(to), get(NUMBERS[3]))))),
  ];
  return filling(
    16,
    ...two(FIRST, 0),
    ...two(SECOND, 1),
    vector.store(get(TARGET), joined(get(FIRST), get(SECOND))),
  );
}

/** The functions of the module, and how many values they make of a block. */
export const VALUES_OF_BLOCK = { uniforms: 2, normals: 1 } as const;

let module: Uint8Array<ArrayBuffer> | undefined;

/** The kernels as a module of WebAssembly with the functions of `VALUES_OF_BLOCK`. */
export function drawingModule(): Uint8Array<ArrayBuffer> {
  module ??= assembleModule({ uniforms: uniforms(), normals: normals() });
  return module;
}
