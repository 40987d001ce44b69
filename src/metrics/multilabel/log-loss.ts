// The log loss of several labels: binary cross-entropy.
import { PRESENT, UNKNOWN } from "../../core/index.ts";
import { type Averaged, checkAverage, meanOfDefined } from "../average.ts";
import { type Accumulator, ClassificationMetric } from "../classification-metric.ts";
import { EPSILON } from "../log-loss.ts";
import { FromSums, Sums } from "../sums.ts";
import { MultilabelBatch } from "./multilabel-batch.ts";
import { type CheckedOptions, checkedOptions, type MultilabelMetricOptions } from "./options.ts";

/** `micro` is the mean over all known entries, `macro` over labels of the mean of each, `none` one value per label. */
export type LogLossAverage = "micro" | "macro" | "none";

/** What the scores are, and how entries are averaged. */
export interface LabelLogLossOptions<A extends LogLossAverage = "micro"> extends MultilabelMetricOptions {
  /** Default `micro`. */
  readonly average?: A | undefined;
}

/** Sum of losses, and number of known entries, per label. */
class LabelLosses extends FromSums implements Accumulator<MultilabelBatch> {
  readonly key: string;
  readonly batches: typeof MultilabelBatch = MultilabelBatch;
  readonly #options: CheckedOptions;
  protected override readonly sums: Sums<"loss" | "entries">;

  constructor(options: MultilabelMetricOptions) {
    super();
    this.#options = checkedOptions(options);
    this.key = `log_loss(${this.#options.key})`;
    const shape = [this.#options.numLabels];
    this.sums = new Sums({ loss: shape, entries: shape });
  }

  update(batch: MultilabelBatch): void {
    const { numLabels, scores } = this.#options;
    const loss = batch.areLogits(scores, numLabels) ? ofLogit : ofProbability;
    batch.targets.forEach((target, i) => {
      if (target === UNKNOWN) return;
      this.sums.of("loss")[i % numLabels]! += loss(batch.scores[i]!, target === PRESENT);
      this.sums.of("entries")[i % numLabels]!++;
    });
  }

  get losses(): Float64Array {
    return this.sums.of("loss");
  }

  get entries(): Float64Array {
    return this.sums.of("entries");
  }
}

/**
 * Mean of `-log(probability of the answer)` over known entries, in nats: with `micro` the loss that is called binary cross-entropy.
 * Logits lose nothing, however large; given probabilities, and what is left to 1, are raised to at least float32 epsilon. Of each
 * label it is scikit-learn's `log_loss` of two classes. NaN without data, and labels of which nothing is known leave the mean.
 */
export class MultilabelLogLoss<A extends LogLossAverage = "micro"> extends ClassificationMetric<
  LabelLosses,
  Averaged<A>
> {
  readonly average: A;

  constructor(options: LabelLogLossOptions<A>) {
    super({ name: "log_loss", unit: "nats", direction: "lower" }, new LabelLosses(options));
    this.average = options.average ?? ("micro" as A);
    checkAverage(this.average, ["micro", "macro", "none"]);
  }

  compute(): Averaged<A> {
    return this.#compute() as Averaged<A>;
  }

  #compute(): number | Float64Array {
    const { losses, entries } = this.accumulator;
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    if (this.average === "micro") return sum(losses) / sum(entries);
    const means = losses.map((loss, label) => loss / entries[label]!);
    return this.average === "none" ? means : meanOfDefined(means);
  }
}

/** softplus of the logit of the other answer. */
function ofLogit(logit: number, present: boolean): number {
  const other = present ? -logit : logit;
  return Math.max(other, 0) + Math.log1p(Math.exp(-Math.abs(other)));
}

function ofProbability(probability: number, present: boolean): number {
  return -Math.log(Math.max(present ? probability : 1 - probability, EPSILON));
}
