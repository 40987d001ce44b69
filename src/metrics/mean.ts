// A weighted running mean, for losses and anything else that is one number per batch.
import { ClassifierTrainingError } from "../core/index.ts";
import { optionError } from "./classification-metric.ts";
import type { Metric, MetricDirection } from "./metric.ts";
import { FromSums, Sums } from "./sums.ts";

/** What a NaN value does: `propagate` makes the mean NaN, `ignore` leaves it and its weight out, `error` throws. */
export type NanStrategy = "propagate" | "ignore" | "error";

/** What the mean is called, and what becomes of NaN. */
export interface MeanMetricOptions {
  /** Default `mean`. */
  readonly name?: string | undefined;
  /** Default `1`. */
  readonly unit?: "ratio" | "nats" | "count" | "1" | undefined;
  /** Default `none`. */
  readonly direction?: MetricDirection | undefined;
  /** Default `propagate`: a mean that hides a NaN loss would be a lie. */
  readonly nanStrategy?: NanStrategy | undefined;
}

/** Mean of values, each with a weight (the batch size, say): `sum(weight * value) / sum(weight)`; NaN without data. */
export class MeanMetric
  extends FromSums
  implements Metric<[number | ArrayLike<number>, (number | ArrayLike<number>)?], number>
{
  readonly name: string;
  readonly unit: "ratio" | "nats" | "count" | "1";
  readonly direction: MetricDirection;
  readonly #nanStrategy: NanStrategy;
  protected override readonly sums: Sums<"value" | "weight"> = new Sums({ value: [], weight: [] });

  constructor(options: MeanMetricOptions = {}) {
    super();
    this.name = options.name ?? "mean";
    this.unit = options.unit ?? "1";
    this.direction = options.direction ?? "none";
    this.#nanStrategy = options.nanStrategy ?? "propagate";
    if (!["propagate", "ignore", "error"].includes(this.#nanStrategy)) {
      throw optionError(`nan_strategy is ${this.#nanStrategy}, not one of propagate, ignore, error`);
    }
  }

  /**
   * @param value one value or several
   * @param weight one weight for all of them (default 1), or one for each
   */
  update(value: number | ArrayLike<number>, weight: number | ArrayLike<number> = 1): void {
    const values = typeof value === "number" ? [value] : value;
    if (typeof weight !== "number" && weight.length !== values.length) {
      throw new ClassifierTrainingError(
        "failure",
        "METRIC_INPUT",
        `${weight.length} weights do not fit ${values.length} values`,
      );
    }
    for (let i = 0; i < values.length; i++)
      this.#add(values[i]!, typeof weight === "number" ? weight : weight[i]!);
  }

  #add(value: number, weight: number): void {
    if (Number.isNaN(value) || Number.isNaN(weight)) {
      if (this.#nanStrategy === "ignore") return;
      if (this.#nanStrategy === "error") {
        throw new ClassifierTrainingError("non-finite", "METRIC_NAN", `${this.name} was given a NaN`);
      }
    }
    this.sums.of("value")[0]! += value * weight;
    this.sums.of("weight")[0]! += weight;
  }

  compute(): number {
    return this.sums.of("value")[0]! / this.sums.of("weight")[0]!;
  }
}
