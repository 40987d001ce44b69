// What the random numbers of a run of a program are drawn by.
import { fnv1a, type HostTensor, hostTensor } from "../../core/index.ts";

/** The place of a batch in the training: its epoch, and the batches before it in that epoch. */
export type BatchPosition = readonly [epoch: number, batch: number];

/** The key of what dropout and its like draw for the batch at a place in the training. */
export function randomKeyOf(seed: number, place: BatchPosition): HostTensor<"int32"> {
  const words = [seed, fnv1a("dropout") ^ Math.floor(seed / 2 ** 32), ...place];
  return hostTensor(
    "int32",
    [4],
    Int32Array.from(words, (word) => word | 0),
  );
}
