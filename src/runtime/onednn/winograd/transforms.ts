// Winograd's transforms F(4x4, 3x3) along one axis, written as WebAssembly on vectors of four channels.
import { type Code, get, type Local, set, vector } from "../../../wasm/assembler.ts";

/** A vector on the stack, or zero, which costs nothing. */
export type Lanes = Code | undefined;

/** Statements that are being written, and the locals that they may use for values needed more than once. */
export class Scratch {
  readonly statements: Code[] = [];
  readonly #first: Local;
  #used = 0;

  /** @param first the first of the function's vector locals that are free */
  constructor(first: Local) {
    this.#first = first;
  }

  /** Puts a value into a local; what it gives may be used often. */
  keep(value: Lanes): Lanes {
    if (value === undefined) return undefined;
    const local = this.#first + this.#used++;
    this.statements.push(set(local, value));
    return get(local);
  }

  /** Lets the locals be used again. */
  release(): void {
    this.#used = 0;
  }
}

/** Sum of factors times vectors, from the first on. */
export function sum(...terms: readonly (readonly [factor: number, lanes: Lanes])[]): Lanes {
  let total: Lanes;
  for (const [factor, lanes] of terms) {
    if (lanes === undefined || factor === 0) continue;
    const size = Math.abs(factor);
    const scaled = size === 1 ? lanes : vector.multiplyFloats(lanes, vector.float(size));
    if (total === undefined) {
      total = factor > 0 ? scaled : vector.multiplyFloats(lanes, vector.float(factor));
    } else {
      total = factor > 0 ? vector.addFloats(total, scaled) : vector.subtractFloats(total, scaled);
    }
  }
  return total;
}

/** A linear map along one axis: its operands must be cheap to push, that is kept. */
export interface LinearMap {
  readonly inputs: number;
  readonly outputs: number;
  readonly apply: (scratch: Scratch, operands: readonly Lanes[]) => readonly Lanes[];
}

/**
 * Polynomials are evaluated at 0, A, -A, B, -B and infinity. (Lavin and Gray, "Fast Algorithms for Convolutional
 * Neural Networks", 2016, for the algorithm; the gradient of the filter is the forward map transposed.) Their points are
 * 1 and 2; results with these are half as far from float64.
 */
const [A, B] = [0.625, 1.5];
const [A2, B2] = [A * A, B * B];
/** Lagrange's denominators at 0, at A and -A, at B and -B. */
const [AT_0, AT_A, AT_B] = [1 / (A2 * B2), 1 / (2 * A2 * (A2 - B2)), 1 / (2 * B2 * (B2 - A2))];

const plus = (even: Lanes, odd: Lanes): Lanes => sum([1, even], [1, odd]);
const minus = (even: Lanes, odd: Lanes): Lanes => sum([1, even], [-1, odd]);

/** Six pixels to six points. */
export const INPUT: LinearMap = {
  inputs: 6,
  outputs: 6,
  apply(scratch, [d0, d1, d2, d3, d4, d5]) {
    const [evenA, oddA] = [scratch.keep(sum([1, d4], [-B2, d2])), scratch.keep(sum([A, d3], [-A * B2, d1]))];
    const [evenB, oddB] = [scratch.keep(sum([1, d4], [-A2, d2])), scratch.keep(sum([B, d3], [-B * A2, d1]))];
    return [
      sum([1, d4], [-(A2 + B2), d2], [A2 * B2, d0]),
      plus(evenA, oddA),
      minus(evenA, oddA),
      plus(evenB, oddB),
      minus(evenB, oddB),
      sum([1, d5], [-(A2 + B2), d3], [A2 * B2, d1]),
    ];
  },
};

/** Three taps to six points. */
export const FILTER: LinearMap = {
  inputs: 3,
  outputs: 6,
  apply(scratch, [g0, g1, g2]) {
    const [evenA, oddA] = [scratch.keep(sum([AT_A, g0], [AT_A * A2, g2])), scratch.keep(sum([AT_A * A, g1]))];
    const [evenB, oddB] = [scratch.keep(sum([AT_B, g0], [AT_B * B2, g2])), scratch.keep(sum([AT_B * B, g1]))];
    return [
      sum([AT_0, g0]),
      plus(evenA, oddA),
      minus(evenA, oddA),
      plus(evenB, oddB),
      minus(evenB, oddB),
      g2,
    ];
  },
};

/** Six points to four pixels of the result. */
export const OUTPUT: LinearMap = {
  inputs: 6,
  outputs: 4,
  apply(scratch, [m0, m1, m2, m3, m4, m5]) {
    const [evenA, oddA] = [scratch.keep(plus(m1, m2)), scratch.keep(minus(m1, m2))];
    const [evenB, oddB] = [scratch.keep(plus(m3, m4)), scratch.keep(minus(m3, m4))];
    return [
      sum([1, m0], [1, evenA], [1, evenB]),
      sum([A, oddA], [B, oddB]),
      sum([A2, evenA], [B2, evenB]),
      sum([A2 * A, oddA], [B2 * B, oddB], [1, m5]),
    ];
  },
};

/** Four pixels of the result's gradient to six points: `OUTPUT` transposed. */
export const OUTPUT_GRADIENT: LinearMap = {
  inputs: 4,
  outputs: 6,
  apply(scratch, [y0, y1, y2, y3]) {
    const [evenA, oddA] = [scratch.keep(sum([1, y0], [A2, y2])), scratch.keep(sum([A, y1], [A2 * A, y3]))];
    const [evenB, oddB] = [scratch.keep(sum([1, y0], [B2, y2])), scratch.keep(sum([B, y1], [B2 * B, y3]))];
    return [y0, plus(evenA, oddA), minus(evenA, oddA), plus(evenB, oddB), minus(evenB, oddB), y3];
  },
};

/** Six points to the gradient of three taps: `FILTER` transposed. */
export const FILTER_GRADIENT: LinearMap = {
  inputs: 6,
  outputs: 3,
  apply(scratch, [m0, m1, m2, m3, m4, m5]) {
    const [evenA, oddA] = [scratch.keep(plus(m1, m2)), scratch.keep(minus(m1, m2))];
    const [evenB, oddB] = [scratch.keep(plus(m3, m4)), scratch.keep(minus(m3, m4))];
    return [
      sum([AT_0, m0], [AT_A, evenA], [AT_B, evenB]),
      sum([AT_A * A, oddA], [AT_B * B, oddB]),
      sum([AT_A * A2, evenA], [AT_B * B2, evenB], [1, m5]),
    ];
  },
};
