// True and false positives and negatives of each label, over the entries that are known.
import { PRESENT, UNKNOWN } from "../../core/index.ts";
import type { Accumulator } from "../classification-metric.ts";
import type { Counts } from "../stat-scores.ts";
import { FromSums, Sums } from "../sums.ts";
import { MultilabelBatch } from "./multilabel-batch.ts";
import { type DecisionOptions, decisionOptions } from "./options.ts";

/** Counts of each label; every metric of the same thresholds reads the same ones. */
export class LabelCounts extends FromSums implements Accumulator<MultilabelBatch> {
  readonly key: string;
  readonly batches: typeof MultilabelBatch = MultilabelBatch;
  readonly numLabels: number;
  readonly #options: ReturnType<typeof decisionOptions>;
  protected override readonly sums: Sums<keyof Counts>;

  constructor(options: DecisionOptions) {
    super();
    this.#options = decisionOptions(options);
    this.numLabels = this.#options.numLabels;
    this.key = `label_counts(${this.#options.key})`;
    const shape = [this.numLabels];
    this.sums = new Sums({ tp: shape, fp: shape, tn: shape, fn: shape });
  }

  update(batch: MultilabelBatch): void {
    const { numLabels } = this;
    eachDecision(batch, this.#options, (kind, i) => {
      this.sums.of(kind)[i % numLabels]!++;
    });
  }

  /** The counts of each label. */
  all(): Counts[] {
    const of = (kind: keyof Counts, label: number): number => this.sums.of(kind)[label]!;
    return Array.from({ length: this.numLabels }, (_, label) => ({
      tp: of("tp", label),
      fp: of("fp", label),
      tn: of("tn", label),
      fn: of("fn", label),
    }));
  }

  /** The counts of all labels added up. */
  total(): Counts {
    const sum = (kind: keyof Counts): number => this.sums.of(kind).reduce((total, count) => total + count, 0);
    return { tp: sum("tp"), fp: sum("fp"), tn: sum("tn"), fn: sum("fn") };
  }
}

/** Visits the entries that are known, row by row; `i` is the position in `[N, L]`. */
export function eachDecision(
  batch: MultilabelBatch,
  { numLabels, scores, thresholds }: ReturnType<typeof decisionOptions>,
  visit: (kind: keyof Counts, i: number) => void,
): void {
  const { targets } = batch;
  const probabilities = batch.probabilities(scores, numLabels);
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] === UNKNOWN) continue;
    const predicted = probabilities[i]! > thresholds[i % numLabels]!;
    visit(targets[i] === PRESENT ? (predicted ? "tp" : "fn") : predicted ? "fp" : "tn", i);
  }
}
