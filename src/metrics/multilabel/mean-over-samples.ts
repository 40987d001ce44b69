// The mean over samples of a number that each one's labels give.
import type { Accumulator } from "../classification-metric.ts";
import { FromSums, Sums } from "../sums.ts";
import { MultilabelBatch } from "./multilabel-batch.ts";

/** Sum of the numbers, and how many there were. */
export class MeanOverSamples extends FromSums implements Accumulator<MultilabelBatch> {
  readonly key: string;
  readonly batches: typeof MultilabelBatch = MultilabelBatch;
  readonly #values: (batch: MultilabelBatch) => readonly number[];
  protected override readonly sums: Sums<"sum" | "samples"> = new Sums({ sum: [], samples: [] });

  /** @param values one number for each sample that counts */
  constructor(key: string, values: (batch: MultilabelBatch) => readonly number[]) {
    super();
    this.key = key;
    this.#values = values;
  }

  update(batch: MultilabelBatch): void {
    const values = this.#values(batch);
    this.sums.of("sum")[0]! += values.reduce((sum, value) => sum + value, 0);
    this.sums.of("samples")[0]! += values.length;
  }

  /** The mean; NaN without data. */
  mean(): number {
    return this.sums.of("sum")[0]! / this.sums.of("samples")[0]!;
  }
}
