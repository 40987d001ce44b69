// A data module of features in memory: the batches of another one, with features in place of pictures.

import type { Batch, BatchSource, LoaderMemory, SampleLabels, TrainerData } from "../../core/index.ts";
import {
  hostTensor,
  labelTensor,
  ONLY_PROCESS,
  type Shape,
  type Share,
  shareOf,
  sizeOf,
} from "../../core/index.ts";
import type { Stage } from "../contracts.ts";
import type { Features } from "./features.ts";

/** Data that can show all its samples as they are, and say in which order epochs show them. */
export interface FeatureSource extends TrainerData {
  /** Positions in the training split of what `epoch` shows. */
  trainOrder(epoch: number): Uint32Array;
  /** All samples of a split in order, without augmentation. */
  evaluationLoader(stage: Stage, options?: LoaderMemory): BatchSource | undefined;
  readonly splits: NonNullable<TrainerData["splits"]>;
  readonly options: NonNullable<TrainerData["options"]> & {
    readonly batchSize: number;
    readonly dropLast: boolean;
  };
}

/** Features of a split with a way to find those of a sample. */
interface IndexedFeatures {
  readonly values: Float32Array;
  /** Without the batch axis. */
  readonly shape: Shape;
  /** Position in the data set -> position among the features. */
  readonly places: ReadonlyMap<number, number>;
}

interface PassOptions {
  readonly dropLast?: boolean;
  readonly startBatch?: number;
  readonly share?: Share | undefined;
}

/**
 * The same samples in the same batches as `source`, as features. A split's features are asked for when its first batch
 * is; where there are none (the run was interrupted) there are no batches.
 */
export class FeatureDataModule implements TrainerData {
  readonly classes?: readonly string[];
  readonly splits: FeatureSource["splits"];
  readonly options: FeatureSource["options"];
  readonly #source: FeatureSource;
  readonly #compute: (stage: Stage) => Promise<Features | undefined>;
  readonly #features = new Map<Stage, Promise<IndexedFeatures | undefined>>();

  constructor(source: FeatureSource, compute: (stage: Stage) => Promise<Features | undefined>) {
    this.#source = source;
    this.#compute = compute;
    if (source.classes !== undefined) this.classes = source.classes;
    this.splits = source.splits;
    this.options = source.options;
  }

  trainLoader(
    epoch: number,
    { startBatch = 0, share }: { readonly startBatch?: number } & LoaderMemory = {},
  ): BatchSource {
    const { dropLast } = this.options;
    return this.#batches("train", this.#source.trainOrder(epoch), { dropLast, startBatch, share });
  }

  valLoader({ share }: LoaderMemory = {}): BatchSource | undefined {
    return this.#evaluationLoader("val", share);
  }

  testLoader({ share }: LoaderMemory = {}): BatchSource | undefined {
    return this.#evaluationLoader("test", share);
  }

  #evaluationLoader(stage: "val" | "test", share: Share | undefined): BatchSource | undefined {
    const split = this.splits[stage];
    if (split === undefined) return undefined;
    return this.#batches(stage, Uint32Array.from(split.labels.keys()), { share });
  }

  #batches(
    stage: Stage,
    order: Uint32Array,
    { dropLast = false, startBatch = 0, share = ONLY_PROCESS }: PassOptions,
  ): BatchSource {
    const batchSize = this.options.batchSize * share.size;
    const length = dropLast ? Math.floor(order.length / batchSize) : Math.ceil(order.length / batchSize);
    const { labels } = this.splits[stage]!;
    const load = (): Promise<IndexedFeatures | undefined> => this.#load(stage);
    return {
      length,
      samples: Math.min(order.length, length * batchSize),
      batchSize,
      share,
      async *[Symbol.asyncIterator]() {
        const features = await load();
        if (features === undefined) return;
        for (let batch = startBatch; batch < length; batch++) {
          const samples = order.subarray(batch * batchSize, (batch + 1) * batchSize);
          const indices = samples
            .subarray(...shareOf(samples.length, share))
            .filter((index) => features.places.has(index));
          if (indices.length > 0) yield { ...gather(features, labels, indices), batch };
        }
      },
    };
  }

  #load(stage: Stage): Promise<IndexedFeatures | undefined> {
    let features = this.#features.get(stage);
    if (features === undefined) {
      features = this.#compute(stage).then((computed) => computed && indexed(computed));
      this.#features.set(stage, features);
    }
    return features;
  }
}

function indexed({ values, indices }: Features): IndexedFeatures {
  const places = new Map(Array.from(indices.data, (index, place) => [index, place]));
  return { values: values.data, shape: values.shape.slice(1), places };
}

function gather(
  { values, shape, places }: IndexedFeatures,
  labels: SampleLabels,
  indices: Uint32Array,
): Batch {
  const size = sizeOf(shape);
  const rows = new Float32Array(indices.length * size);
  for (const [row, index] of indices.entries()) {
    const place = places.get(index)!;
    rows.set(values.subarray(place * size, (place + 1) * size), row * size);
  }
  return {
    images: hostTensor("float32", [indices.length, ...shape], rows),
    labels: labelTensor(labels, indices),
    indices,
  };
}
