// When to say nothing: the least confidence at which a prediction is given, for a wished precision or coverage.

/** What is predicted of a picture, and whether that is right. */
export interface Outcome {
  readonly predicted: number;
  readonly confidence: number;
  readonly right: boolean;
}

/** The share of right ones among the predictions that are given, or the share of pictures that get one. */
export type AbstentionGoal = { readonly precision: number } | { readonly coverage: number };

/** What a threshold brings: how many pictures get a prediction, and how many of these are right. */
export interface Abstention {
  readonly given: number;
  readonly right: number;
  readonly pictures: number;
}

/**
 * The least confidence that reaches the goal with as many predictions as possible; null where no threshold reaches the
 * precision. Pictures of equal confidence are treated alike.
 */
export function leastConfidence(outcomes: readonly Outcome[], goal: AbstentionGoal): number | null {
  const ordered = outcomes.toSorted((a, b) => b.confidence - a.confidence);
  let [right, found]: [number, number | null] = [0, null];
  for (const [i, { confidence, right: hit }] of ordered.entries()) {
    right += hit ? 1 : 0;
    if (ordered[i + 1]?.confidence === confidence) continue;
    const given = i + 1;
    if ("precision" in goal) {
      if (right >= goal.precision * given) found = confidence;
    } else {
      found = confidence;
      if (given >= goal.coverage * ordered.length) break;
    }
  }
  return found;
}

/** One threshold for all classes, or one for the pictures that are taken for each class. */
export function leastConfidences(
  outcomes: readonly Outcome[],
  goal: AbstentionGoal,
  classes: number | undefined,
): (number | null)[] {
  if (classes === undefined) return [leastConfidence(outcomes, goal)];
  return Array.from({ length: classes }, (_, c) =>
    leastConfidence(
      outcomes.filter(({ predicted }) => predicted === c),
      goal,
    ),
  );
}

/** Whether thresholds, one for all or one for each class, let a prediction be given. */
export function isGiven(
  { predicted, confidence }: Pick<Outcome, "predicted" | "confidence">,
  thresholds: readonly (number | null)[],
): boolean {
  const least = thresholds.length === 1 ? thresholds[0]! : thresholds[predicted]!;
  return least !== null && confidence >= least;
}

/** What thresholds bring with these pictures. */
export function abstentionOf(
  outcomes: readonly Outcome[],
  thresholds: readonly (number | null)[],
): Abstention {
  const given = outcomes.filter((outcome) => isGiven(outcome, thresholds));
  return {
    given: given.length,
    right: given.filter(({ right }) => right).length,
    pictures: outcomes.length,
  };
}
