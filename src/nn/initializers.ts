// Initialisers: what a parameter's first values are drawn from.
import { type HostTensor, type RandomStream, type Shape, sizeOf } from "../core/index.ts";
import type { Distribution } from "./drawing/distribution.ts";

/** What the values of a parameter of `shape` are drawn from; or the float32 tensor itself, drawn from `random`. */
export type Initializer = (shape: Shape, random: RandomStream) => Distribution | HostTensor<"float32">;

/** The same value everywhere. */
export function fill(value: number): Initializer {
  return () => ({ kind: "constant", value });
}

/** Uniform in [-bound, bound). */
export function uniform(bound: number): Initializer {
  return () => ({ kind: "uniform", bound });
}

/**
 * He et al., "Delving Deep into Rectifiers" (2015), for ReLU networks, by fan-out: normal with deviation
 * sqrt(2 / (O kH kW)) for a weight [O, I, kH, kW]; torchvision's choice for the convolutions of ResNets.
 */
export const kaimingNormalFanOut: Initializer = (shape) => ({
  kind: "normal",
  deviation: Math.sqrt(2 / (shape[0]! * sizeOf(shape.slice(2)))),
});

/** The same by fan-in: deviation sqrt(2 / (I kH kW)) for a weight [O, I, kH, kW]; torch's default of `kaiming_normal_`. */
export const kaimingNormalFanIn: Initializer = (shape) => ({
  kind: "normal",
  deviation: Math.sqrt(2 / sizeOf(shape.slice(1))),
});

/** Uniform with the deviation of `kaimingNormalFanIn`; torch's default of `kaiming_uniform_`. */
export const kaimingUniformFanIn: Initializer = (shape) => ({
  kind: "uniform",
  bound: Math.sqrt(6 / sizeOf(shape.slice(1))),
});

/** Uniform in ±1/sqrt(fan-in), torch's default for the weights and biases of convolutions and linear layers. */
export function uniformFanIn(fanIn: number): Initializer {
  return uniform(1 / Math.sqrt(fanIn));
}

/** Normal with mean 0. */
export function normal(deviation: number): Initializer {
  return () => ({ kind: "normal", deviation });
}

/** Normal with mean 0, drawn again where it is beyond `bound`, as torch's `trunc_normal_` with its bounds of ±2. */
export function truncatedNormal(deviation: number, bound = 2): Initializer {
  return () => ({ kind: "normal", deviation, bound });
}

/** Glorot and Bengio (2010): uniform in ±sqrt(6 / (fan-in + fan-out)) for a weight [O, I, ...]. */
export const xavierUniform: Initializer = (shape) => {
  const area = sizeOf(shape.slice(2));
  return { kind: "uniform", bound: Math.sqrt(6 / ((shape[0]! + shape[1]!) * area)) };
};
