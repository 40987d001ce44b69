// Logs the norm of the gradients, of all together and of the parts that they belong to.

import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { type VariableRef, wholeStorage } from "../graph/index.ts";
import { Callback, type EventOf, type FitContext } from "../train/index.ts";

/** Which norms are logged. */
export interface GradientNormOptions {
  /**
   * Norms beside the total: of the top-level parts of the network (`part`) or of the optimizer's parameter groups
   * (`group`); default null: the total alone.
   */
  readonly per?: "part" | "group" | null;
}

const schema = z.strictObject({ per: z.enum(["part", "group"]).nullable().default(null) });

/**
 * L2 norms before clipping: `train/grad_norm`, and `train/grad_norm/<part>` or `train/grad_norm/group_<i>` every
 * `trainer.log_every_n_steps` steps. An epoch's row has the latest.
 */
export class GradientNorm extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "GradientNorm";
  readonly #per: "part" | "group" | null;

  constructor(options: GradientNormOptions = {}) {
    super();
    this.#per = parseOptions("GradientNorm", schema, options).per;
  }

  override async onTrainBatchEnd(
    { gradientNorm }: EventOf<"trainBatchEnd">,
    context: FitContext,
  ): Promise<void> {
    if (gradientNorm === undefined || context.progress.step % context.options.logEveryNSteps !== 0) return;
    context.log({ "train/grad_norm": gradientNorm });
    if (this.#per === null) return;
    const norms = await context.engine.norms(`gradients per ${this.#per}`, this.#variables(context));
    const { gradientScale } = context.engine;
    context.log(
      Object.fromEntries(
        Object.entries(norms).map(([name, norm]) => [`train/grad_norm/${name}`, norm / gradientScale]),
      ),
    );
  }

  /** The gradients by part or group. */
  #variables({ engine }: FitContext): Record<string, VariableRef[]> {
    const { groups } = engine.layout;
    if (this.#per === "group") {
      return Object.fromEntries(groups.map(({ gradients }, i) => [`group_${i}`, [wholeStorage(gradients)]]));
    }
    const parts: Record<string, VariableRef[]> = {};
    for (const { parameters, gradients } of groups) {
      for (const [i, { name }] of parameters.members.entries()) {
        const part = name.split(".", 1)[0]!;
        parts[part] = [...(parts[part] ?? []), gradients.members[i]!];
      }
    }
    return parts;
  }
}
