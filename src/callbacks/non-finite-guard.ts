// What is done where a loss, a gradient or the weights are not finite: stop, skip the step, or roll back.

import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  type Json,
  type NonFinite,
  type NonFiniteAction,
  type NonFinitePolicy,
} from "../train/index.ts";

/** What is done about it, and how often before it is too much. */
export interface NonFiniteGuardOptions {
  /** Default `stop`. */
  readonly action?: NonFiniteAction;
  /** Steps in a row that may be skipped before the fit ends; default 10. */
  readonly maxSkips?: number;
  /** How often a fit may be rolled back before it ends; default 3. */
  readonly maxRollBacks?: number;
}

const schema = z.strictObject({
  action: z.enum(["stop", "skip", "roll_back"]).default("stop"),
  maxSkips: z.int().min(1).default(10),
  maxRollBacks: z.int().min(1).default(3),
});

/**
 * `stop` ends the fit with an error at that step. `skip` leaves the step's update out: weights, moments, averages and
 * running statistics stay as they were. `roll_back` goes back to the state at the beginning of the epoch (of the part of
 * it, in a resumed run) and on with the next batch. Counts are logged as `train/skipped_steps` and `train/roll_backs`,
 * and lie in checkpoints. Weights that a step has made infinite cannot be skipped: `skip` then stops.
 */
export class NonFiniteGuard extends Callback implements NonFinitePolicy {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "NonFiniteGuard";
  readonly action: NonFiniteAction;
  override readonly nonFinitePolicy: NonFinitePolicy | undefined;
  readonly #limit: number;
  #inARow = 0;
  #skipped = 0;
  #rolledBack = 0;

  constructor(options: NonFiniteGuardOptions = {}) {
    super();
    const { action, maxSkips, maxRollBacks } = parseOptions("NonFiniteGuard", schema, options);
    this.action = action;
    this.#limit = action === "skip" ? maxSkips : maxRollBacks;
    this.nonFinitePolicy = action === "stop" ? undefined : this;
  }

  /** Steps left out and roll backs so far. */
  get counts(): { readonly skipped: number; readonly rolledBack: number } {
    return { skipped: this.#skipped, rolledBack: this.#rolledBack };
  }

  recovers(_found: NonFinite): boolean {
    return (this.action === "skip" ? this.#inARow : this.#rolledBack) < this.#limit;
  }

  override state(): Json {
    return { inARow: this.#inARow, ...this.counts };
  }

  override loadState(state: Json): void {
    const saved = state as { inARow: number; skipped: number; rolledBack: number };
    this.#inARow = saved.inARow;
    this.#skipped = saved.skipped;
    this.#rolledBack = saved.rolledBack;
  }

  override onTrainEpochStart(_: EventOf<"trainEpochStart">, context: FitContext): void {
    this.#log(context);
  }

  override onNonFinite({ what }: EventOf<"nonFinite">, context: FitContext): void {
    if (this.action === "roll_back") this.#rolledBack++;
    else if (what !== "validation loss") {
      this.#inARow++;
      this.#skipped++;
    }
    this.#log(context);
  }

  override onTrainBatchEnd({ gradientNorm }: EventOf<"trainBatchEnd">): void {
    if (gradientNorm !== undefined && Number.isFinite(gradientNorm)) this.#inARow = 0;
  }

  #log(context: FitContext): void {
    if (this.action === "skip") context.log({ "train/skipped_steps": this.#skipped });
    if (this.action === "roll_back") context.log({ "train/roll_backs": this.#rolledBack });
  }
}
