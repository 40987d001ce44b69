// Where a fit's time goes: timers around what its loop waits for, each of which counts its own time alone.
import { formatTable } from "../core/index.ts";

/** What `trainer.profiler` may be. */
export type ProfilerName = "simple";

/** Time spent in one place of a fit; what is timed inside it counts there alone. */
export interface ProfileEntry {
  readonly name: string;
  readonly seconds: number;
  readonly calls: number;
  readonly meanMs: number;
  /** Of the whole fit, 0 to 1. */
  readonly share: number;
}

/** Entries and `otherSeconds` add up to `seconds`. */
export interface Profile {
  /** Of the fit in this process, from its first event to its last. */
  readonly seconds: number;
  /** What is in none of the entries: the loop itself, and whoever iterates over the fit. */
  readonly otherSeconds: number;
  /** Spent, wherever, waiting for other processes and the network; 0 alone. */
  readonly waitedSeconds: number;
  /** Longest first. */
  readonly entries: readonly ProfileEntry[];
}

/** Times what a fit waits for. One measurement is awaited before the next begins, except those inside it. */
export interface Profiler {
  /** Runs something and gives back what it gives; a promise counts until it is settled. */
  measure<T>(name: string, run: () => T): T;
  /** The same items; the time until each is there counts. */
  waitingFor<T>(name: string, source: AsyncIterable<T>): AsyncIterable<T>;
  /** What has been measured since the profiler was made; undefined where nothing is. */
  profile(): Profile | undefined;
}

/** Measures nothing. */
export const NO_PROFILER: Profiler = {
  measure: (_, run) => run(),
  waitingFor: (_, source) => source,
  profile: () => undefined,
};

/** How long other processes have been waited for, in milliseconds. */
interface Waiting {
  readonly waited: number;
}

/** The profiler of this name. @param clock milliseconds */
export function profilerOf(
  name: ProfilerName | undefined,
  others: Waiting = { waited: 0 },
  clock?: () => number,
): Profiler {
  return name === undefined ? NO_PROFILER : new SimpleProfiler(others, clock);
}

class SimpleProfiler implements Profiler {
  readonly #clock: () => number;
  readonly #others: Waiting;
  readonly #waitedBefore: number;
  readonly #begin: number;
  /** Milliseconds and calls by name. */
  readonly #measured = new Map<string, { spent: number; calls: number }>();
  /** Milliseconds of measurements inside the one that is running. */
  #inside = 0;

  constructor(others: Waiting, clock: () => number = () => performance.now()) {
    this.#others = others;
    this.#waitedBefore = others.waited;
    this.#clock = clock;
    this.#begin = clock();
  }

  measure<T>(name: string, run: () => T): T {
    const outer = this.#inside;
    this.#inside = 0;
    const begin = this.#clock();
    const finish = (): void => {
      const elapsed = this.#clock() - begin;
      this.#add(name, Math.max(0, elapsed - this.#inside));
      this.#inside = outer + elapsed;
    };
    const result = run();
    if (result instanceof Promise) return result.finally(finish) as T;
    finish();
    return result;
  }

  async *waitingFor<T>(name: string, source: AsyncIterable<T>): AsyncGenerator<T> {
    const items = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.measure(name, () => items.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await items.return?.();
    }
  }

  profile(): Profile {
    const all = this.#clock() - this.#begin;
    const entries = [...this.#measured]
      .map(([name, { spent, calls }]) => ({
        name,
        seconds: spent / 1000,
        calls,
        meanMs: spent / calls,
        share: all === 0 ? 0 : spent / all,
      }))
      .sort((a, b) => b.seconds - a.seconds);
    const measured = entries.reduce((sum, { seconds }) => sum + seconds, 0);
    return {
      seconds: all / 1000,
      otherSeconds: Math.max(0, all / 1000 - measured),
      waitedSeconds: (this.#others.waited - this.#waitedBefore) / 1000,
      entries,
    };
  }

  #add(name: string, milliseconds: number): void {
    const { spent, calls } = this.#measured.get(name) ?? { spent: 0, calls: 0 };
    this.#measured.set(name, { spent: spent + milliseconds, calls: calls + 1 });
  }
}

/** A profile as a table, longest first, and lines on the rest. */
export function formatProfile({ seconds, otherSeconds, waitedSeconds, entries }: Profile): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const rows = entries.map((entry) => [
    entry.name,
    entry.seconds.toFixed(3),
    String(entry.calls),
    entry.meanMs.toFixed(3),
    percent(entry.share),
  ]);
  const part = (of: number): string => `${of.toFixed(3)} s (${percent(seconds === 0 ? 0 : of / seconds)})`;
  return [
    formatTable(["where", "total s", "calls", "mean ms", "share"], rows),
    `${seconds.toFixed(3)} s in all, ${part(otherSeconds)} of it in none of these`,
    ...(waitedSeconds === 0 ? [] : [`${part(waitedSeconds)} spent waiting for other processes`]),
  ].join("\n");
}
