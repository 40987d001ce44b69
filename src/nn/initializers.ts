// Initialisers: how a parameter's first values are drawn.
import { type HostTensor, hostTensor, type RandomStream, type Shape, sizeOf } from "../core/index.ts";

/** Draws a float32 tensor of `shape`. */
export type Initializer = (shape: Shape, random: RandomStream) => HostTensor<"float32">;

function generate(shape: Shape, next: () => number): HostTensor<"float32"> {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = next();
  return hostTensor("float32", shape, data);
}

/** The same value everywhere. */
export function fill(value: number): Initializer {
  return (shape) => generate(shape, () => value);
}

/** Uniform in [-bound, bound). */
export function uniform(bound: number): Initializer {
  return (shape, random) => generate(shape, () => random.uniform(-bound, bound));
}

/**
 * He et al., "Delving Deep into Rectifiers" (2015), for ReLU networks, by fan-out: normal with deviation
 * sqrt(2 / (O kH kW)) for a weight [O, I, kH, kW]; torchvision's choice for the convolutions of ResNets.
 */
export const kaimingNormalFanOut: Initializer = (shape, random) => {
  const deviation = Math.sqrt(2 / (shape[0]! * sizeOf(shape.slice(2))));
  return generate(shape, () => random.normal(0, deviation));
};

/** The same by fan-in: deviation sqrt(2 / (I kH kW)) for a weight [O, I, kH, kW]; torch's default of `kaiming_normal_`. */
export const kaimingNormalFanIn: Initializer = (shape, random) => {
  const deviation = Math.sqrt(2 / sizeOf(shape.slice(1)));
  return generate(shape, () => random.normal(0, deviation));
};

/** Uniform with the deviation of `kaimingNormalFanIn`; torch's default of `kaiming_uniform_`. */
export const kaimingUniformFanIn: Initializer = (shape, random) =>
  uniform(Math.sqrt(6 / sizeOf(shape.slice(1))))(shape, random);

/** Uniform in ±1/sqrt(fan-in), torch's default for the weights and biases of convolutions and linear layers. */
export function uniformFanIn(fanIn: number): Initializer {
  return uniform(1 / Math.sqrt(fanIn));
}

/** Normal with mean 0. */
export function normal(deviation: number): Initializer {
  return (shape, random) => generate(shape, () => random.normal(0, deviation));
}

/** Normal with mean 0, drawn again where it is beyond `bound`, as torch's `trunc_normal_` with its bounds of ±2. */
export function truncatedNormal(deviation: number, bound = 2): Initializer {
  const draw = (random: RandomStream): number => {
    for (;;) {
      const value = random.normal(0, deviation);
      if (Math.abs(value) <= bound) return value;
    }
  };
  return (shape, random) => generate(shape, () => draw(random));
}

/** Glorot and Bengio (2010): uniform in ±sqrt(6 / (fan-in + fan-out)) for a weight [O, I, ...]. */
export const xavierUniform: Initializer = (shape, random) => {
  const area = sizeOf(shape.slice(2));
  const bound = Math.sqrt(6 / ((shape[0]! + shape[1]!) * area));
  return generate(shape, () => random.uniform(-bound, bound));
};
