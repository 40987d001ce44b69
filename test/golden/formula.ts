// The formula tensors of the golden data: numbers that any implementation can recompute from a name.
import { fnv1a, type HostTensor, hostTensor, type Shape, sizeOf } from "../../src/core/index.ts";

/** The 32-bit word at flat index `i` of the tensor called `name`, whose FNV-1a hash is `hash`. */
export function word(hash: number, i: number): number {
  let x = (hash + Math.imul(i, 0x9e3779b9)) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  x ^= x >>> 16;
  return x >>> 0;
}

/** float32(low + (high - low) word / 2^32) at every index. */
export function fill(name: string, shape: Shape, low: number, high: number): HostTensor<"float32"> {
  const hash = fnv1a(name);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = low + ((high - low) * word(hash, i)) / 2 ** 32;
  return hostTensor("float32", shape, data);
}

/** word mod `below` at every index. */
export function fillInt(name: string, shape: Shape, below: number): HostTensor<"int64"> {
  const hash = fnv1a(name);
  const data = new BigInt64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = BigInt(word(hash, i) % below);
  return hostTensor("int64", shape, data);
}

/** The nearest integer, of two as near the even one, as Python and NumPy round. */
export function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** A float tensor's elements in float64. */
export function widened({ shape, data }: HostTensor<"float32">): HostTensor<"float64"> {
  return hostTensor("float64", shape, Float64Array.from(data));
}

/**
 * The value of the state entry `key`, whose name is `prefix + key`: which range it is drawn from depends on
 * the last component of the key.
 */
export function stateTensor(prefix: string, key: string, shape: Shape, weightGain = 1.2): HostTensor {
  const name = prefix + key;
  const last = key.slice(key.lastIndexOf(".") + 1);
  switch (last) {
    case "num_batches_tracked":
      return hostTensor("int64", shape, new BigInt64Array(sizeOf(shape)));
    case "running_mean":
      return fill(name, shape, -0.1, 0.1);
    case "running_var":
      return fill(name, shape, 0.8, 1.2);
    case "class_token":
    case "pos_embedding":
    case "relative_position_bias_table":
      return fill(name, shape, -0.5, 0.5);
    case "layer_scale":
      return fill(name, shape, 0.1, 0.3);
    case "logit_scale":
      return fill(name, shape, 1.5, 2.5);
  }
  if (last.endsWith("bias")) return fill(name, shape, -0.1, 0.1);
  if (shape.length < 2) return fill(name, shape, 0.8, 1.2);
  const bound = weightGain * Math.sqrt(3 / sizeOf(shape.slice(1)));
  return fill(name, shape, -bound, bound);
}
