// Opens a database of studies: SQLite in a file, or PostgreSQL under an address.
import type { OpenDatabase } from "./database.ts";

/** Whether a storage is the address of a PostgreSQL server, and not a file. */
export const isPostgres = (storage: string): boolean => /^postgres(ql)?:\/\//i.test(storage);

/**
 * Opens a database and brings its tables up to date.
 * @throws ClassifierTrainingError kind "usage" `STORE_PACKAGE_MISSING`, `STORE_NETWORK_FILE_SYSTEM`, `STORE_NEWER`, kind
 * "storage" `STORE_UNREACHABLE`
 */
export async function openDatabase(storage: string): Promise<OpenDatabase> {
  if (isPostgres(storage)) {
    const { openPostgres } = await import("./postgres.ts");
    return await openPostgres(storage);
  }
  const { openSqlite } = await import("./sqlite.ts");
  return await openSqlite(storage);
}
