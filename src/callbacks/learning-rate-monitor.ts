// Logs the learning rate of every parameter group, and on request its momentum and weight decay.

import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { Callback, type EventOf, type FitContext, type Metrics } from "../train/index.ts";

/** How often rows are logged, and what beside the rate. */
export interface LearningRateMonitorOptions {
  /**
   * `step`: a row every `trainer.log_every_n_steps` steps; `epoch`: in each epoch's row; default null: as often as the
   * scheduler moves on.
   */
  readonly loggingInterval?: "step" | "epoch" | null;
  /** Log the momentum, or beta1 of Adam and its like, too; default false. */
  readonly logMomentum?: boolean;
  /** Log the weight decay too; default false. */
  readonly logWeightDecay?: boolean;
}

const schema = z.strictObject({
  loggingInterval: z.enum(["step", "epoch"]).nullable().default(null),
  logMomentum: z.boolean().default(false),
  logWeightDecay: z.boolean().default(false),
});

/**
 * By Lightning's names: `lr-AdamW/pg1`, `lr-AdamW/pg1-momentum`, `lr-AdamW/pg1-weight_decay`; of an only group
 * `lr-AdamW-momentum` and `lr-AdamW-weight_decay`, its learning rate being the `lr` that every row has. Values are those
 * of the latest optimizer step.
 */
export class LearningRateMonitor extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "LearningRateMonitor";
  readonly #options: z.infer<typeof schema>;

  constructor(options: LearningRateMonitorOptions = {}) {
    super();
    this.#options = parseOptions("LearningRateMonitor", schema, options);
  }

  override async onTrainBatchEnd(event: EventOf<"trainBatchEnd">, context: FitContext): Promise<void> {
    if (event.gradientNorm === undefined) return;
    const interval = this.#options.loggingInterval ?? context.scheduler.interval;
    if (interval === "step" && context.progress.step % context.options.logEveryNSteps !== 0) return;
    const values = this.#values(event, context);
    if (Object.keys(values).length === 0) return;
    if (interval === "step") await context.logStep(values);
    else context.log(values);
  }

  #values({ learningRate, groupRates, momentum }: EventOf<"trainBatchEnd">, { engine }: FitContext): Metrics {
    const { logMomentum, logWeightDecay } = this.#options;
    const { groups } = engine.layout;
    const values: Record<string, number> = {};
    for (const [i, { optimizer, learningRateScale }] of groups.entries()) {
      const name = groups.length === 1 ? `lr-${optimizer.name}` : `lr-${optimizer.name}/pg${i + 1}`;
      const used = momentum ?? optimizer.momentum;
      if (groups.length > 1) values[name] = groupRates?.[i] ?? learningRate * learningRateScale;
      if (logMomentum && used !== undefined) values[`${name}-momentum`] = used;
      if (logWeightDecay) values[`${name}-weight_decay`] = optimizer.weightDecay;
    }
    return values;
  }
}
