// The store of studies: hands each trial to one worker, takes those of dead workers back, keeps what came of them.
import type { Kysely, Transaction } from "kysely";
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import type { Point } from "../space/parameter.ts";
import type { StudyDefinition } from "../study/study.ts";
import type { Trial, TrialState } from "../study/trial.ts";
import type { OpenDatabase } from "./database.ts";
import { openDatabase } from "./open-database.ts";
import { askPatiently, type Patience } from "./patience.ts";
import type { SearchDatabase } from "./schema.ts";
import { type StoredTrial, TrialReader } from "./trial-reader.ts";

/** A study as it is stored. */
export interface StoredStudy {
  readonly name: string;
  readonly definition: StudyDefinition;
  /** Trials that there are to be. */
  readonly wanted: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** Who asks for a trial, and on which terms. */
export interface ClaimRequest {
  readonly worker: string;
  /** Chooses the point of a new trial; undefined: there is none left. */
  readonly sample: (number: number, trials: readonly Trial[]) => Point | undefined;
  /** A worker that was not heard of for so many milliseconds is dead. */
  readonly silence: number;
  /** Whether a worker is known to be dead, such as a process of this machine that has ended. */
  readonly isDead?: (worker: string) => boolean;
  /** A trial whose workers have died more often than this has failed. */
  readonly maxRetries: number;
}

/** What a worker is given: a trial, the advice to ask again as others may die, or nothing more to do. */
export type Claim =
  | { readonly kind: "trial"; readonly number: number; readonly point: Point; readonly resumed: boolean }
  | { readonly kind: "wait" }
  | { readonly kind: "done" };

/** How a trial ended. */
export interface Outcome {
  readonly state: Extract<TrialState, "completed" | "pruned" | "failed">;
  readonly values?: readonly number[];
  readonly reason?: string;
}

/**
 * Studies of one database. Everything that is changed is changed in a transaction. Every question is asked again while the
 * database is away, and throws `STORE_LOST` after that.
 */
export class StudyStore implements AsyncDisposable {
  readonly #open: OpenDatabase;
  readonly #readers = new Map<string, TrialReader>();
  readonly #where: string;
  readonly #patience: Patience;
  /** When the database was away last, by the clock of this machine; others could not give a sign of life either. */
  #away = Number.NEGATIVE_INFINITY;

  private constructor(open: OpenDatabase, where: string, patience: Patience) {
    this.#open = open;
    this.#where = where;
    this.#patience = patience;
  }

  /** @param storage a file, or `postgres://...` @throws as `openDatabase`: opening is tried once */
  static async open(storage: string, patience: Patience = {}): Promise<StudyStore> {
    return new StudyStore(await openDatabase(storage), storage, patience);
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    const noticed = (): void => {
      this.#away = performance.now();
    };
    return askPatiently(question, { ...this.#patience, where: this.#where, noticed });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#open[Symbol.asyncDispose]());
  }

  get #db(): Kysely<SearchDatabase> {
    return this.#open.db;
  }

  /** Makes a study; one of this name that is there stays as it is. */
  async create(name: string, definition: StudyDefinition, wanted: number): Promise<void> {
    const { now } = this.#open;
    const values = { name, definition: JSON.stringify(definition), wanted, begun: 0, created: now };
    const insertion = this.#db
      .insertInto("study")
      .values(values)
      .onConflict((conflict) => conflict.column("name").doNothing());
    await this.#ask(() => insertion.execute());
  }

  /** The names of the studies, from the oldest to the newest. */
  async names(): Promise<string[]> {
    const query = this.#db.selectFrom("study").select("name").orderBy("created").orderBy("name");
    const rows = await this.#ask(() => query.execute());
    return rows.map(({ name }) => name);
  }

  /** @throws ClassifierTrainingError kind "usage" `STUDY_UNKNOWN` */
  async study(name: string): Promise<StoredStudy> {
    const query = this.#db.selectFrom("study").selectAll().where("name", "=", name);
    const row = await this.#ask(() => query.executeTakeFirst());
    if (row !== undefined) return { ...row, definition: JSON.parse(row.definition) as StudyDefinition };
    const names = await this.names();
    const hint =
      names.length === 0 ? "there is none yet" : (didYouMean(name, names) ?? `there are ${names.join(", ")}`);
    throw new ClassifierTrainingError("usage", "STUDY_UNKNOWN", `there is no study "${name}"`, { hint });
  }

  /** Changes how many trials there are to be; those that have begun stay. */
  async setWanted(name: string, wanted: number): Promise<void> {
    const change = this.#db.updateTable("study").set({ wanted }).where("name", "=", name);
    await this.#ask(() => change.execute());
  }

  /** All trials in the order of their numbers. */
  async trials(name: string): Promise<readonly StoredTrial[]> {
    return await this.#ask(() => this.#reader(name).read(this.#db));
  }

  /**
   * Gives a worker a trial that no other one has: one that was given back or whose worker is dead, else a new one. Who asks
   * waits until nobody else is asking.
   */
  async claim(name: string, request: ClaimRequest): Promise<Claim> {
    return await this.#ask(async () => {
      try {
        return await this.#db
          .transaction()
          .execute((transaction) => this.#claimIn(transaction, name, request));
      } catch (error) {
        // What was read within a transaction that has failed may not be so.
        this.#readers.delete(name);
        throw error;
      }
    });
  }

  async #claimIn(
    transaction: Transaction<SearchDatabase>,
    name: string,
    request: ClaimRequest,
  ): Promise<Claim> {
    // The first statement takes the lock: the row in PostgreSQL, the file in SQLite.
    const { wanted, begun, now } = await transaction
      .updateTable("study")
      .set(({ ref }) => ({ begun: ref("begun") }))
      .where("name", "=", name)
      .returning(["wanted", "begun", this.#open.now.as("now")])
      .executeTakeFirstOrThrow();
    const left = await this.#takeBack(transaction, name, now, request);
    if (left.claim !== undefined) return left.claim;
    const point =
      begun < wanted ? request.sample(begun, await this.#reader(name).read(transaction)) : undefined;
    if (point === undefined) return { kind: left.running > 0 ? "wait" : "done" };
    const { worker } = request;
    const times = { heartbeat: now, started: now, ended: null };
    const row = { study: name, number: begun, state: "running", point: JSON.stringify(point), worker };
    await transaction
      .insertInto("trial")
      .values({ ...row, ...times, deaths: 0, objectives: null, reason: null })
      .execute();
    await transaction
      .updateTable("study")
      .set({ begun: begun + 1 })
      .where("name", "=", name)
      .execute();
    return { kind: "trial", number: begun, point, resumed: false };
  }

  /** A trial that somebody has left, given to another one. */
  async #takeBack(
    transaction: Transaction<SearchDatabase>,
    name: string,
    now: number,
    { worker, silence, isDead, maxRetries }: ClaimRequest,
  ): Promise<{ claim?: Claim; running: number }> {
    const open = await transaction
      .selectFrom("trial")
      .select(["number", "state", "point", "worker", "heartbeat", "deaths"])
      .where("study", "=", name)
      .where("state", "in", ["running", "waiting"])
      .orderBy("number")
      .execute();
    let running = 0;
    const tellsSilence = performance.now() - this.#away > silence;
    for (const trial of open) {
      // Who asks has no trial: this one was given with an answer that got lost.
      const isOwn = trial.worker === worker;
      const isSilent = tellsSilence && trial.heartbeat < now - silence;
      const died = trial.state === "running" && !isOwn && (isSilent || isDead?.(trial.worker) === true);
      if (trial.state === "running" && !died && !isOwn) {
        running++;
        continue;
      }
      const deaths = trial.deaths + (died ? 1 : 0);
      const change =
        deaths > maxRetries
          ? { state: "failed", deaths, ended: now, reason: `its workers died ${deaths} times` }
          : { state: "running", deaths, worker, heartbeat: now };
      await transaction
        .updateTable("trial")
        .set(change)
        .where("study", "=", name)
        .where("number", "=", trial.number)
        .execute();
      if (change.state === "running") {
        const point = JSON.parse(trial.point) as Point;
        return { claim: { kind: "trial", number: trial.number, point, resumed: true }, running };
      }
    }
    return { running };
  }

  /** Says that a worker is at work. @returns false where the trial is no longer its own */
  async heartbeat(name: string, number: number, worker: string): Promise<boolean> {
    return await this.#change(name, number, worker, { heartbeat: this.#open.now as unknown as number });
  }

  /** Keeps what a trial has reached on its way; a step that is reported again has the new value. */
  async report(name: string, number: number, step: number, value: number): Promise<void> {
    const kept = Number.isFinite(value) ? value : null;
    const insertion = this.#db
      .insertInto("report")
      .values({ study: name, number, step, value: kept })
      .onConflict((conflict) => conflict.columns(["study", "number", "step"]).doUpdateSet({ value: kept }));
    await this.#ask(() => insertion.execute());
  }

  /** Ends a trial. @returns false where it is no longer the worker's own: another one goes on with it */
  async finish(name: string, number: number, worker: string, outcome: Outcome): Promise<boolean> {
    const { state, values, reason = null } = outcome;
    return await this.#change(name, number, worker, {
      state,
      reason,
      objectives: values === undefined ? null : JSON.stringify(values),
      ended: this.#open.now as unknown as number,
    });
  }

  /** Gives a trial back, to be gone on with from its checkpoint. @returns false where it is no longer the worker's own */
  async release(name: string, number: number, worker: string): Promise<boolean> {
    return await this.#change(name, number, worker, { state: "waiting" });
  }

  async #change(
    name: string,
    number: number,
    worker: string,
    values: Partial<SearchDatabase["trial"]>,
  ): Promise<boolean> {
    const change = this.#db
      .updateTable("trial")
      .set(values)
      .where("study", "=", name)
      .where("number", "=", number)
      .where("worker", "=", worker)
      .where("state", "=", "running");
    const { numUpdatedRows } = await this.#ask(() => change.executeTakeFirstOrThrow());
    return numUpdatedRows > 0n;
  }

  #reader(name: string): TrialReader {
    const reader = this.#readers.get(name) ?? new TrialReader(name);
    this.#readers.set(name, reader);
    return reader;
  }
}
