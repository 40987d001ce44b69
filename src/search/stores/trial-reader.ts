// Reads the trials of a study: those that have ended once, the others each time.
import type { Kysely } from "kysely";
import type { Point } from "../space/parameter.ts";
import type { Trial, TrialState } from "../study/trial.ts";
import type { SearchDatabase } from "./schema.ts";

/** A trial with who ran it, and when. */
export interface StoredTrial extends Trial {
  readonly worker: string;
  readonly deaths: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number | undefined;
  readonly reason: string | undefined;
}

/** Remembers trials that do not change any more. */
export class TrialReader {
  readonly #study: string;
  /** The trials below the first one that goes on. */
  #ended: StoredTrial[] = [];

  constructor(study: string) {
    this.#study = study;
  }

  /** All trials in the order of their numbers. */
  async read(db: Kysely<SearchDatabase>): Promise<readonly StoredTrial[]> {
    const from = this.#ended.length;
    const [rows, reports] = [
      await db
        .selectFrom("trial")
        .selectAll()
        .where("study", "=", this.#study)
        .where("number", ">=", from)
        .orderBy("number")
        .execute(),
      await db
        .selectFrom("report")
        .select(["number", "step", "value"])
        .where("study", "=", this.#study)
        .where("number", ">=", from)
        .orderBy("number")
        .orderBy("step")
        .execute(),
    ];
    const byNumber = new Map<number, [step: number, value: number][]>();
    for (const { number, step, value } of reports) {
      const entry: [number, number] = [step, value ?? Number.NaN];
      const earlier = byNumber.get(number);
      if (earlier === undefined) byNumber.set(number, [entry]);
      else earlier.push(entry);
    }
    const trials = rows.map((row): StoredTrial => {
      const { number, worker, deaths, started } = row;
      return {
        number,
        state: row.state as TrialState,
        point: JSON.parse(row.point) as Point,
        values: row.objectives === null ? undefined : valuesOf(row.objectives),
        reports: byNumber.get(number) ?? [],
        worker,
        deaths,
        started,
        ended: row.ended ?? undefined,
        reason: row.reason ?? undefined,
      };
    });
    const goesOn = trials.findIndex(({ state }) => state === "running" || state === "waiting");
    const known = this.#ended;
    this.#ended = [...known, ...trials.slice(0, goesOn < 0 ? trials.length : goesOn)];
    return [...known, ...trials];
  }
}

/** JSON has no numbers that are not finite: they are written as null. */
const valuesOf = (text: string): number[] =>
  (JSON.parse(text) as (number | null)[]).map((value) => value ?? Number.NaN);
