// A search whose PostgreSQL goes away in the middle of a trial: it waits for it, and where it is stopped meanwhile it goes on later.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { QUICK, removeFolder, run, start, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
let postgres: TestPostgres;
if (noPostgres !== undefined) process.stderr.write(`skipped: a lost database: ${noPostgres}\n`);
beforeAll(async () => {
  if (noPostgres !== undefined) return;
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  if (noPostgres !== undefined) return;
  await postgres[Symbol.asyncDispose]();
  await removeFolder(folder);
}, 60_000);

const words = (study: string): string[] => [
  ...["search", ...QUICK, "data.root=photos", "model.learning_rate=tag(log,interval(1e-4,1e-1))"],
  ...["trainer.max_epochs=20", "--trials", "1", "--study", study, "--storage", postgres.address],
];

/** Runs a search; acts once, when an epoch has ended. */
async function disturbed(study: string, act: (kill: () => void) => Promise<void>) {
  const { child, ended } = start(folder, words(study));
  let text = "";
  let acting: Promise<void> | undefined;
  child.stderr.on("data", (part: string) => {
    text += part;
    if (text.includes("epoch 3/20")) acting ??= act(() => child.kill("SIGINT"));
  });
  const result = await ended;
  await acting;
  return result;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

test.skipIf(noPostgres !== undefined)(
  "a database that comes back is waited for; without it a stopped search says so, and goes on later",
  async () => {
    const waited = await disturbed("waited", async () => {
      await postgres.stop();
      await pause(2000);
      await postgres.start();
    });
    expect(waited.stderr).toMatch(/trial 0: val\/acc_top1 [\d.]+; best is trial 0/);
    expect(waited.code).toBe(0);
    const stopped = await disturbed("stopped", async (kill) => {
      await postgres.stop();
      await pause(1000);
      kill();
    });
    expect(stopped.stderr).toMatch(/the database does not answer.* \[STORE_LOST\]\n/);
    expect(stopped.stderr).not.toMatch(/\n {4}at /);
    expect(stopped.code).not.toBe(0);
    await postgres.start();
    const last = await run(folder, words("stopped"));
    expect(last.stderr).toContain("trial 0 goes on");
    expect(last.stderr).not.toContain("epoch 1/20");
    expect(last.code).toBe(0);
    const csv = async (study: string): Promise<string> => {
      const { stdout } = await run(folder, [
        "search",
        "export",
        study,
        "--storage",
        postgres.address,
        "--csv",
      ]);
      return stdout.split("\n")[1]!.split(",").slice(0, 4).join();
    };
    expect(await csv("stopped")).toBe(await csv("waited"));
  },
  180_000,
);
