// A PostgreSQL server of a test's own, in a temporary folder; where there is no PostgreSQL, the reason.
import { execFile, execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const DEBIAN = "/usr/lib/postgresql";

/** Why no server can be started; undefined where one can. */
export const noPostgres: string | undefined = reason();

function reason(): string | undefined {
  if (binaries() === undefined) return "no PostgreSQL here: apt-get install postgresql";
  if (process.getuid?.() === 0 && owner() === undefined)
    return "PostgreSQL does not run as root, and there is no user postgres";
  return undefined;
}

/** The newest folder of PostgreSQL's programs. */
function binaries(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    ...(process.env.PATH ?? "").split(":"),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "pg_ctl")));
}

/** Who the server runs as where the test is root. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const [uid, gid] = ["-u", "-g"].map((flag) =>
      Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] })),
    ) as [number, number];
    return { uid, gid };
  } catch {
    return undefined;
  }
}

/** A server with one empty database. Disposing of it ends it and removes its files. */
export interface TestPostgres extends AsyncDisposable {
  /** `postgres://...` of the database. */
  readonly address: string;
  /** Ends it as a crash does; what is there stays. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
}

/** Starts a server on a free port of this machine. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const user = owner();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const program = (name: string): string => join(binaries()!, name);
  const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: "C" } };
  const data = join(folder, "data");
  await run(
    program("initdb"),
    ["-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"],
    options,
  );
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
  const log = join(folder, "log");
  const start = async (): Promise<void> => {
    await run(program("pg_ctl"), ["-D", data, "-w", "-l", log, "-o", settings, "start"], options);
  };
  const stop = async (): Promise<void> => {
    await run(program("pg_ctl"), ["-D", data, "-w", "-m", "immediate", "stop"], options);
  };
  await start();
  return {
    start,
    stop,
    address: `postgres://tester@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: async () => {
      await stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
