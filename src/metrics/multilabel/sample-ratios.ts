// The mean over samples of a ratio of each one's counts.
import type { Counts } from "../stat-scores.ts";
import { eachDecision } from "./label-counts.ts";
import { MeanOverSamples } from "./mean-over-samples.ts";
import { type DecisionOptions, decisionOptions } from "./options.ts";

/** A score made of counts: those of a label, of all labels, or of one sample. */
export type Ratio = (counts: Counts) => number;

/**
 * Over the samples of which anything is known.
 * @param name says which ratio it is
 */
export function sampleRatios(name: string, options: DecisionOptions, ratio: Ratio): MeanOverSamples {
  const decisions = decisionOptions(options);
  return new MeanOverSamples(`sample_mean(${name},${decisions.key})`, (batch) => {
    const counts = Array.from({ length: batch.size }, () => ({ tp: 0, fp: 0, tn: 0, fn: 0 }));
    eachDecision(batch, decisions, (kind, i) => {
      counts[Math.floor(i / decisions.numLabels)]![kind]++;
    });
    return counts.filter(({ tp, fp, tn, fn }) => tp + fp + tn + fn > 0).map(ratio);
  });
}
