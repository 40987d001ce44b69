// The base of classification models: loss, metrics, optimizer and schedule around a network of the subclass.
import * as z from "zod";
import {
  ClassifierTrainingError,
  float32,
  type HostTensor,
  type LabelRange,
  toNumbers,
} from "../core/index.ts";
import { constant, type Value } from "../graph/index.ts";
import {
  binaryCrossEntropyWithLogits,
  ClassificationNetwork,
  countFeatures,
  crossEntropy,
  focalLoss,
  IGNORE_INDEX,
  type Module,
  NearestNeighbors,
  oneVsRestTargets,
  Reclassified,
  sigmoidFocalLoss,
} from "../nn/index.ts";
import { AdamW, type LearningRateScheduler, type Optimizer, WarmupCosine } from "../optim/index.ts";
import { ClassificationMetrics, defaultMetrics, type MetricSets } from "./classification-metrics.ts";

const LOSS_NAMES = ["cross_entropy", "focal", "sigmoid_focal", "bce"] as const;

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
  /** Default 0.1. */
  readonly labelSmoothing?: number;
  /** Samples with this label leave loss and metrics; it may be a class's own index. Default -100. */
  readonly ignoreIndex?: number;
  /**
   * `focal` weighs softmax cross-entropy, weights and smoothing included, by (1 - exp(-it))^gamma. `sigmoid_focal` (Lin et
   * al.) and `bce` train a binary classifier for each class. Default `cross_entropy`.
   */
  readonly lossName?: (typeof LOSS_NAMES)[number];
  /** Weight of positives in `sigmoid_focal`, null for none; default 0.25. */
  readonly focalAlpha?: number | null;
  /** Of both focal losses; default 2. */
  readonly focalGamma?: number;
  /**
   * Weigh the loss by inverse class frequency; `auto` does so unless the sampler balances already, which would
   * correct the imbalance twice. Default `auto`.
   */
  readonly classWeights?: boolean | "auto";
}

/** The same with every default filled in, as the schemas give them. */
export type ResolvedClassificationModelOptions = Required<ClassificationModelOptions>;

const rate: z.ZodType<number> = z.number().positive();
const share: z.ZodType<number> = z.number().min(0).max(1);

/** The options of a classification model with their defaults, for the schemas of subclasses. */
export const classificationModelFields: {
  readonly [K in keyof ResolvedClassificationModelOptions]: z.ZodType<ResolvedClassificationModelOptions[K]>;
} = {
  numClasses: z.int().min(2).nullable().default(null),
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
  classWeights: z.union([z.boolean(), z.literal("auto")]).default("auto"),
};

/** The options of a classification model with nothing of its own. */
export const classificationModelSchema: z.ZodType<ResolvedClassificationModelOptions> =
  z.strictObject(classificationModelFields);

/** What a model learns about the data before its network is built. */
export interface ClassificationTask {
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  /** Height and width of the pictures in pixels, where they are fixed. */
  readonly imageSize?: readonly [height: number, width: number] | null;
  /** Pictures of the training split. */
  readonly trainingPictures?: number;
  /** Weight of each class in the loss; default: all 1. */
  readonly classWeights?: ArrayLike<number> | undefined;
  /** What is measured; default: top-1, top-5 and each class' accuracy. */
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
  #metrics: ClassificationMetrics | undefined;

  constructor(options: ResolvedClassificationModelOptions) {
    this.options = options;
  }

  /** Name of the architecture, such as `resnet18`; written into exports. */
  abstract readonly architecture: string;

  /** A network from images [N, 3, H, W] to logits [N, numClasses]. */
  protected abstract buildNetwork(numClasses: number, task: ClassificationTask): Module;

  /** @throws ClassifierTrainingError kind "usage" `NUM_CLASSES` where `numClasses` contradicts the data. */
  setup(task: ClassificationTask): void {
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
    this.#metrics = new ClassificationMetrics(task.classNames, task.metrics ?? defaultMetrics(this.labels));
  }

  get classNames(): readonly string[] {
    return this.#required(this.#task).classNames;
  }

  /** What labels it can be given. */
  get labels(): LabelRange {
    return { numClasses: this.classNames.length, ignoreIndex: this.options.ignoreIndex };
  }

  get network(): Module {
    return this.#required(this.#network);
  }

  get metrics(): ClassificationMetrics {
    return this.#required(this.#metrics);
  }

  /** The loss of logits [N, C] and labels [N] (or target probabilities [N, C]), as configured. */
  loss(logits: Value, labels: Value): Value {
    const { lossName, focalGamma: gamma, focalAlpha: alpha, labelSmoothing, ignoreIndex } = this.options;
    const { classNames, classWeights } = this.#required(this.#task);
    const weight =
      classWeights === undefined
        ? {}
        : { weight: constant(logits.node.graph, float32([classWeights.length], classWeights)) };
    const options = { labelSmoothing, ignoreIndex, ...weight };
    if (lossName === "cross_entropy") return crossEntropy(logits, labels, options);
    if (lossName === "focal") return focalLoss(logits, labels, { ...options, gamma });
    const { targets, mask } = oneVsRestTargets(labels, classNames.length, options);
    return lossName === "bce"
      ? binaryCrossEntropyWithLogits(logits, targets, { ...weight, mask })
      : sigmoidFocalLoss(logits, targets, { ...weight, mask, alpha, gamma });
  }

  /** What that loss is divided by: the samples that count, in a weighted cross-entropy the weights of their labels. */
  lossDivisor({ shape, data }: HostTensor): number {
    if (shape.length !== 1) return shape[0]!;
    const { classWeights } = this.#required(this.#task);
    const weights = this.options.lossName === "cross_entropy" ? classWeights : undefined;
    const counted = toNumbers(data).filter((label) => label !== this.options.ignoreIndex);
    return counted.reduce((sum, label) => sum + (weights?.[label] ?? 1), 0);
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
