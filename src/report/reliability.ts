// How well probabilities are kept: how often what is said with some confidence is so.

/** Samples whose confidence lies between `from` and `to`. */
export interface ConfidenceBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

const BINS = 10;

/** Bins of equal width, and the expected calibration error over them (Naeini et al. 2015); 0 without samples. */
export function reliability(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean>,
): { readonly bins: readonly ConfidenceBin[]; readonly error: number } {
  const sums = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < confidences.length; i++) {
    const sum = sums[Math.min(BINS - 1, Math.floor(confidences[i]! * BINS))];
    // What is no number is in no bin.
    if (sum === undefined) continue;
    sum.count++;
    sum.confidence += confidences[i]!;
    sum.right += right[i] === true ? 1 : 0;
  }
  const bins = sums.map((sum, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    count: sum.count,
    confidence: sum.count === 0 ? 0 : sum.confidence / sum.count,
    accuracy: sum.count === 0 ? 0 : sum.right / sum.count,
  }));
  const error = bins.reduce(
    (sum, bin) => sum + (Math.abs(bin.accuracy - bin.confidence) * bin.count) / confidences.length,
    0,
  );
  return { bins, error: confidences.length === 0 ? 0 : error };
}
