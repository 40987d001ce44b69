// What data and the trainer agree on: batches, passes over them, and the passes that training asks for.
import type { SampleLabels } from "./label-sets.ts";
import type { Shape } from "./shape.ts";
import type { Share } from "./share.ts";
import type { HostTensor } from "./tensor.ts";

/**
 * A batch of samples: inputs [N, ...] and labels: class indices [N], target probabilities [N, C], or of samples with several
 * labels an entry for each, [N, C] of 1, 0 and -1 for what is not known.
 */
export interface Batch {
  readonly images: HostTensor;
  readonly labels: HostTensor;
  /** What the loss is computed with instead of the labels: target probabilities [N, C] of mixed samples. */
  readonly targets?: HostTensor | undefined;
  /** Position of each sample in its data set. */
  readonly indices: readonly number[] | Uint32Array;
  /** Its number in the pass, from 0: a source may leave batches out. Default: one more than that of the last. */
  readonly batch?: number | undefined;
}

/** The batches of one pass over a data set. */
export interface BatchSource<B extends Batch = Batch> extends AsyncIterable<B> {
  /** Batches of a whole pass, the short last one included; what a resumed pass leaves out counts too. */
  readonly length: number;
  /** Samples of a whole pass, where that is known. */
  readonly samples?: number | undefined;
  /** Samples of a full batch, where that is known. */
  readonly batchSize?: number | undefined;
  /** Whose part of each batch comes, where processes share them: length, samples and size are those of the whole. */
  readonly share?: Share | undefined;
}

/** One part of a data set, for those who describe it. */
export interface DataSplit {
  /** The class index of every sample, or the labels of each. */
  readonly labels: SampleLabels;
  /** What sample `index` is called: its path, where it has one. */
  name(index: number): string;
}

/** How a pass may treat the memory of its batches, and whose part of them it is. */
export interface LoaderMemory {
  /**
   * One process's part of batches that are as many times larger as there are processes. The source says that it is one:
   * those that cannot be shared leave this out. Default: the only process.
   */
  readonly share?: Share | undefined;
  /**
   * The memory of a batch is used again as soon as the next one is asked for, which saves several milliseconds a batch:
   * for consumers that are done with a batch by then. Default false.
   */
  readonly reuseMemory?: boolean;
}

/** Data for fitting and testing; a split that is not there is `undefined`. */
export interface TrainerData {
  /** The training batches of `epoch`, from batch `startBatch` (default 0) on; a pure function of both. */
  trainLoader(epoch: number, options?: { readonly startBatch?: number } & LoaderMemory): BatchSource;
  valLoader(options?: LoaderMemory): BatchSource | undefined;
  testLoader(options?: LoaderMemory): BatchSource | undefined;
  /** Class names in the order of the labels. */
  readonly classes?: readonly string[];
  readonly splits?: {
    readonly train: DataSplit;
    readonly val: DataSplit | undefined;
    readonly test: DataSplit | undefined;
  };
  /** Shape of one training input, without the batch axis; undefined where it is not known before the first batch. */
  inputShape?(): Promise<Shape | undefined>;
  /** How pixels became inputs: `(pixel / 255 - mean) / std`, per channel. */
  readonly preprocessing?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** How training samples are drawn; `disabled`: each once an epoch. `worldSize`: processes that share an epoch. */
  readonly options?: { readonly sampler: { readonly mode?: string; readonly worldSize?: number } };
}
