// The data module: from splits of a data set to the loaders of training, validation and test.
import * as z from "zod";
import {
  ClassifierTrainingError,
  countClasses,
  type LoaderMemory,
  type Shape,
  type TaskName,
  type TrainerData,
} from "../../core/index.ts";
import type { DecodeOptions } from "../../image/decode.ts";
import type { ImageTensor } from "../../image/image.ts";
import { type BatchTransform, batchTransformSchema } from "../../transforms/batches/batch-transform.ts";
import { isDescribable } from "../../transforms/catalog.ts";
import { describePreprocessing, type Preprocessing } from "../../transforms/preprocessing.ts";
import {
  defaultEvalTransforms,
  defaultTrainTransforms,
  type PictureFormat,
  pictureFormatSchema,
} from "../../transforms/presets.ts";
import { type Transform, transformSchema } from "../../transforms/transform.ts";
import { type CacheKind, chooseCache, keepPictures } from "../caching/cache-choice.ts";
import { defaultCacheFolder } from "../caching/disk-cache.ts";
import { ImageCache } from "../caching/image-cache.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import { type AppliedLabelChanges, applyLabelChanges } from "../label-changes/apply-label-changes.ts";
import { type BadPicturePolicy, DataLoader, type LoaderOptions } from "../loading/loader.ts";
import { type BadPicture, type Pipeline, prepareSample } from "../loading/pipeline.ts";
import { Quarantine } from "../loading/quarantine.ts";
import { defaultWorkers, WorkerPool } from "../loading/worker-pool.ts";
import type { Sampler } from "../sampling/sampler.ts";
import {
  classWeights,
  positiveWeights,
  type SamplerOptions,
  samplerSchema,
  sequentialSampler,
  trainSampler,
} from "../sampling/samplers.ts";
import type { SplitFile } from "../splits/split.ts";
import { checkTrainable, type DataPurpose, missingClasses } from "./trainable.ts";

/** A data set in its parts. All parts have the classes of `train`. */
export interface DatasetSplits {
  readonly train: ImageDataset;
  readonly val: ImageDataset | undefined;
  readonly test: ImageDataset | undefined;
  /** The split that was made or read here, to be kept with the run; undefined where the data came split. */
  readonly split: SplitFile | undefined;
  /** What was left out or looks wrong, one line each. */
  readonly warnings: readonly string[];
  /** The folder that names of pictures in lists of changed labels are relative to. Default: names are as they are. */
  readonly root?: string | undefined;
  /** The list of changed labels that was applied. */
  readonly labelChanges?: AppliedLabelChanges | undefined;
}

/** How the pictures are found. */
export interface OpenOptions {
  /** Whether pictures that do not come split are split. Default true. */
  readonly split?: boolean;
}

/** What every data module can be told: how pictures are prepared, sampled, loaded and cached. */
export interface DataModuleOptions {
  /** Whether each picture has one class, or may have several labels or none. Default "multi_class". */
  readonly task?: TaskName;
  /** Height and width of the network's input. Default 224. */
  readonly imageSize?: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** Worker threads; 0 prepares pictures in the calling thread, as pages do. Default: one per processor core, 4 at most. */
  readonly numWorkers?: number | null;
  /** Batches prepared ahead. Default 2. */
  readonly prefetch?: number;
  /** Seed of order, augmentation and split. Default 42. */
  readonly seed?: number;
  /** Leaves out the last training batch of an epoch where it is not full. Default false. */
  readonly dropLast?: boolean;
  /** Which training pictures an epoch shows. Default: each once, shuffled. */
  readonly sampler?: SamplerOptions;
  /**
   * A file of changed labels: lines such as `{"name": "train/cat/1.jpg", "from": "cat", "to": "dog"}` with paths relative to
   * `root`. Splits stay as they are without it. Default null: none.
   */
  readonly labelChanges?: string | null;
  /** Accepts validation and test splits that lack a class, with a warning. Default false: an error. */
  readonly allowMissingClasses?: boolean;
  /** What to do with a picture that cannot be read. Default "fail". */
  readonly onBadPicture?: BadPicturePolicy | "quarantine";
  /** Where "quarantine" keeps its list, for later runs. Default null: only for this run. */
  readonly quarantineFile?: string | null;
  /**
   * Where prepared pictures are kept: "ram" (shared by the workers, up to half of the memory available), "disk" (for
   * later runs too), "auto" ("ram" if they fit, else "disk"). They are kept as the transforms before the first random
   * one leave them, where that is smaller, else as decoded. The batches are the same. Default "none".
   */
  readonly cache?: CacheKind | "auto";
  /** The folder of the disk cache. Default: `classifier-training/pictures` in the user's cache folder. */
  readonly cacheFolder?: string | null;
  /**
   * "exact": the pixels that Pillow gives. "fast": large JPEGs are halved as they are decoded, as long as twice
   * `imageSize` is left. Default "exact".
   */
  readonly decoding?: "exact" | "fast";
  /** What the default transforms bring pictures to; a run with published weights sets what they expect. */
  readonly pictureFormat?: PictureFormat;
  /** Default: random resized crop, mirror, colour jitter, normalise. */
  readonly trainTransforms?: Transform;
  /** Default: resize, central crop, normalise. */
  readonly valTransforms?: Transform;
  /** Default: `valTransforms`. */
  readonly testTransforms?: Transform;
  /** MixUp and CutMix: one of these is drawn for each training batch. Default none. */
  readonly batchTransforms?: readonly BatchTransform[];
}

/** Options with everything decided but the transforms. */
export type ResolvedDataModuleOptions = Required<
  Omit<DataModuleOptions, "trainTransforms" | "valTransforms" | "testTransforms">
> & {
  readonly trainTransforms?: Transform | undefined;
  readonly valTransforms?: Transform | undefined;
  readonly testTransforms?: Transform | undefined;
};

/** The fields of `DataModuleOptions`, for the schemas of the data modules. */
export const dataModuleFields: {
  readonly [K in keyof Required<ResolvedDataModuleOptions>]: z.ZodType<ResolvedDataModuleOptions[K]>;
} = {
  task: z.enum(["multi_class", "multi_label"]).default("multi_class"),
  imageSize: z.int().min(1).default(224),
  batchSize: z.int().min(1).default(32),
  numWorkers: z.int().min(0).nullable().default(null),
  prefetch: z.int().min(0).default(2),
  seed: z.int().min(0).default(42),
  dropLast: z.boolean().default(false),
  sampler: samplerSchema.prefault({}),
  labelChanges: z.string().min(1).nullable().default(null),
  allowMissingClasses: z.boolean().default(false),
  onBadPicture: z.enum(["fail", "skip", "quarantine"]).default("fail"),
  quarantineFile: z.string().min(1).nullable().default(null),
  cache: z.enum(["none", "ram", "disk", "auto"]).default("none"),
  cacheFolder: z.string().min(1).nullable().default(null),
  decoding: z.enum(["exact", "fast"]).default("exact"),
  pictureFormat: pictureFormatSchema.default({}),
  trainTransforms: transformSchema.optional(),
  valTransforms: transformSchema.optional(),
  testTransforms: transformSchema.optional(),
  batchTransforms: z.array(batchTransformSchema).readonly().default([]),
};

type Part = "train" | "val" | "test";
const PARTS: readonly Part[] = ["train", "val", "test"];

/**
 * Brings a data set to the trainer. Call `setup` once, then ask for loaders as often as needed, and `close` at the
 * end. Subclasses say where the pictures are.
 */
export abstract class DataModule implements TrainerData, AsyncDisposable {
  readonly options: ResolvedDataModuleOptions;
  /** Pictures that could not be read and were left out, by name. */
  readonly badPictures: Map<string, BadPicture> = new Map();
  #splits: DatasetSplits | undefined;
  #sampler: Sampler | undefined;
  #pool: Promise<WorkerPool> | undefined;
  #cache: ImageCache | undefined;
  #quarantine: Quarantine | undefined;
  readonly #transforms: Readonly<Record<Part, Transform>>;
  #pipelines: Readonly<Record<Part, Pipeline>>;

  constructor(options: ResolvedDataModuleOptions) {
    this.options = options;
    const { imageSize, decoding, valTransforms, pictureFormat } = options;
    const val = valTransforms ?? defaultEvalTransforms(imageSize, pictureFormat);
    const train = options.trainTransforms ?? defaultTrainTransforms(imageSize, pictureFormat);
    const test = options.testTransforms ?? val;
    const read: DecodeOptions = decoding === "fast" ? { shrinkTo: 2 * imageSize } : {};
    const pipeline = (transform: Transform): Pipeline => ({ transform, read, seed: options.seed });
    this.#transforms = { train, val, test };
    this.#pipelines = { train: pipeline(train), val: pipeline(val), test: pipeline(test) };
  }

  /** Finds the pictures and their classes. */
  protected abstract openSplits(options?: OpenOptions): Promise<DatasetSplits>;

  /**
   * The pictures in the parts that they come in, for looking at them before anything is trained: what does not come split
   * is all in `train`. Nothing is asked of their number, and `setup` is not needed.
   * @throws ClassifierTrainingError kind "data", what the data set itself throws
   */
  async asTheyLie(): Promise<DatasetSplits> {
    const splits = await this.#open({ split: false });
    return { ...splits, warnings: [...splits.warnings, ...missingClasses(splits)] };
  }

  /**
   * Finds the pictures and, where they are to be trained on, checks that a classifier can be. For evaluation their number and
   * classes do not matter.
   * @param purpose default `training`
   * @throws ClassifierTrainingError kind "data": `SINGLE_CLASS`, `FEWER_THAN_BATCH`, `SPLIT_LACKS_CLASS`, and what
   * the data set itself throws
   */
  async setup(purpose: DataPurpose = "training"): Promise<void> {
    if (this.#splits !== undefined) return;
    const splits = await this.#open();
    const missing = purpose === "training" ? checkTrainable(splits, this.options) : missingClasses(splits);
    if (this.options.onBadPicture === "quarantine")
      this.#quarantine = new Quarantine(this.options.quarantineFile);
    await this.#openCache(splits);
    this.#splits = { ...splits, warnings: [...splits.warnings, ...missing] };
    if (purpose === "training") this.#sampler = this.#trainSampler;
  }

  async #open(options?: OpenOptions): Promise<DatasetSplits> {
    const splits = await this.openSplits(options);
    const { labelChanges } = this.options;
    return labelChanges === null ? splits : applyLabelChanges(splits, labelChanges);
  }

  /** The data set in its parts. */
  get splits(): DatasetSplits {
    if (this.#splits !== undefined) return this.#splits;
    throw new ClassifierTrainingError(
      "failure",
      "DATA_NOT_SET_UP",
      "setup() must be awaited before the data is used",
    );
  }

  /** Class names in the order of the labels, from the training split. */
  get classes(): readonly string[] {
    return this.splits.train.classes;
  }

  /** Training pictures of each class. */
  get classCounts(): Int32Array {
    return countClasses(this.splits.train.labels, this.classes.length);
  }

  /** Class weights for the loss: inverse to the counts, summing to the number of classes. */
  get classWeights(): Float32Array {
    return classWeights(this.classCounts);
  }

  /**
   * Weights of present labels for the loss: how many times as often each is known to be absent, `most` at the most; 1 for one
   * that is never present.
   */
  positiveWeights(most: number): Float32Array {
    const { train } = this.splits;
    return positiveWeights(train.labels, this.classes.length, most);
  }

  /** What is done to a picture before evaluation and prediction; it belongs into every export. */
  get preprocessing(): Preprocessing {
    return describePreprocessing(this.#transforms.val);
  }

  /** Names of what is done to a training picture, in order. */
  get trainTransformNames(): readonly string[] {
    return describePreprocessing(this.#transforms.train).transforms.map(({ name }) => name);
  }

  /** One line each about what was left out or looks wrong. */
  get warnings(): readonly string[] {
    return this.splits.warnings;
  }

  /** The training batches of an epoch, from `startBatch` on. */
  trainLoader(epoch: number, options: { readonly startBatch?: number } & LoaderMemory = {}): DataLoader {
    const { dropLast, batchTransforms, sampler } = this.options;
    const shard = { rank: sampler.rank ?? 0, worldSize: sampler.worldSize ?? 1 };
    const more = { ...options, epoch, dropLast, batchTransforms, shard };
    return this.#loader("train", this.splits.train, this.trainOrder(epoch), more);
  }

  /** Positions in the training split of the pictures that an epoch shows, in order. */
  trainOrder(epoch: number): Uint32Array {
    return this.#trainSampler.order(epoch);
  }

  /** The validation batches, in order; undefined where there is no such split. */
  valLoader(options: LoaderMemory = {}): DataLoader | undefined {
    return this.evaluationLoader("val", options);
  }

  /** The test batches, in order; undefined where there is no such split. */
  testLoader(options: LoaderMemory = {}): DataLoader | undefined {
    return this.evaluationLoader("test", options);
  }

  /** All pictures of a split, in order, under the transforms of evaluation; undefined where there is no such split. */
  evaluationLoader(part: "train" | "val" | "test", options: LoaderMemory = {}): DataLoader | undefined {
    const dataset = this.splits[part];
    const pipeline = part === "test" ? "test" : "val";
    return (
      dataset && this.#loader(pipeline, dataset, sequentialSampler(dataset.labels.length).order(0), options)
    );
  }

  /**
   * One picture as the network is given it.
   * @param epoch augments a training picture as in that epoch; without it, it is shown as a validation picture is
   * @returns [3, height, width]
   * @throws ClassifierTrainingError kind "data" where the picture cannot be read
   */
  async sample(part: "train" | "val" | "test", index: number, epoch?: number): Promise<ImageTensor> {
    const dataset = this.splits[part];
    if (dataset === undefined || !(index >= 0 && index < dataset.labels.length)) {
      throw new ClassifierTrainingError("failure", "NO_SAMPLE", `the ${part} split has no picture ${index}`);
    }
    const source = await dataset.source(index);
    const pipeline = this.#pipelines[part === "train" && epoch === undefined ? "val" : part];
    return prepareSample(pipeline, { source, name: dataset.name(index), epoch: epoch ?? 0, position: index });
  }

  /** The shape [3, height, width] of a training picture as the network is given it; undefined where none can be read. */
  async inputShape(): Promise<Shape | undefined> {
    for (const index of this.trainOrder(0).subarray(0, this.options.batchSize)) {
      try {
        return (await this.sample("train", index, 0)).shape;
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError && error.kind === "data")) throw error;
      }
    }
    return undefined;
  }

  /** Ends the worker threads. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await (await pool)?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openCache(splits: DatasetSplits): Promise<void> {
    const { cache } = this.options;
    if (cache === "none") return;
    const pipelines = { ...this.#pipelines };
    let bytes = 0;
    for (const part of PARTS) {
      const dataset = splits[part];
      if (dataset === undefined) continue;
      const kept = await keepPictures(dataset, pipelines[part]);
      pipelines[part] = kept.pipeline;
      bytes += kept.bytes;
    }
    if ((cache === "auto" ? chooseCache(bytes) : cache) === "ram") this.#cache = new ImageCache();
    else {
      const cacheFolder = this.options.cacheFolder ?? defaultCacheFolder();
      for (const part of PARTS) pipelines[part] = { ...pipelines[part], cacheFolder };
    }
    this.#pipelines = pipelines;
  }

  get #trainSampler(): Sampler {
    const { sampler, seed } = this.options;
    const { labels, classes } = this.splits.train;
    this.#sampler ??= trainSampler(labels, classes, seed, sampler);
    return this.#sampler;
  }

  #loader(
    part: Part,
    dataset: ImageDataset,
    order: Uint32Array,
    more: Pick<
      LoaderOptions,
      "epoch" | "startBatch" | "dropLast" | "batchTransforms" | "shard" | "reuseMemory" | "share"
    >,
  ): DataLoader {
    const { batchSize, prefetch, onBadPicture, numWorkers } = this.options;
    const pipeline = this.#pipelines[part];
    const workers = numWorkers ?? defaultWorkers();
    const threaded = workers > 0 && isDescribable(pipeline.transform);
    return new DataLoader({
      ...more,
      dataset,
      order,
      pipeline,
      batchSize,
      prefetch,
      cache: this.#cache,
      knownBad: this.#quarantine && ((source, name) => this.#quarantine?.find(source, name)),
      onBadPicture: onBadPicture === "fail" ? "fail" : "skip",
      onSkipped: (picture, source) => {
        this.badPictures.set(picture.name, picture);
        this.#quarantine?.add(picture, source);
      },
      pool: threaded ? () => (this.#pool ??= WorkerPool.start(workers)) : undefined,
    });
  }
}
