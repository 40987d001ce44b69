// The base of classification models: loss, metrics, optimizer and schedule around a network of the subclass.
import * as z from "zod";
import { ClassifierTrainingError, type HostTensor, type LabelRange, type TaskName } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import {
  ClassificationNetwork,
  countFeatures,
  IGNORE_INDEX,
  type Module,
  NearestNeighbors,
  Reclassified,
} from "../nn/index.ts";
import { AdamW, type LearningRateScheduler, type Optimizer, WarmupCosine } from "../optim/index.ts";
import {
  LOSS_NAMES,
  type LossName,
  type LossSettings,
  type MetricSets,
  type ModelMetrics,
  type Task,
  taskOf,
} from "../tasks/index.ts";

/** What every classification model can be given. The learning rate warms up linearly, then follows a cosine. */
export interface ClassificationModelOptions {
  /** Default: as many as the data has. */
  readonly numClasses?: number | null;
  /** Start from pretrained weights: `true` or a name of the catalogue, or a file; default false. */
  readonly pretrained?: boolean | string;
  /**
   * `linear`: the network's own classifier. `knn`: the votes of the nearest training pictures by cached features, whose
   * temperature alone is trained. Default `linear`.
   */
  readonly head?: "linear" | "knn";
  /** Pictures that vote with `knn`; default 20. */
  readonly neighbors?: number;
  /** Peak learning rate; default 5e-4. */
  readonly learningRate?: number;
  /** Decoupled weight decay of AdamW, on all parameters; default 1e-4. */
  readonly weightDecay?: number;
  /** Epochs of linear warm-up before the cosine; default 5. */
  readonly warmupEpochs?: number;
  /** Share of the learning rate at epoch 0; default 1e-3. */
  readonly warmupStartFactor?: number;
  /** Share of the learning rate that the cosine ends at; default 0.05. */
  readonly cosineEtaMinFactor?: number;
  /** Default 0.1. Of several labels: how far present and absent ones are moved towards each other. */
  readonly labelSmoothing?: number;
  /** Samples with this label leave loss and metrics; it may be a class's own index. Default -100. */
  readonly ignoreIndex?: number;
  /**
   * `focal` weighs softmax cross-entropy, weights and smoothing included, by (1 - exp(-it))^gamma. `sigmoid_focal` (Lin et
   * al.) and `bce` train a binary classifier for each class, and so does `asymmetric` (Ridnik et al.), for several labels
   * alone, which cannot be trained by the first two. Default `cross_entropy`.
   */
  readonly lossName?: LossName;
  /** Weight of positives in `sigmoid_focal`, null for none; default 0.25. */
  readonly focalAlpha?: number | null;
  /** Of both focal losses; default 2. */
  readonly focalGamma?: number;
  /** Focusing exponent of present labels in `asymmetric`; default 1. */
  readonly asymmetricGammaPositive?: number;
  /** Focusing exponent of absent labels in `asymmetric`; default 4. */
  readonly asymmetricGammaNegative?: number;
  /** Probability of an absent label that `asymmetric` takes for none; default 0.05. */
  readonly asymmetricClip?: number;
  /**
   * Weigh the loss by inverse class frequency; `auto` does so unless the sampler balances already, which would
   * correct the imbalance twice. Of several labels: `true` weighs a present label by how many times as often it is absent,
   * `auto` does not. Default `auto`.
   */
  readonly classWeights?: boolean | "auto";
  /** Most that a present one of several labels weighs; default 10. */
  readonly maxPositiveWeight?: number;
}

/** The same with every default filled in, as the schemas give them. */
export type ResolvedClassificationModelOptions = Required<ClassificationModelOptions>;

const rate: z.ZodType<number> = z.number().positive();
const share: z.ZodType<number> = z.number().min(0).max(1);

/** The options of a classification model with their defaults, for the schemas of subclasses. */
export const classificationModelFields: {
  readonly [K in keyof ResolvedClassificationModelOptions]: z.ZodType<ResolvedClassificationModelOptions[K]>;
} = {
  numClasses: z.int().min(1).nullable().default(null),
  pretrained: z.union([z.boolean(), z.string().min(1)]).default(false),
  head: z.enum(["linear", "knn"]).default("linear"),
  neighbors: z.int().min(1).default(20),
  learningRate: rate.default(5e-4),
  weightDecay: z.number().min(0).default(1e-4),
  warmupEpochs: z.int().min(0).default(5),
  warmupStartFactor: share.default(1e-3),
  cosineEtaMinFactor: share.default(0.05),
  labelSmoothing: z.number().min(0).max(1).default(0.1),
  ignoreIndex: z.int().default(IGNORE_INDEX),
  lossName: z.enum(LOSS_NAMES).default("cross_entropy"),
  focalAlpha: share.nullable().default(0.25),
  focalGamma: z.number().min(0).default(2),
  asymmetricGammaPositive: z.number().min(0).default(1),
  asymmetricGammaNegative: z.number().min(0).default(4),
  asymmetricClip: z.number().min(0).lt(1).default(0.05),
  classWeights: z.union([z.boolean(), z.literal("auto")]).default("auto"),
  maxPositiveWeight: z.number().min(1).default(10),
};

/** The options of a classification model with nothing of its own. */
export const classificationModelSchema: z.ZodType<ResolvedClassificationModelOptions> =
  z.strictObject(classificationModelFields);

/** What a model learns about the data before its network is built. */
export interface ClassificationTask {
  /** Default `multi_class`. */
  readonly name?: TaskName;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  /** Height and width of the pictures in pixels, where they are fixed. */
  readonly imageSize?: readonly [height: number, width: number] | null;
  /** Pictures of the training split. */
  readonly trainingPictures?: number;
  /** Weight of each class in the loss, or of each label where it is present; default: all 1. */
  readonly classWeights?: ArrayLike<number> | undefined;
  /** What is measured; default: as the task has it. */
  readonly metrics?: MetricSets | undefined;
}

/**
 * A network with loss, metrics (update, compute, reset for `train`, `val` and `test`), optimizer and schedule.
 * Subclasses build the network. `setup` must be called with the classes before anything else.
 */
export abstract class BaseClassificationModel {
  readonly options: ResolvedClassificationModelOptions;
  #task: ClassificationTask | undefined;
  #network: Module | undefined;
  #metrics: ModelMetrics | undefined;

  constructor(options: ResolvedClassificationModelOptions) {
    this.options = options;
  }

  /** Name of the architecture, such as `resnet18`; written into exports. */
  abstract readonly architecture: string;

  /** A network from images [N, 3, H, W] to logits [N, numClasses]. */
  protected abstract buildNetwork(numClasses: number, task: ClassificationTask): Module;

  /** @throws ClassifierTrainingError kind "usage" `NUM_CLASSES` where `numClasses` contradicts the data, `TASK` where the loss or the head do not go with the task */
  setup(task: ClassificationTask): void {
    const { name, losses, defaultMetrics, stageMetrics } = taskOf(task.name ?? "multi_class");
    this.#requireFitting(name, losses);
    const { numClasses } = this.options;
    const found = task.classNames.length;
    if (numClasses !== null && numClasses !== found) {
      throw new ClassifierTrainingError(
        "usage",
        "NUM_CLASSES",
        `model.num_classes is ${numClasses}, the data has ${found} classes`,
        { where: "model.num_classes", hint: "leave it out: it follows the data" },
      );
    }
    this.#task = task;
    const network = this.buildNetwork(found, task);
    this.#network = this.options.head === "knn" ? this.#withNeighbors(network, task) : network;
    const { train, val, test } = task.metrics ?? defaultMetrics(this.labels);
    const measured = (metrics: MetricSets["val"]) => stageMetrics(metrics, task.classNames);
    this.#metrics = { train: measured(train), val: measured(val), test: measured(test) };
  }

  get classNames(): readonly string[] {
    return this.#required(this.#task).classNames;
  }

  /** What labels it can be given. */
  get labels(): LabelRange {
    const { name, classNames } = this.#required(this.#task);
    const range = { numClasses: classNames.length, ignoreIndex: this.options.ignoreIndex };
    return name === "multi_label" ? { ...range, task: name } : range;
  }

  get network(): Module {
    return this.#required(this.#network);
  }

  get metrics(): ModelMetrics {
    return this.#required(this.#metrics);
  }

  /** The loss of logits [N, C] and of labels or mixed targets as batches have them, as configured. */
  loss(logits: Value, labels: Value): Value {
    return this.#taskOf().loss(logits, labels, this.#lossSettings());
  }

  /** What that loss is divided by: the samples that count, in a weighted cross-entropy the weights of their labels. */
  lossDivisor(labels: HostTensor): number {
    return this.#taskOf().lossDivisor(labels, this.#lossSettings());
  }

  /** AdamW over all parameters. */
  createOptimizer(): Optimizer {
    return new AdamW({ weightDecay: this.options.weightDecay });
  }

  get learningRate(): number {
    return this.options.learningRate;
  }

  /** Linear warm-up, then a cosine over the epochs. */
  createScheduler(): LearningRateScheduler {
    const { warmupEpochs, warmupStartFactor, cosineEtaMinFactor } = this.options;
    return new WarmupCosine({ warmupEpochs, warmupStartFactor, cosineEtaMinFactor });
  }

  /** @throws ClassifierTrainingError kind "usage" `KNN_HEAD` where features or pictures cannot be counted */
  #withNeighbors(network: Module, { classNames, imageSize, trainingPictures }: ClassificationTask): Module {
    if (!(network instanceof ClassificationNetwork))
      throw noNeighbors(`${network.constructor.name} does not say which of its parts is the classifier`);
    if (!imageSize) throw noNeighbors("the transforms fix no size of pictures");
    if (trainingPictures === undefined) throw noNeighbors("there are no training pictures");
    const neighbors = new NearestNeighbors({
      samples: trainingPictures,
      features: countFeatures(network, [3, ...imageSize]),
      classes: classNames.length,
      neighbors: this.options.neighbors,
    });
    return new Reclassified(network, neighbors);
  }

  #taskOf(): Task {
    return taskOf(this.#required(this.#task).name ?? "multi_class");
  }

  #lossSettings(): LossSettings {
    return { ...this.options, classWeights: this.#required(this.#task).classWeights };
  }

  /** @throws ClassifierTrainingError kind "usage" `TASK` */
  #requireFitting(task: TaskName, losses: readonly LossName[]): void {
    const { lossName, head } = this.options;
    const refuse = (where: string, message: string, hint: string): never => {
      throw new ClassifierTrainingError("usage", "TASK", message, { where, hint });
    };
    if (!losses.includes(lossName)) {
      const message = `${lossName} is no loss of task=${task}`;
      refuse("model.loss_name", message, `choose ${losses.join(", ")}`);
    }
    if (head === "knn" && task === "multi_label")
      refuse(
        "model.head",
        "neighbours vote for one class each, not for several labels",
        "use model.head=linear",
      );
  }

  #required<T>(part: T | undefined): T {
    if (part !== undefined) return part;
    throw new ClassifierTrainingError(
      "failure",
      "MODEL_NOT_SET_UP",
      "setup() must be called before the model is used",
    );
  }
}

function noNeighbors(reason: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "KNN_HEAD", `no neighbours can vote: ${reason}`, {
    where: "model.head",
    hint: "use model.head=linear",
  });
}
