// Keeps an exponential moving average of the weights, which is then what is evaluated, kept and exported.
import type * as z from "zod";
import { Callback, WeightAverage, type WeightAverageOptions, weightAverageSchema } from "../train/index.ts";

/**
 * After every optimizer step t the average is d average + (1 - d) weights, running statistics included, with
 * d = min(decay, (1 + t) / (10 + t)); during the warm-up it is the weights themselves, and t counts from its end.
 * Validation, best weights, test and export use the average, and checkpoints of weights say so; `last` holds both.
 */
export class EMA extends Callback {
  static readonly schema: z.ZodType = weightAverageSchema;
  override readonly stateKey = "EMA";
  override readonly weightAverage: WeightAverage;

  constructor(options: WeightAverageOptions = {}) {
    super();
    this.weightAverage = new WeightAverage(options);
  }
}
