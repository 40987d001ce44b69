// What a training tells its study after each epoch: the first objective; and whether it is given up.
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import type { StudyObjective } from "../../search/index.ts";
import { Callback, type EventOf, type FitContext, type Json, type Metrics } from "../../train/index.ts";

/** What happens with the objective of an epoch. */
export interface TrialHooks {
  /** Called with epochs done, from 1. @returns whether the trial is given up */
  report(step: number, value: number): Promise<boolean>;
}

/** Keeps the objectives of the epoch that was best by the first one. */
export class TrialCallback extends Callback {
  override readonly stateKey = "SearchTrial";
  override readonly runsLast = true;
  readonly #objectives: readonly StudyObjective[];
  readonly #hooks: TrialHooks | undefined;
  #best: Record<string, number> | undefined;
  #givenUp = false;

  /** @param hooks undefined: nobody is told, as of the later trainings of a trial */
  constructor(objectives: readonly StudyObjective[], hooks: TrialHooks | undefined) {
    super();
    this.#objectives = objectives;
    this.#hooks = hooks;
  }

  /** The logged objectives at the best epoch; undefined: there was none. */
  get best(): Metrics | undefined {
    return this.#best;
  }

  get isGivenUp(): boolean {
    return this.#givenUp;
  }

  override state(): Json {
    // JSON has no numbers that are not finite.
    return Object.fromEntries(Object.entries(this.#best ?? {}).map(([name, value]) => [name, String(value)]));
  }

  override loadState(state: Json): void {
    const entries = Object.entries(state as Record<string, string>);
    if (entries.length > 0)
      this.#best = Object.fromEntries(entries.map(([name, text]) => [name, Number(text)]));
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
    if (first !== this.#objectives[0] || this.#hooks === undefined) return;
    this.#givenUp = await this.#hooks.report(epoch + 1, value);
    if (this.#givenUp) context.stop("given up: other trials are more promising");
  }
}

function unknownObjective(metric: string, known: readonly string[]): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "MONITOR", `nothing is logged as ${metric}`, {
    where: "search.objectives",
    hint: didYouMean(metric, known),
  });
}
