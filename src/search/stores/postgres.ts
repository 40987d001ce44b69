// PostgreSQL under an address: any number of workers on any number of machines.
import { Kysely, PostgresDialect, sql } from "kysely";
import { ClassifierTrainingError } from "../../core/index.ts";
import { assertNotNewer, type OpenDatabase, packageMissing, unreachable } from "./database.ts";
import { migrate, type SearchDatabase } from "./schema.ts";

/** PostgreSQL's number of the type of eight-byte integers, which come as texts unless they are parsed. */
const INT8 = 20;
/** Names the lock under which tables are made, among those of other programs in the database. */
const MIGRATION_LOCK = 0x5ea2c4;

/** Opens a database that is there; its tables are made where they are not. @throws as `openDatabase` */
export async function openPostgres(address: string): Promise<OpenDatabase> {
  const { default: pg } = await import("pg").catch((cause) => {
    throw packageMissing("pg@8", "leave out --storage for a file of SQLite", cause);
  });
  const getTypeParser = (type: number, format?: "text" | "binary"): unknown =>
    type === INT8 ? Number : pg.types.getTypeParser(type, format as "text");
  const pool = new pg.Pool({
    connectionString: address,
    max: 2,
    connectionTimeoutMillis: 20_000,
    keepAlive: true,
    application_name: "classifier-training",
    types: { getTypeParser } as never,
  });
  // A connection that ends while nobody uses it is opened again for the next statement.
  pool.on("error", () => undefined);
  // One that ends between two statements of a transaction fails the next of them; nobody else is to be told.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const db = new Kysely<SearchDatabase>({ dialect: new PostgresDialect({ pool }) });
  try {
    const found = await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction);
      return await migrate(transaction);
    });
    assertNotNewer(found, address);
  } catch (error) {
    await db.destroy();
    throw error instanceof ClassifierTrainingError ? error : unreachable(address, error);
  }
  const now = sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
  return { db, now, [Symbol.asyncDispose]: () => db.destroy() };
}
