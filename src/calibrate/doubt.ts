// When a model had better say nothing.
import type { TaskName } from "../core/index.ts";
import { isGiven } from "./abstention.ts";
import { familiarityOf } from "./familiarity.ts";
import type { Scaling } from "./scaling.ts";

/** How logits become probabilities, and below what the model would rather say nothing. */
export interface Calibration {
  readonly scaling: Scaling;
  /** One for all classes or one for each predicted class; null: never confident. Default: always confident. */
  readonly leastConfidence?: readonly (number | null)[] | undefined;
  /** Below this negative energy a picture is of no kind that the model knows. Default: every picture is. */
  readonly leastFamiliarity?: number | undefined;
}

/** Why a prediction is not to be relied on. */
export type Doubt = "unconfident" | "unfamiliar";

/**
 * Why the model would rather not say what a picture shows; undefined where nothing speaks against it.
 * @param task default `multi_class`
 */
export function doubtOf(
  { leastConfidence, leastFamiliarity }: Calibration,
  logits: Float32Array,
  predicted: number,
  confidence: number,
  task?: TaskName,
): Doubt | undefined {
  if (leastFamiliarity !== undefined && familiarityOf(logits, task) < leastFamiliarity) return "unfamiliar";
  return leastConfidence !== undefined && !isGiven({ predicted, confidence }, leastConfidence)
    ? "unconfident"
    : undefined;
}
