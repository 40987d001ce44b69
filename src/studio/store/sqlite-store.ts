// Keeps thumbnails and results in one SQLite file.
import type { StudioStore } from "./store.ts";

/** Milliseconds that a statement waits for another studio. */
const PATIENCE = 5000;
const VERSION = 1;

/**
 * Opens the file, which is made where it is not there; one of another version is begun anew. Nothing in it is lost with it that
 * could not be made again, so writing waits for no disk.
 * @param isReadOnly whether nothing is kept in it; it must be there then, and of this version
 * @throws what loading or opening the database throws
 */
export async function sqliteStore(
  path: string,
  { isReadOnly = false }: { readonly isReadOnly?: boolean } = {},
): Promise<StudioStore> {
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(path, { timeout: PATIENCE, readonly: isReadOnly });
  try {
    if (!isReadOnly) database.pragma("synchronous = OFF");
    if (database.pragma("user_version", { simple: true }) !== VERSION) {
      database.exec(`
        drop table if exists thumbnails;
        drop table if exists documents;
        create table thumbnails (key text primary key, bytes blob not null) without rowid;
        create table documents (key text primary key, text text not null) without rowid;
        pragma user_version = ${VERSION}`);
    }
    const thumbnail = database
      .prepare<[string], Buffer>("select bytes from thumbnails where key = ?")
      .pluck();
    const keepThumbnail = database.prepare("insert or replace into thumbnails values (?, ?)");
    const document = database.prepare<[string], string>("select text from documents where key = ?").pluck();
    const keepDocument = database.prepare("insert or replace into documents values (?, ?)");
    return {
      thumbnail: (key) => thumbnail.get(key),
      keepThumbnail: (key, bytes) => void keepThumbnail.run(key, bytes),
      document: (key) => document.get(key),
      keepDocument: (key, text) => void keepDocument.run(key, text),
      close: () => void database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
