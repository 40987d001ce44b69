// Who computes the gradient of a batch: this process alone, or several, each for its share.
import type { Batch, HostTensor } from "../../core/index.ts";
import type { BatchPosition } from "./random-key.ts";

/** What counts of a batch, of one process's share or of the whole. */
export interface BatchWeight {
  readonly samples: number;
  /** What the sum of the losses is divided by. */
  readonly divisor: number;
}

/** Of a batch that processes share: whether the samples of this one count, and how many do of all. */
export interface SharedSamples {
  readonly count: boolean;
  readonly samples: number;
}

/** What came of a process's share of a batch. */
export interface ShareResult {
  /** Of the whole batch: the same for all processes. */
  readonly loss: number;
  /** Of this process's share; undefined where nothing of it counts. */
  readonly logits: HostTensor | undefined;
}

/** Computes the gradients of optimizer steps. Several processes make the same calls in the same order. */
export interface Strategy {
  /** What counts of this process's share. */
  weigh(batch: Batch | undefined): BatchWeight;
  /**
   * Adds the gradients of a micro-batch's share to those of the step (`first`: starts a step).
   * @param batch undefined where this process has nothing of it, such as of a short last one
   * @param whole what counts of the whole batch; default: the processes add it up
   * @param last whether `reduce` comes next: the sums may begin while gradients are still computed. Default false.
   */
  accumulate(
    batch: Batch | undefined,
    first: boolean,
    position: BatchPosition,
    whole?: BatchWeight,
    last?: boolean,
  ): Promise<ShareResult>;
  /** Gives everyone the sum of the gradients: once a step, before they are looked at or applied. */
  reduce(): Promise<void>;
  /** Gives everyone the mean of the averaged weights' statistics, of which this process has seen `batches`. */
  shareStatistics(batches: number): Promise<void>;
}
