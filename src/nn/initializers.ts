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

/** Uniform in ±1/sqrt(fan-in), torch's default for the weights and biases of convolutions and linear layers. */
export function uniformFanIn(fanIn: number): Initializer {
  return uniform(1 / Math.sqrt(fanIn));
}
