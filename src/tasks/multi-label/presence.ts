// Which labels a picture is said to have.

/** The threshold of a label for which none has been chosen. */
export const DEFAULT_THRESHOLD = 0.5;

/** Whether a label is said to be there: its probability is above its threshold, as the metrics have it. */
export function isPresent(probability: number, threshold: number = DEFAULT_THRESHOLD): boolean {
  return probability > threshold;
}
