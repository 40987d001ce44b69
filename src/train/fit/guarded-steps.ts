// Takes a fit's optimizer steps, micro-batch by micro-batch, and undoes those that are not finite.

import type { Batch } from "../../core/index.ts";
import { wholeStorage } from "../../graph/index.ts";
import type { StateDict } from "../../nn/index.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import type { BatchWeight, ShareResult, Strategy } from "../engine/strategy.ts";
import type { StepRates } from "../events.ts";
import { type NonFinite, type NonFinitePolicy, nonFiniteError } from "./non-finite.ts";
import type { Progress } from "./progress.ts";

/** Rates of a step, and what the average keeps of itself. */
export interface StepOptions extends StepRates {
  /** Of optimizer step `step` (from 1), where weights are averaged. */
  readonly averageDecay: (step: number) => number | undefined;
}

/**
 * Where the policy skips, running statistics are kept from before each step and gradients are looked at before they
 * are applied, so that a step that is left out leaves no trace. Where it rolls back, a copy of the state is kept from
 * the beginning of each epoch. With a policy of either kind weights are looked at after each step as well. Finding
 * something that the policy does not recover from throws.
 */
export class GuardedSteps {
  readonly #engine: TrainingEngine;
  readonly #strategy: Strategy;
  readonly #policy: NonFinitePolicy | undefined;
  readonly #progress: Progress;
  #buffers: StateDict | undefined;
  #snapshot: { readonly state: StateDict; readonly taken: number } | undefined;
  #broken = false;
  #position = { epoch: 0, batch: 0 };

  constructor(
    engine: TrainingEngine,
    strategy: Strategy,
    policy: NonFinitePolicy | undefined,
    progress: Progress,
  ) {
    this.#engine = engine;
    this.#strategy = strategy;
    this.#policy = policy;
    this.#progress = progress;
  }

  /** To be called where an epoch begins or is gone on with. */
  async enterEpoch(): Promise<void> {
    if (this.#policy?.action !== "roll_back") return;
    this.#snapshot = { state: await this.#engine.readState(), taken: this.#taken };
  }

  /** Forward and backward of a micro-batch, `first` or `last` of a step or not, of which this process may have nothing. */
  async accumulate(
    batch: Batch | undefined,
    first: boolean,
    last: boolean,
    whole: BatchWeight,
  ): Promise<ShareResult & { found?: NonFinite }> {
    if (first) {
      this.#broken = false;
      if (this.#policy?.action === "skip") this.#buffers = await this.#engine.readBuffers();
    }
    this.#position = { epoch: this.#progress.epoch, batch: this.#progress.batch };
    const { epoch, batch: number } = this.#position;
    const result = await this.#strategy.accumulate(batch, first, [epoch, number], whole, last);
    return { ...result, ...this.#check("loss", result.loss) };
  }

  /** Gives every process the gradients of all: before `apply`. */
  async reduce(): Promise<void> {
    if (!this.#broken) await this.#strategy.reduce();
  }

  /**
   * Takes the optimizer step, or undoes it: then the norm is that of what was found. A step that the scaled loss made
   * overflow is left out, and nothing to be told of.
   */
  async apply(options: StepOptions): Promise<{ gradientNorm: number; found?: NonFinite }> {
    let gradientNorm = Number.NaN;
    let found: { found?: NonFinite } = {};
    if (!this.#broken && this.#policy?.action === "skip" && this.#engine.scaler === undefined) {
      gradientNorm = await this.#norm("gradients");
      found = this.#check("gradient", gradientNorm);
    }
    if (!this.#broken) {
      gradientNorm = await this.#take(options);
      if (this.#engine.isOverflow(gradientNorm)) {
        this.#progress.step++;
        this.#progress.lostSteps++;
        return { gradientNorm };
      }
      found = this.#check("gradient", gradientNorm);
    }
    if (!this.#broken && this.#policy !== undefined) {
      found = this.#check("weights", await this.#norm("parameters"));
    }
    this.#progress.step++;
    if (this.#broken) await this.#undo();
    return { gradientNorm, ...found };
  }

  /** Looks at the loss of a validation. */
  async validated(loss: number): Promise<NonFinite | undefined> {
    if (Number.isFinite(loss)) return undefined;
    const found = this.#recoverable("validation loss", loss);
    if (this.#policy?.action === "roll_back") await this.#undo();
    return found;
  }

  /** Optimizer steps that are in the weights. */
  get #taken(): number {
    return this.#progress.step - this.#progress.lostSteps;
  }

  async #take({ learningRate, momentum, groupRates, averageDecay }: StepOptions): Promise<number> {
    const step = this.#taken + 1;
    return this.#engine.apply(step, learningRate, {
      momentum,
      groupRates,
      averageDecay: averageDecay(step),
    });
  }

  async #norm(of: "gradients" | "parameters"): Promise<number> {
    const variables = this.#engine.layout.groups.map((group) => wholeStorage(group[of]));
    return (await this.#engine.norms(of, { norm: variables })).norm!;
  }

  #check(what: NonFinite["what"], value: number): { found?: NonFinite } {
    if (Number.isFinite(value)) return {};
    const found = this.#recoverable(what, value);
    this.#broken = true;
    return { found };
  }

  /** What was found, where the policy recovers from it; else throws. */
  #recoverable(what: NonFinite["what"], value: number): NonFinite {
    const found: NonFinite = { what, value, ...this.#position, step: this.#progress.step };
    // An update that is in the weights cannot be left out any more.
    const tooLate = what === "weights" && this.#policy?.action === "skip";
    if (!tooLate && this.#policy?.recovers(found) === true) return found;
    throw nonFiniteError(found);
  }

  async #undo(): Promise<void> {
    const { step } = this.#progress;
    if (this.#snapshot !== undefined) {
      await this.#engine.writeState(this.#snapshot.state);
      this.#progress.lostSteps = step - this.#snapshot.taken;
    } else {
      await this.#engine.writeBuffers(this.#buffers!);
      this.#progress.lostSteps++;
    }
  }
}
