// Resampling filters as ONNX nodes: the weight of a pixel by its distance, in units of the filter's scale.
import type { Emitter } from "../../onnx/index.ts";
import type { Interpolation } from "../../transforms/index.ts";

/** A filter that is 0 beyond `support`. */
export interface Filter {
  readonly support: number;
  /** @param distance any shape @returns the weights */
  weights(emit: Emitter, distance: string): string;
}

const absolute = (emit: Emitter, x: string): string => emit.node("Abs", [x]);

const within = (emit: Emitter, x: string, limit: number): string =>
  emit.node("Less", [absolute(emit, x), emit.scalar(limit)]);

const choose = (emit: Emitter, condition: string, then: string, otherwise: string): string =>
  emit.node("Where", [condition, then, otherwise]);

/** sin(pi x) / (pi x), 1 at 0. */
function sinc(emit: Emitter, x: string): string {
  const angle = emit.mul(x, emit.scalar(Math.PI));
  const isZero = emit.node("Equal", [x, emit.scalar(0)]);
  const ratio = emit.node("Div", [emit.node("Sin", [angle]), choose(emit, isZero, emit.scalar(1), angle)]);
  return choose(emit, isZero, emit.scalar(1), ratio);
}

/** c0 + c1 x + c2 x^2 + ... */
function polynomial(emit: Emitter, x: string, coefficients: readonly number[]): string {
  return coefficients
    .slice(0, -1)
    .reduceRight(
      (sum, coefficient) => emit.add(emit.mul(sum, x), emit.scalar(coefficient)),
      emit.scalar(coefficients.at(-1)!),
    );
}

/** Pillow's (src/libImaging/Resample.c). */
export const FILTERS: Readonly<Record<Exclude<Interpolation, "nearest">, Filter>> = {
  box: {
    support: 0.5,
    weights: (emit, x) => {
      const above = emit.node("Greater", [x, emit.scalar(-0.5)]);
      const upTo = emit.node("LessOrEqual", [x, emit.scalar(0.5)]);
      return choose(emit, emit.node("And", [above, upTo]), emit.scalar(1), emit.scalar(0));
    },
  },
  bilinear: {
    support: 1,
    weights: (emit, x) => emit.node("Relu", [emit.sub(emit.scalar(1), absolute(emit, x))]),
  },
  hamming: {
    support: 1,
    weights: (emit, x) => {
      const cosine = emit.node("Cos", [emit.mul(x, emit.scalar(Math.PI))]);
      const window = emit.add(emit.mul(cosine, emit.scalar(0.46)), emit.scalar(0.54));
      return choose(emit, within(emit, x, 1), emit.mul(sinc(emit, x), window), emit.scalar(0));
    },
  },
  bicubic: {
    support: 2,
    weights: (emit, signed) => {
      const x = absolute(emit, signed);
      const near = polynomial(emit, x, [1, 0, -2.5, 1.5]);
      const far = polynomial(emit, x, [2, -4, 2.5, -0.5]);
      const outer = choose(emit, within(emit, x, 2), far, emit.scalar(0));
      return choose(emit, within(emit, x, 1), near, outer);
    },
  },
  lanczos: {
    support: 3,
    weights: (emit, x) => {
      const wide = sinc(emit, emit.mul(x, emit.scalar(1 / 3)));
      return choose(emit, within(emit, x, 3), emit.mul(sinc(emit, x), wide), emit.scalar(0));
    },
  },
};
