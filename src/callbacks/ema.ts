// Keeps an exponential moving average of the weights, which is then what is evaluated, kept and exported.
import { z } from "zod";
import { Callback, WeightAverage, type WeightAverageOptions } from "../train/index.ts";

const schema = z.strictObject({
  decay: z.number().min(0).lt(1).default(0.9999),
  warmupSteps: z.int().min(0).default(0),
});

/**
 * After every optimizer step t the average is d average + (1 - d) weights, running statistics included, with
 * d = min(decay, (1 + t) / (10 + t)); during the warm-up it is the weights themselves, and t counts from its end.
 * Validation, best weights, test and export use the average, and checkpoints of weights say so; `last` holds both.
 */
export class EMA extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "EMA";
  override readonly weightAverage: WeightAverage;

  constructor(options: WeightAverageOptions = {}) {
    super();
    this.weightAverage = new WeightAverage(schema.parse(options));
  }
}
