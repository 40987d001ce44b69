// What the processes of a fit decide alike: whether it ends, how much time has passed, what has been measured.
import type { Collective } from "../../runtime/collective.ts";
import type { StageMetrics } from "../contracts.ts";
import { onMainProcess } from "../engine/main-process.ts";
import { mergedMetrics } from "../engine/merged-metrics.ts";

/** What ends a fit, as far as one process knows. */
interface Ends {
  /** Its signal was aborted, or the loop over it was left. */
  readonly interrupted: boolean;
  /** Behind the optimizer step in progress. */
  readonly atStep: boolean;
  /** Behind the epoch in progress. */
  readonly stops: boolean;
}

const ASKED_ELSEWHERE = "another process asked for it";

/**
 * What one process asks for is asked for by all from the next `reach` on, so that all leave the loop at the same place. A
 * process that is alone need not wait for that.
 */
export class Agreement {
  readonly collective: Collective;
  readonly #signal: AbortSignal | undefined;
  #left = false;
  #endsAtStep = false;
  #stopReason: string | undefined;
  #agreed: Ends = { interrupted: false, atStep: false, stops: false };

  constructor(collective: Collective, signal: AbortSignal | undefined) {
    this.collective = collective;
    this.#signal = signal;
  }

  get isAlone(): boolean {
    return this.collective.size === 1;
  }

  get interrupted(): boolean {
    return this.#ends.interrupted;
  }

  get endsAtStep(): boolean {
    return this.#ends.atStep;
  }

  /** Why the fit ends behind the epoch in progress; undefined: it does not. */
  get stopReason(): string | undefined {
    return this.#ends.stops ? (this.#stopReason ?? ASKED_ELSEWHERE) : undefined;
  }

  leave(): void {
    this.#left = true;
  }

  endAtStep(): void {
    this.#endsAtStep = true;
  }

  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  /**
   * Hears what every process asks for; all come here at the same moments of a fit.
   * @param numbers to be added up
   * @returns their sums, and the seconds that have passed for the first process
   */
  async reach(seconds: number, ...numbers: number[]): Promise<{ seconds: number; sums: readonly number[] }> {
    if (this.isAlone) return { seconds, sums: numbers };
    const { interrupted, atStep, stops } = this.#own;
    const isFirst = this.collective.rank === 0;
    const all = Float64Array.of(
      Number(interrupted),
      Number(atStep),
      Number(stops),
      isFirst ? seconds : 0,
      ...numbers,
    );
    await this.collective.allReduce(all);
    const [interruptions, endings, stopping, passed, ...sums] = all;
    this.#agreed = { interrupted: interruptions! > 0, atStep: endings! > 0, stops: stopping! > 0 };
    return { seconds: passed!, sums };
  }

  /** Gives everyone the values of the first process, in the place of their own. */
  async share(values: Record<string, number>): Promise<void> {
    if (this.isAlone) return;
    const [first] = await this.collective.gather(this.collective.rank === 0 ? values : undefined);
    Object.assign(values, first);
  }

  /** Reads metrics as if all samples had been measured here. */
  merged<T>(metrics: StageMetrics, read: (metrics: StageMetrics) => T): Promise<T> | T {
    return this.isAlone ? read(metrics) : mergedMetrics(metrics, this.collective, read);
  }

  /** Has the first process do something; the others wait, and fail with it. */
  onMain(work: () => Promise<void>): Promise<void> {
    return onMainProcess(this.collective, work);
  }

  get #own(): Ends {
    return {
      interrupted: this.#left || (this.#signal?.aborted ?? false),
      atStep: this.#endsAtStep,
      stops: this.#stopReason !== undefined,
    };
  }

  get #ends(): Ends {
    return this.isAlone ? this.#own : this.#agreed;
  }
}
