// The mean of a per-sample loss of the scores.
import { ClassificationBatch } from "./classification-batch.ts";
import type { Accumulator } from "./classification-metric.ts";
import { type ScoreMetricOptions, scoreOptions } from "./score-options.ts";
import { FromSums, Sums } from "./sums.ts";

/**
 * The loss of the sample whose scores are `rows[start .. start + numClasses - 1]`; `logits` says that those are logits
 * where the loss asked for raw scores.
 */
export type SampleLoss = (
  rows: Float32Array,
  start: number,
  numClasses: number,
  label: number,
  logits: boolean,
) => number;

/** Sum of a loss and number of samples. `input` says whether the loss reads raw scores or probabilities. */
export class SampleMean extends FromSums implements Accumulator<ClassificationBatch> {
  readonly key: string;
  readonly batches: typeof ClassificationBatch = ClassificationBatch;
  readonly #options: ReturnType<typeof scoreOptions>;
  readonly #input: "scores" | "probabilities";
  readonly #loss: SampleLoss;
  protected override readonly sums: Sums<"loss" | "samples"> = new Sums({ loss: [], samples: [] });

  constructor(
    name: string,
    options: ScoreMetricOptions,
    input: "scores" | "probabilities",
    loss: SampleLoss,
  ) {
    super();
    this.#options = scoreOptions(options);
    this.key = `${name}(${this.#options.key})`;
    this.#input = input;
    this.#loss = loss;
  }

  update(batch: ClassificationBatch): void {
    const { numClasses, ignoreIndex, scores } = this.#options;
    const samples = batch.counted(numClasses, ignoreIndex);
    const logits = batch.areLogits(scores);
    const rows = this.#input === "scores" ? batch.scores : batch.probabilities(scores);
    let total = 0;
    for (const sample of samples) {
      total += this.#loss(rows, sample * numClasses, numClasses, batch.labels[sample]!, logits);
    }
    this.sums.of("loss")[0]! += total;
    this.sums.of("samples")[0]! += samples.length;
  }

  /** The mean loss; NaN without data. */
  mean(): number {
    return this.sums.of("loss")[0]! / this.sums.of("samples")[0]!;
  }
}
