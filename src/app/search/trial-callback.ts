// What a training tells its study after each epoch: the first objective; and whether it is given up.
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import type { StudyObjective } from "../../search/index.ts";
import { Callback, type EventOf, type FitContext, type Json, type Metrics } from "../../train/index.ts";

/** What happens with the objective of an epoch. */
export interface TrialHooks {
  /** Called with epochs done, from 1. @returns whether the trial is given up */
  report(step: number, value: number): Promise<boolean>;
}

/** The first objective of a training by epochs done, from 1. */
export type Curve = readonly (readonly [step: number, value: number])[];

/** Keeps the first objective of each epoch, and all objectives of the epoch that was best by it. */
export class TrialCallback extends Callback {
  override readonly stateKey = "SearchTrial";
  override readonly runsLast = true;
  readonly #objectives: readonly StudyObjective[];
  readonly #hooks: TrialHooks;
  #best: Record<string, number> | undefined;
  #curve: Curve = [];
  #givenUp = false;

  constructor(objectives: readonly StudyObjective[], hooks: TrialHooks) {
    super();
    this.#objectives = objectives;
    this.#hooks = hooks;
  }

  /** The logged objectives at the best epoch; undefined: there was none. */
  get best(): Metrics | undefined {
    return this.#best;
  }

  get curve(): Curve {
    return this.#curve;
  }

  get isGivenUp(): boolean {
    return this.#givenUp;
  }

  override state(): Json {
    // JSON has no numbers that are not finite.
    const best = Object.entries(this.#best ?? {}).map(([name, value]) => [name, String(value)]);
    return {
      best: Object.fromEntries(best),
      curve: this.#curve.map(([step, value]) => [step, String(value)]),
    };
  }

  override loadState(state: Json): void {
    const { best, curve } = state as { best: Record<string, string>; curve: [number, string][] };
    const entries = Object.entries(best);
    if (entries.length > 0)
      this.#best = Object.fromEntries(entries.map(([name, text]) => [name, Number(text)]));
    this.#curve = curve.map(([step, text]) => [step, Number(text)]);
  }

  /** Where the training was stopped between its checkpoint and its report, the report comes now. */
  override async onFitStart(_event: EventOf<"fitStart">, context: FitContext): Promise<void> {
    const last = this.#curve.at(-1);
    if (last !== undefined) await this.#tell(last, context);
  }

  override async onTrainEpochEnd(
    { epoch, metrics }: EventOf<"trainEpochEnd">,
    context: FitContext,
  ): Promise<void> {
    const logged = this.#objectives.filter(({ metric }) => /^(train|val)\//.test(metric));
    const [first] = logged;
    if (first === undefined) return;
    const value = metrics[first.metric];
    if (value === undefined) {
      // Validation may come every few epochs.
      const known = Object.keys(context.metrics);
      if (known.some((name) => name.startsWith("val/")) && context.metrics[first.metric] === undefined)
        throw unknownObjective(first.metric, known);
      return;
    }
    const best = this.#best?.[first.metric];
    const improved =
      best === undefined ||
      Number.isNaN(best) ||
      (first.direction === "maximize" ? value > best : value < best);
    if (improved)
      this.#best = Object.fromEntries(logged.map(({ metric }) => [metric, metrics[metric] ?? Number.NaN]));
    if (first !== this.#objectives[0]) return;
    this.#curve = [...this.#curve, [epoch + 1, value]];
    await this.#tell([epoch + 1, value], context);
  }

  async #tell([step, value]: Curve[number], context: FitContext): Promise<void> {
    this.#givenUp = await this.#hooks.report(step, value);
    if (this.#givenUp) context.stop("given up: other trials are more promising");
  }
}

function unknownObjective(metric: string, known: readonly string[]): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "MONITOR", `nothing is logged as ${metric}`, {
    where: "search.objectives",
    hint: didYouMean(metric, known),
  });
}
