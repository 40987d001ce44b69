// The part of an epoch's order that one of several processes takes: PyTorch's `DistributedSampler` over any sampler.
import * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Sampler } from "./sampler.ts";

/** Which share of every epoch this process takes; by default all of it. */
export interface ShardOptions {
  /** Which of the processes this is, from 0. Default 0. */
  readonly rank?: number;
  /** Number of processes. Default 1. */
  readonly worldSize?: number;
  /**
   * Where the samples cannot be dealt out evenly: true repeats the first ones, false leaves out the last ones.
   * Default true. All processes have the same number of samples either way.
   */
  readonly pad?: boolean;
}

/** The fields of `ShardOptions`, for the schema of the sampler. */
export const shardFields: {
  readonly [K in keyof Required<ShardOptions>]: z.ZodType<Required<ShardOptions>[K]>;
} = {
  rank: z.int().min(0).default(0),
  worldSize: z.int().min(1).default(1),
  pad: z.boolean().default(true),
};

/**
 * Every `worldSize`-th sample of an order that all processes draw alike, from `rank` on.
 * @throws ClassifierTrainingError kind "usage", `SAMPLER_RANK` where there is no such rank or it would have no sample
 */
export function shardedSampler(
  sampler: Sampler,
  { rank = 0, worldSize = 1, pad = true }: ShardOptions,
): Sampler {
  if (rank >= worldSize) {
    const message = `rank ${rank} of ${worldSize} processes`;
    throw new ClassifierTrainingError("usage", "SAMPLER_RANK", message, {
      where: "data.sampler.rank",
      hint: `ranks go from 0 to world_size - 1, here ${worldSize - 1}`,
    });
  }
  if (worldSize === 1) return sampler;
  const length = (pad ? Math.ceil : Math.floor)(sampler.length / worldSize);
  if (length === 0) {
    const message = `${sampler.length} samples are fewer than ${worldSize} processes`;
    throw new ClassifierTrainingError("usage", "SAMPLER_RANK", message, {
      where: "data.sampler.world_size",
      hint: "start fewer processes, or set data.sampler.pad=true",
    });
  }
  return {
    length,
    order: (epoch) => {
      const all = sampler.order(epoch);
      return Uint32Array.from({ length }, (_, i) => all[(i * worldSize + rank) % all.length]!);
    },
  };
}
