// The batches of a pass by their numbers, those that are not there included.
import { type Batch, type HostTensor, hostTensor } from "../../core/index.ts";

/** The outputs of no sample. */
export const NO_LOGITS: HostTensor = hostTensor("float32", [0], new Float32Array());
/** The share of a process that has nothing of a batch. */
export const NO_SAMPLES: Batch = {
  images: NO_LOGITS,
  labels: hostTensor("int32", [0], new Int32Array()),
  indices: [],
};

/** A batch of a pass; undefined where there is nothing of it for this process, or none of its samples can be read. */
export interface NumberedBatch {
  readonly number: number;
  readonly batch: Batch | undefined;
}

/** Batches `from` to before `until` of a source, which is closed then. */
export async function* numberedBatches(
  source: AsyncIterable<Batch>,
  until: number,
  from = 0,
): AsyncGenerator<NumberedBatch, void, undefined> {
  let next = from;
  if (next >= until) return;
  for await (const batch of source) {
    const { batch: number = next } = batch;
    for (; next < Math.min(number, until); next++) yield { number: next, batch: undefined };
    if (number >= until) return;
    yield { number, batch };
    next = number + 1;
    if (next >= until) return;
  }
  for (; next < until; next++) yield { number: next, batch: undefined };
}
