// Precision and recall of one label at every threshold: the curve that is drawn, and counts where a slider may stop.

/** One label against its absence. */
export interface LabelCurve {
  /** Recall and precision from the highest threshold down; of many points some. */
  readonly points: readonly (readonly [recall: number, precision: number])[];
  /** The thresholds at which there are counts, ascending: `COMMON_STOPS` and the label's own. */
  readonly stops: readonly number[];
  /** Samples above each stop that have the label, and that have it not. */
  readonly tp: readonly number[];
  readonly fp: readonly number[];
}

/** 0, 0.005, ... 1. */
export const COMMON_STOPS: readonly number[] = Array.from({ length: 201 }, (_, i) => i / 200);
/** Points of a curve that are drawn. */
const MOST_POINTS = 250;

/**
 * @param probabilities of the samples that have the label (`present`) and that have it not
 * @param threshold the label's own
 */
export function labelCurve(
  probabilities: { readonly present: Float32Array; readonly absent: Float32Array },
  threshold: number,
): LabelCurve {
  const present = probabilities.present.filter(Number.isFinite).sort();
  const absent = probabilities.absent.filter(Number.isFinite).sort();
  const stops = [...new Set([...COMMON_STOPS, threshold])].sort((a, b) => a - b);
  return {
    points: thinned(points(present, absent)),
    stops,
    tp: stops.map((stop) => present.length - countUpTo(present, stop)),
    fp: stops.map((stop) => absent.length - countUpTo(absent, stop)),
  };
}

function points(present: Float32Array, absent: Float32Array): [number, number][] {
  const found: [number, number][] = [];
  if (present.length === 0) return found;
  let [hits, alarms] = [0, 0];
  while (hits < present.length) {
    const threshold = Math.max(present[present.length - 1 - hits]!, absent[absent.length - 1 - alarms] ?? 0);
    while (present[present.length - 1 - hits]! >= threshold) hits++;
    while (absent[absent.length - 1 - alarms]! >= threshold) alarms++;
    found.push([hits / present.length, hits / (hits + alarms)]);
  }
  return found;
}

/** The first, the last, and as many between them as are drawn. */
function thinned<T>(all: readonly T[]): T[] {
  const step = (all.length - 1) / (MOST_POINTS - 1);
  return step <= 1 ? [...all] : Array.from({ length: MOST_POINTS }, (_, i) => all[Math.round(i * step)]!);
}

/** How many of ascending float32 values are at most `limit`. */
function countUpTo(values: Float32Array, limit: number): number {
  const rounded = Math.fround(limit);
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= rounded) low = middle + 1;
    else high = middle;
  }
  return low;
}
