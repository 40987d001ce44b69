// How runs differ, told again whenever one of them ends an epoch: their settings are read once, their results are known already.
import { compareRuns, type Difference, type Run, settingsOfRun } from "../../app/index.ts";
import { LatestUsed } from "../../core/latest-used.ts";
import type { RunDifferences, Difference as ToldDifference } from "./api.ts";
import type { FollowedRun } from "./followed-run.ts";

/** Runs whose settings are kept. */
const MOST_KEPT = 100;

type Settings = ReadonlyMap<string, string>;

/** Of the runs of one studio. */
export class Comparison {
  readonly #settings = new LatestUsed<string, Promise<Settings>>(MOST_KEPT, () => undefined);

  /** What is not the same in all of them. */
  async of(followed: readonly FollowedRun[]): Promise<RunDifferences> {
    const known = new Map(followed.map((each) => [asRun(each), each]));
    const { settings, results } = await compareRuns([...known.keys()], (run) =>
      this.#of(known.get(run)!, run),
    );
    return { settings: settings.map(told), results: results.map(told) };
  }

  /** Written when the run began, or was gone on with. */
  #of({ id, facts }: FollowedRun, run: Run): Promise<Settings> {
    const key = `${id} ${facts?.started}`;
    const settings = this.#settings.get(key, () => settingsOfRun(run));
    settings.catch(() => this.#settings.forget(key));
    return settings;
  }
}

function asRun({ name, folder, row, summary, history }: FollowedRun): Run {
  const status = row?.status === "running" ? "running" : (summary?.status ?? "killed");
  const metrics = summary?.metrics ?? history.latest;
  return { name, folder, status, summary, epochs: row?.epochs ?? 0, metrics };
}

function told({ key, values }: Difference): ToldDifference {
  return { key, values: values.map((value) => value ?? null) };
}
