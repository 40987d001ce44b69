// What a task is: how labels become a loss and metrics, for pictures of one class each or with several labels.
import type { HostTensor, LabelRange, TaskName } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import type { MetricSets, TaskMetrics } from "./metric-sets.ts";

/** Losses of classification models; each task has some of them. */
export const LOSS_NAMES = ["cross_entropy", "focal", "sigmoid_focal", "bce", "asymmetric"] as const;

/** One of `LOSS_NAMES`. */
export type LossName = (typeof LOSS_NAMES)[number];

/** How a loss is computed; each reads what concerns it. */
export interface LossSettings {
  readonly lossName: LossName;
  /** Share of the target that is spread evenly over the classes, or over yes and no. */
  readonly labelSmoothing: number;
  /** Samples with this class leave the loss. */
  readonly ignoreIndex: number;
  /** Weight of positives in `sigmoid_focal`; null: none. */
  readonly focalAlpha: number | null;
  /** Of `focal` and `sigmoid_focal`. */
  readonly focalGamma: number;
  /** Focusing exponents of present and of absent labels in `asymmetric`, and how much of an absent one's probability is forgiven. */
  readonly asymmetricGammaPositive: number;
  readonly asymmetricGammaNegative: number;
  readonly asymmetricClip: number;
  /** Of each class, or of each label where it is present; default: all 1. */
  readonly classWeights?: ArrayLike<number> | undefined;
}

/** What belongs to how samples are labelled. */
export interface Task {
  readonly name: TaskName;
  /** The losses that go with it. */
  readonly losses: readonly LossName[];
  /** The mean loss of logits [N, C] and of a batch's labels or mixed targets. */
  loss(logits: Value, labels: Value, settings: LossSettings): Value;
  /** What that loss is divided by to be a mean. */
  lossDivisor(labels: HostTensor, settings: LossSettings): number;
  /** What is measured unless a configuration says so. */
  defaultMetrics(labels: LabelRange): MetricSets;
  stageMetrics(metrics: MetricSets["val"], classNames: readonly string[]): TaskMetrics;
}
