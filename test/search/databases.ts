// The databases that a test file of studies runs on: SQLite in a temporary folder, and PostgreSQL where there is one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { noPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";

/** Where studies are kept in a test, or that there is none. */
export interface TestDatabase {
  readonly kind: "SQLite" | "PostgreSQL";
  readonly storage: () => string;
  readonly skipped: boolean;
}

/** Begins them with the tests of the file that calls this, and ends them with its last. */
export function studyDatabases(): { readonly folder: string; readonly databases: readonly TestDatabase[] } {
  const folder = mkdtempSync(join(tmpdir(), "studies-"));
  let postgres: TestPostgres | undefined;
  if (noPostgres !== undefined) process.stderr.write(`skipped with PostgreSQL: ${noPostgres}\n`);
  beforeAll(async () => {
    if (noPostgres === undefined) postgres = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await postgres?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
  return {
    folder,
    databases: [
      { kind: "SQLite", storage: () => join(folder, "deeper", "study.db"), skipped: false },
      { kind: "PostgreSQL", storage: () => postgres!.address, skipped: noPostgres !== undefined },
    ],
  };
}
