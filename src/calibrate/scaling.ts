// From logits to probabilities that are as high as they are right: logits divided by a temperature, or scaled class by class.
import type { LabelSets, SampleLabels, TaskName } from "../core/index.ts";
import { activated } from "../tasks/activation.ts";

/** What is done to logits before they become probabilities; `per_label` is for pictures with several labels. */
export type Scaling =
  | { readonly method: "temperature"; readonly temperature: number }
  | { readonly method: "vector"; readonly scale: readonly number[]; readonly bias: readonly number[] }
  | { readonly method: "per_label"; readonly temperatures: readonly number[] };

/** Names of the methods. */
export type ScalingMethod = Scaling["method"];

/** Pictures whose class or labels are known, and what a model says of them. */
export interface LabelledLogits<L extends SampleLabels = Int32Array> {
  /** Row-major [N, classes]. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** [N], each in 0..classes-1, or the labels of each picture. */
  readonly labels: L;
}

/** And of those with several labels. */
export type LogitsOfSets = LabelledLogits<LabelSets>;

/**
 * The probabilities of one picture, its logits scaled first where there is a scaling.
 * @param task default `multi_class`
 */
export function probabilitiesOf(logits: Float32Array, scaling?: Scaling, task?: TaskName): Float64Array {
  return activated(
    Float64Array.from(logits, (logit, c) => scaledLogit(logit, c, scaling)),
    task,
  );
}

/** A logit of class or label `c` as its probability is made of it. */
export function scaledLogit(logit: number, c: number, scaling: Scaling | undefined): number {
  if (scaling === undefined) return logit;
  if (scaling.method === "temperature") return logit / scaling.temperature;
  if (scaling.method === "per_label") return logit / scaling.temperatures[c]!;
  return logit * scaling.scale[c]! + scaling.bias[c]!;
}
