// Follows the runs below a folder by their files, whatever started them. It looks rather than being told: that works on every file
// system, and costs next to nothing where it looks often only at runs that go on.
import { resolve } from "node:path";
import { runsBelow } from "../../app/run/run-folder.ts";
import { notFound } from "../http/answers.ts";
import type { RunRow } from "./api.ts";
import { FollowedRun } from "./followed-run.ts";
import { idOf, nameBelow } from "./run-names.ts";

/** What has changed since the last look. */
export interface RunsChange {
  readonly runs: readonly RunRow[];
  readonly gone: readonly string[];
}

type Listener = (change: RunsChange) => void;

/** Milliseconds between two looks at the runs that go on. */
const INTERVAL = 1000;
/** At the folder as a whole, and the runs that rest, it looks every so many times. */
const SCAN_EVERY = 5;

/** All runs of a folder. */
export class RunFollower {
  readonly root: string;
  readonly #runs = new Map<string, FollowedRun>();
  /** Runs that were started and have no folder yet. */
  readonly #announced = new Map<string, RunRow>();
  readonly #listeners = new Set<Listener>();
  readonly #interval: number;
  #looks = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(root: string, interval: number = INTERVAL) {
    this.root = resolve(root);
    this.#interval = interval;
  }

  /** Every run, the newest first, as it is now. */
  async rows(): Promise<RunRow[]> {
    await this.look(true);
    const found = [...this.#runs.values()].flatMap(({ id, row }) =>
      row === undefined || this.#announced.has(id) ? [] : [row],
    );
    return [...this.#announced.values(), ...found].sort((a, b) => b.started - a.started);
  }

  /** @throws ClassifierTrainingError `NOT_FOUND` */
  async run(id: string): Promise<FollowedRun> {
    if (!this.#runs.has(id) || this.#listeners.size === 0) await this.look(!this.#runs.has(id));
    const run = this.#runs.get(id);
    if (run?.row === undefined) throw notFound("there is no such run");
    return run;
  }

  /** A run that was started, for as long as its folder does not say so itself. */
  announce(row: RunRow): void {
    this.#announced.set(row.id, row);
    this.#tell({ runs: [row], gone: [] });
  }

  /** What was announced is over: the folder says how. */
  retract(id: string): void {
    if (!this.#announced.delete(id)) return;
    const row = this.#runs.get(id)?.row;
    this.#tell(row === undefined ? { runs: [], gone: [id] } : { runs: [row], gone: [] });
  }

  /** Looks from now on until it is disposed of, and tells what has changed. */
  follow(listener: Listener): Disposable {
    this.#listeners.add(listener);
    this.#plan();
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size > 0) return;
        clearTimeout(this.#timer);
        this.#timer = undefined;
      },
    };
  }

  /** Looks once, one look behind the other. @param scan whether for new runs, and at those that rest, too */
  look(scan: boolean): Promise<void> {
    this.#looking = this.#looking.then(async () => this.#tell(await this.#look(scan)));
    return this.#looking;
  }

  #plan(): void {
    this.#timer ??= setTimeout(async () => {
      await this.look(this.#looks++ % SCAN_EVERY === 0);
      this.#timer = undefined;
      if (this.#listeners.size > 0) this.#plan();
    }, this.#interval).unref();
  }

  #tell(change: RunsChange): void {
    if (change.runs.length + change.gone.length === 0) return;
    for (const listener of this.#listeners) listener(change);
  }

  async #look(scan: boolean): Promise<RunsChange> {
    const gone = scan ? await this.#scan() : [];
    const looked = [...this.#runs.values()].filter((run) => scan || run.isLive);
    const rows: RunRow[] = [];
    for (const run of looked) {
      // A folder that cannot be read at this moment stays as it was.
      const isChanged = await run.refresh(scan).catch(() => false);
      if (run.row?.status === "running") this.#announced.delete(run.id);
      if (isChanged && run.row !== undefined && !this.#announced.has(run.id)) rows.push(run.row);
    }
    return { runs: rows, gone };
  }

  /** @returns the ids of runs that are no longer there */
  async #scan(): Promise<string[]> {
    const folders = await runsBelow(this.root, true).catch(() => []);
    const names = new Map(
      folders.map(({ path }) => {
        const name = nameBelow(this.root, path);
        return [idOf(name), { name, path }] as const;
      }),
    );
    for (const [id, { name, path }] of names) {
      if (!this.#runs.has(id)) this.#runs.set(id, new FollowedRun(id, name, path));
    }
    const gone = [...this.#runs.keys()].filter((id) => !names.has(id));
    for (const id of gone) this.#runs.delete(id);
    return gone;
  }
}
