// Scales and zero points: how floats become integers of 8 bits, and back.
import { float32, type HostTensor, hostTensor } from "../core/index.ts";
import type { Range } from "./ranges.ts";

/** value = scale (level - zeroPoint), level from 0 to 255. */
export interface Levels {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** A range that is no wider than this is. */
const NARROWEST = 1e-6;

/**
 * Levels for an activation: 0 is one of them, so that padding and what ReLU cuts off are exact.
 * @param anchor a value below 0 that is to be a level too; undefined is given back where the range is too wide for that
 */
export function levelsOf([low, high]: Range, anchor = 0): Levels | undefined {
  const [from, to] = [Math.min(low, anchor, 0), Math.max(high, 0)];
  let scale = Math.max(to - from, NARROWEST) / 255;
  if (anchor < 0) {
    const steps = Math.floor(-anchor / scale);
    if (steps === 0) return undefined;
    scale = -anchor / steps;
  }
  scale = Math.fround(scale);
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

/** A layer's weights as signed integers with a scale for each output channel, its bias as integers of the product's scale. */
export interface QuantizedWeights {
  readonly weight: HostTensor<"int8">;
  readonly scale: HostTensor<"float32">;
  readonly bias: { readonly tensor: HostTensor<"int32">; readonly scale: HostTensor<"float32"> } | undefined;
}

/** Symmetric about 0. `most`: the largest magnitude of a level. `axis`: the output channels'. */
export function quantizeWeights(
  weight: HostTensor<"float32">,
  bias: HostTensor<"float32"> | undefined,
  axis: number,
  inputScale: number,
  most: number,
): QuantizedWeights {
  const channels = weight.shape[axis]!;
  const inner = weight.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const largest = new Float32Array(channels);
  for (const [i, value] of weight.data.entries()) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
  }
  // A bias is 32 bits of the product's scale.
  const scales = largest.map((value, channel) =>
    Math.max(value / most, Math.abs(bias?.data[channel] ?? 0) / (inputScale * 2 ** 30), 1e-20),
  );
  const levels = Int8Array.from(weight.data, (value, i) => {
    const level = Math.round(value / scales[channelOf(i)]!);
    return Math.min(most, Math.max(-most, level));
  });
  const products = scales.map((scale) => scale * inputScale);
  return {
    weight: hostTensor("int8", weight.shape, levels),
    scale: float32([channels], scales),
    bias: bias && {
      tensor: hostTensor(
        "int32",
        [channels],
        Int32Array.from(bias.data, (value, i) => Math.round(value / products[i]!)),
      ),
      scale: float32([channels], products),
    },
  };
}
