// The mean over samples of a score of each one's labels.
import { safeDivide } from "../average.ts";
import type { Accumulator } from "../classification-metric.ts";
import type { Counts } from "../stat-scores.ts";
import { FromSums, Sums } from "../sums.ts";
import { eachDecision } from "./label-counts.ts";
import { MultilabelBatch } from "./multilabel-batch.ts";
import { type DecisionOptions, decisionOptions } from "./options.ts";

/** A score made of counts: those of a label, of all labels, or of one sample. */
export type Ratio = (counts: Counts) => number;

/** Sum of a ratio of each sample's counts, and number of samples; those of which nothing is known do not count. */
export class SampleRatios extends FromSums implements Accumulator<MultilabelBatch> {
  readonly key: string;
  readonly batches: typeof MultilabelBatch = MultilabelBatch;
  readonly #options: ReturnType<typeof decisionOptions>;
  readonly #ratio: Ratio;
  protected override readonly sums: Sums<"ratio" | "samples"> = new Sums({ ratio: [], samples: [] });

  /** @param name says which ratio it is */
  constructor(name: string, options: DecisionOptions, ratio: Ratio) {
    super();
    this.#options = decisionOptions(options);
    this.key = `sample_mean(${name},${this.#options.key})`;
    this.#ratio = ratio;
  }

  update(batch: MultilabelBatch): void {
    const { numLabels } = this.#options;
    const counts = Array.from({ length: batch.size }, () => ({ tp: 0, fp: 0, tn: 0, fn: 0 }));
    eachDecision(batch, this.#options, (kind, i) => {
      counts[Math.floor(i / numLabels)]![kind]++;
    });
    const known = counts.filter(({ tp, fp, tn, fn }) => tp + fp + tn + fn > 0);
    this.sums.of("ratio")[0]! += known.reduce((sum, sample) => sum + this.#ratio(sample), 0);
    this.sums.of("samples")[0]! += known.length;
  }

  /** The mean; 0 without data. */
  mean(): number {
    return safeDivide(this.sums.of("ratio")[0]!, this.sums.of("samples")[0]!);
  }
}
