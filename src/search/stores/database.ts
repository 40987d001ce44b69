// What the databases of studies have in common, and how they fail.
import type { Kysely, RawBuilder } from "kysely";
import { ClassifierTrainingError } from "../../core/index.ts";
import { SCHEMA_VERSION, type SearchDatabase } from "./schema.ts";

/** What the kinds of databases have in common. */
export interface OpenDatabase extends AsyncDisposable {
  readonly db: Kysely<SearchDatabase>;
  /** The database's own clock, in milliseconds since 1970: those of its machines may differ. */
  readonly now: RawBuilder<number>;
}

/** A package that is optional and not there. */
export function packageMissing(name: string, other: string, cause: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "usage",
    "STORE_PACKAGE_MISSING",
    `the package ${name} cannot be loaded`,
    {
      hint: `npm install ${name}, or ${other}`,
      cause,
    },
  );
}

/** @throws ClassifierTrainingError kind "usage" `STORE_NEWER` where a newer program has made the tables */
export function assertNotNewer(version: number, where: string): void {
  if (version <= SCHEMA_VERSION) return;
  const message = `its tables have version ${version}, and this program knows ${SCHEMA_VERSION}`;
  throw new ClassifierTrainingError("usage", "STORE_NEWER", message, {
    where,
    hint: "use the newer classifier-training that has made them",
  });
}

/** A database that cannot be opened. */
export function unreachable(where: string, cause: unknown): ClassifierTrainingError {
  const message = `cannot be opened: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`;
  return new ClassifierTrainingError("storage", "STORE_UNREACHABLE", message, { where, cause });
}
