// The tables of a study store, as docs/search.md describes them for other programs.
import { type Kysely, sql } from "kysely";

/** A study: what is searched over, and how many trials there are to be. */
export interface StudyTable {
  readonly name: string;
  /** JSON: what its trials run, and what they are chosen from. */
  definition: string;
  /** Trials that there are to be. */
  wanted: number;
  /** Trials that have begun: the number of the next one. */
  begun: number;
  /** Milliseconds since 1970, as all times. */
  readonly created: number;
}

/** A trial of a study. */
export interface TrialTable {
  readonly study: string;
  readonly number: number;
  state: string;
  /** JSON: the value of every parameter that exists. */
  readonly point: string;
  /** The process that has it, or had it last. */
  worker: string;
  /** When that process was last heard of. */
  heartbeat: number;
  /** Workers that have died with it. */
  deaths: number;
  readonly started: number;
  ended: number | null;
  /** JSON: a value for each objective. */
  objectives: string | null;
  /** Why it has failed or was pruned. */
  reason: string | null;
}

/** The first objective of a trial on its way. */
export interface ReportTable {
  readonly study: string;
  readonly number: number;
  /** Epochs done, from 1. */
  readonly step: number;
  /** null: not a finite number. */
  readonly value: number | null;
}

/** All tables by name. */
export interface SearchDatabase {
  study: StudyTable;
  trial: TrialTable;
  report: ReportTable;
  search_schema: { readonly version: number };
}

type Migration = (db: Kysely<SearchDatabase>) => Promise<void>;

const MIGRATIONS: readonly Migration[] = [
  async ({ schema }) => {
    await schema
      .createTable("study")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("definition", "text", (column) => column.notNull())
      .addColumn("wanted", "integer", (column) => column.notNull())
      .addColumn("begun", "integer", (column) => column.notNull())
      .addColumn("created", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createTable("trial")
      .addColumn("study", "text", (column) => column.notNull().references("study.name").onDelete("cascade"))
      .addColumn("number", "integer", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("point", "text", (column) => column.notNull())
      .addColumn("worker", "text", (column) => column.notNull())
      .addColumn("heartbeat", "bigint", (column) => column.notNull())
      .addColumn("deaths", "integer", (column) => column.notNull())
      .addColumn("started", "bigint", (column) => column.notNull())
      .addColumn("ended", "bigint")
      .addColumn("objectives", "text")
      .addColumn("reason", "text")
      .addPrimaryKeyConstraint("trial_key", ["study", "number"])
      .execute();
    await schema
      .createTable("report")
      .addColumn("study", "text", (column) => column.notNull())
      .addColumn("number", "integer", (column) => column.notNull())
      .addColumn("step", "integer", (column) => column.notNull())
      .addColumn("value", "double precision")
      .addPrimaryKeyConstraint("report_key", ["study", "number", "step"])
      .addForeignKeyConstraint("report_trial", ["study", "number"], "trial", ["study", "number"], (key) =>
        key.onDelete("cascade"),
      )
      .execute();
  },
];

/** The newest version of the tables. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/**
 * Brings the tables to the newest version; the caller holds a lock that keeps others out.
 * @returns the version that was found, above `SCHEMA_VERSION` where a newer program has made it
 */
export async function migrate(db: Kysely<SearchDatabase>): Promise<number> {
  await sql`create table if not exists search_schema (version integer primary key)`.execute(db);
  const rows = await db.selectFrom("search_schema").select("version").execute();
  const found = Math.max(0, ...rows.map(({ version }) => version));
  for (let version = found + 1; version <= SCHEMA_VERSION; version++) {
    await MIGRATIONS[version - 1]!(db);
    await db.insertInto("search_schema").values({ version }).execute();
  }
  return found;
}
