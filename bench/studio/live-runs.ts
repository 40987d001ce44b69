// What following 20 runs that go on costs the studio, without a page and with one: their files are written here as trainings write
// them, and pages are asked for as a browser does, in processes of their own.
//
//     npx tsx bench/studio/live-runs.ts [seconds]
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunLock } from "../../src/app/run/lock/run-lock.ts";
import type { RunRow, RunsMessage } from "../../src/studio/runs/api.ts";
import { RunFollower } from "../../src/studio/runs/run-follower.ts";
import { cookieOf, openStudio } from "../../test/studio/opened.ts";

const RUNS = 20;
/** Columns, and rows that there are before it begins: a run of the second day. */
const [METRICS, EPOCHS] = [30, 200];
/** Of what a run's page shows besides its curves. */
const [CLASSES, VALIDATED, LOG_LINES] = [10, 2000, 2000];

const [role = "30", ...words] = process.argv.slice(2);
if (process.send === undefined) await measure(Number(role));
else if (role === "train") await train(words[0]!);
else await watch(words[0]!, words[1]!, words.slice(2));

/** Follows without a page, with the list of runs, and with a run's page, and says what share of a core each takes. */
async function measure(seconds: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "live-runs-"));
  const writer = fork(import.meta.filename, ["train", root]);
  try {
    await once(writer, "message");
    const follower = new RunFollower(root);
    const found = await follower.rows();
    const cores = {
      without_page: await alone(follower, seconds),
      ...(await watched(root, found, seconds)),
    };
    const result = {
      date: new Date().toISOString(),
      processor: cpus()[0]?.model.trim(),
      load: Number(loadavg()[0]!.toFixed(1)),
      live_runs: found.filter(({ status }) => status === "running").length,
      seconds,
      core_share: cores,
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    writer.kill();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function alone(follower: RunFollower, seconds: number): Promise<number> {
  using _following = follower.follow(() => undefined);
  return await share(seconds);
}

async function watched(
  root: string,
  runs: readonly RunRow[],
  seconds: number,
): Promise<Record<string, number>> {
  await using studio = await openStudio(undefined, root);
  const { origin } = new URL(studio.url);
  const shares: Record<string, number> = {};
  const ids = runs.map(({ id }) => id);
  const pages = { list_page: [], run_page: ids.slice(0, 1), page_of_all: ids };
  for (const [name, asked] of Object.entries(pages)) {
    const page = fork(import.meta.filename, ["watch", origin, cookieOf(studio), ...asked]);
    await once(page, "message");
    shares[name] = await share(seconds);
    await ended(page);
  }
  return shares;
}

/** Of a core, by this process, once it has settled. */
async function share(seconds: number): Promise<number> {
  await sleep(3000);
  const before = process.cpuUsage();
  const began = performance.now();
  await sleep(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return Number(((user + system) / 1000 / (performance.now() - began)).toFixed(4));
}

async function ended(process: ChildProcess): Promise<void> {
  process.kill();
  await once(process, "exit");
}

/** Asks what the list of runs asks, the page of a run, or that of several beside each other. */
async function watch(origin: string, cookie: string, ids: readonly string[]): Promise<void> {
  const ask = (path: string): Promise<Response> => fetch(origin + path, { headers: { Cookie: cookie } });
  const get = async (path: string): Promise<unknown> => (await ask(path)).json();
  const isOne = ids.length === 1;
  const detail = isOne ? `/api/runs/${ids[0]}` : `/api/runs/compare?runs=${ids.join()}`;
  if (ids.length === 0) await get("/api/studies");
  if (isOne) setInterval(() => void get(`/api/runs/${ids[0]}/log`), 2000);
  const { body } = await ask(`/api/runs/follow?history=${ids.join()}`);
  process.send!("ready");
  let text = "";
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    const messages = (text + part).split("\n\n");
    text = messages.pop()!;
    for (const message of messages) {
      if (!message.startsWith("data: ")) continue;
      const { history } = JSON.parse(message.slice("data: ".length)) as RunsMessage;
      if (history.some(({ rows }) => rows.length > 0)) await get(detail);
    }
  }
}

/** Twenty runs: each tells its progress every second, and ends an epoch every five. */
async function train(root: string): Promise<void> {
  const names = Array.from({ length: METRICS }, (_, i) => `val/metric_${i}`);
  const rowOf = (epoch: number): string => [epoch, epoch * 10, ...names.map(() => Math.random())].join(",");
  const runs = await Promise.all(
    Array.from({ length: RUNS }, async (_, i) => {
      const folder = join(root, "day", String(i));
      await writeRun(folder);
      const rows = [
        ["epoch", "step", ...names].join(","),
        ...Array.from({ length: EPOCHS }, (_, e) => rowOf(e)),
      ];
      await write(join(folder, "metrics.csv"), `${rows.join("\n")}\n`);
      return { folder, rows, lock: await RunLock.take(folder) };
    }),
  );
  process.send!("ready");
  for (let second = 1; ; second++) {
    for (const [i, { folder, rows }] of runs.entries()) {
      const epoch = rows.length - 1;
      const progress = {
        phase: "training",
        epoch,
        max_epochs: 100_000,
        batch: second % 5,
        batches: 5,
        loss: 1,
        loss_curve: Array.from({ length: 200 }, (_, i) => [epoch + Math.min(i, second) / 200, 1.2345]),
      };
      await write(join(folder, "progress.json"), JSON.stringify(progress));
      if ((second + i) % 5 !== 0) continue;
      rows.push(rowOf(epoch));
      await write(join(folder, "metrics.csv"), `${rows.join("\n")}\n`);
    }
    await sleep(1000);
  }
}

/** What a run has in its folder besides what changes. */
async function writeRun(folder: string): Promise<void> {
  const classes = Array.from({ length: CLASSES }, (_, i) => `class_${i}`);
  const table = (rows: readonly (readonly unknown[])[]): string =>
    `${rows.map((row) => row.join()).join("\n")}\n`;
  for (const name of [".hydra", "confusion_matrix"]) await mkdir(join(folder, name), { recursive: true });
  const keys = Array.from({ length: 120 }, (_, i) => `group_${i}:\n  key: ${i}\n`);
  await writeFile(join(folder, ".hydra", "config.yaml"), `trainer:\n  max_epochs: 100000\n${keys.join("")}`);
  const settings = Array.from({ length: 120 }, (_, i) => [`group.key_${i}`, i, "conf/train.yaml"]);
  await writeFile(join(folder, ".hydra", "origins.csv"), table([["key", "value", "source"], ...settings]));
  await writeFile(
    join(folder, "environment.json"),
    JSON.stringify({ node: process.version, platform: process.platform }),
  );
  await writeFile(
    join(folder, "confusion_matrix", "last.csv"),
    table([["true \\ predicted", ...classes], ...classes.map((name) => [name, ...classes.map((_, i) => i)])]),
  );
  const header = ["split", "index", "name", "true", "predicted", "confidence", "loss"];
  const predictions = Array.from({ length: VALIDATED }, (_, i) => {
    const [truth, predicted] = [classes[i % CLASSES], classes[(i * 7) % CLASSES]];
    return ["val", i, `photos/${truth}/${i}.jpg`, truth, predicted, 0.5, i / 100, ...classes.map(() => 0.1)];
  });
  const probabilities = classes.map((name) => `p_${name}`);
  await writeFile(join(folder, "predictions.csv"), table([[...header, ...probabilities], ...predictions]));
  await writeFile(join(folder, "classifier-training.log"), "an epoch has ended\n".repeat(LOG_LINES));
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(`${path}.next`, text);
  await rename(`${path}.next`, path);
}
