// A data module of features in memory: the batches of another one, with features in place of pictures.

import type { Batch, BatchSource, LoaderMemory, TrainerData } from "../../core/index.ts";
import { hostTensor, type Shape, sizeOf } from "../../core/index.ts";
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

  trainLoader(epoch: number, { startBatch = 0 }: { readonly startBatch?: number } = {}): BatchSource {
    const order = this.#source.trainOrder(epoch);
    const { batchSize, dropLast } = this.options;
    const length = dropLast ? Math.floor(order.length / batchSize) : Math.ceil(order.length / batchSize);
    return this.#batches("train", order, length, startBatch);
  }

  valLoader(): BatchSource | undefined {
    return this.#evaluationLoader("val");
  }

  testLoader(): BatchSource | undefined {
    return this.#evaluationLoader("test");
  }

  #evaluationLoader(stage: "val" | "test"): BatchSource | undefined {
    const split = this.splits[stage];
    if (split === undefined) return undefined;
    const order = Uint32Array.from(split.labels.keys());
    return this.#batches(stage, order, Math.ceil(order.length / this.options.batchSize), 0);
  }

  #batches(stage: Stage, order: Uint32Array, length: number, startBatch: number): BatchSource {
    const { batchSize } = this.options;
    const { labels } = this.splits[stage]!;
    const load = (): Promise<IndexedFeatures | undefined> => this.#load(stage);
    return {
      length,
      samples: Math.min(order.length, length * batchSize),
      batchSize,
      async *[Symbol.asyncIterator]() {
        const features = await load();
        if (features === undefined) return;
        for (let batch = startBatch; batch < length; batch++) {
          const samples = order.subarray(batch * batchSize, (batch + 1) * batchSize);
          const indices = samples.filter((index) => features.places.has(index));
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

function gather({ values, shape, places }: IndexedFeatures, labels: Int32Array, indices: Uint32Array): Batch {
  const size = sizeOf(shape);
  const rows = new Float32Array(indices.length * size);
  for (const [row, index] of indices.entries()) {
    const place = places.get(index)!;
    rows.set(values.subarray(place * size, (place + 1) * size), row * size);
  }
  return {
    images: hostTensor("float32", [indices.length, ...shape], rows),
    labels: hostTensor(
      "int32",
      [indices.length],
      Int32Array.from(indices, (index) => labels[index]!),
    ),
    indices,
  };
}
