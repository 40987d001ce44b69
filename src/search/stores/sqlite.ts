// SQLite in a file: any number of processes of one machine.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Kysely, SqliteDialect, sql } from "kysely";
import { ClassifierTrainingError } from "../../core/index.ts";
import { assertNotNewer, type OpenDatabase, packageMissing, unreachable } from "./database.ts";
import { networkFileSystem } from "./network-file-system.ts";
import { migrate, type SearchDatabase } from "./schema.ts";

/** Milliseconds that a statement waits for another process to finish writing. */
const PATIENCE = 60_000;

/** Opens a file that is made where it is not there. @throws as `openDatabase` */
export async function openSqlite(path: string): Promise<OpenDatabase> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const remote = await networkFileSystem(folder);
  if (remote !== undefined) {
    const message = `lies on a network file system (${remote}), where SQLite's locks do not hold`;
    throw new ClassifierTrainingError("usage", "STORE_NETWORK_FILE_SYSTEM", message, {
      where: path,
      hint: "give --storage a file on a disk of this machine, or postgres://user@host/database for several machines",
    });
  }
  const { default: Database } = await import("better-sqlite3").catch((cause) => {
    throw packageMissing("better-sqlite3@12", "--storage postgres://user@host/database", cause);
  });
  try {
    const database = new Database(path, { timeout: PATIENCE });
    try {
      // Readers do not wait for writers; a killed process leaves nothing to repair.
      database.pragma("journal_mode = WAL");
      database.pragma("synchronous = NORMAL");
      database.pragma("foreign_keys = ON");
      const db = new Kysely<SearchDatabase>({ dialect: new SqliteDialect({ database }) });
      database.exec("begin immediate");
      const found = await migrate(db);
      database.exec("commit");
      assertNotNewer(found, path);
      const now = sql<number>`cast(round((julianday('now') - 2440587.5) * 86400000) as integer)`;
      return { db, now, [Symbol.asyncDispose]: () => db.destroy() };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw error instanceof ClassifierTrainingError ? error : unreachable(path, error);
  }
}
