// What following 20 runs that go on costs the studio: their files are written here as trainings write them, in a process of its own.
//
//     npx tsx bench/studio/live-runs.ts [seconds]
import { fork } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunLock } from "../../src/app/run/lock/run-lock.ts";
import { RunFollower } from "../../src/studio/runs/run-follower.ts";

const RUNS = 20;
/** Columns, and rows that there are before it begins: a run of the second day. */
const [METRICS, EPOCHS] = [30, 200];

if (process.send === undefined) await measure(Number(process.argv[2] ?? 30));
else await train(process.argv[2]!);

/** Follows, and says what share of a core that took. */
async function measure(seconds: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "live-runs-"));
  const writer = fork(import.meta.filename, [root]);
  try {
    await new Promise((resolve) => writer.once("message", resolve));
    const follower = new RunFollower(root);
    let changes = 0;
    using _following = follower.follow(({ runs }) => {
      changes += runs.length;
      for (const { id } of runs) void follower.run(id).then(({ history }) => history.refresh());
    });
    const found = await follower.rows();
    const live = found.filter(({ status }) => status === "running").length;
    await sleep(3000);
    changes = 0;
    const before = process.cpuUsage();
    const began = performance.now();
    await sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1000 / (performance.now() - began);
    const result = {
      date: new Date().toISOString(),
      processor: cpus()[0]?.model.trim(),
      live_runs: live,
      seconds,
      rows_told: changes,
      core_share: Number(share.toFixed(4)),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    writer.kill();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Twenty runs: each tells its progress every second, and ends an epoch every five. */
async function train(root: string): Promise<void> {
  const names = Array.from({ length: METRICS }, (_, i) => `val/metric_${i}`);
  const rowOf = (epoch: number): string => [epoch, epoch * 10, ...names.map(() => Math.random())].join(",");
  const runs = await Promise.all(
    Array.from({ length: RUNS }, async (_, i) => {
      const folder = join(root, "day", String(i));
      await mkdir(join(folder, ".hydra"), { recursive: true });
      await writeFile(join(folder, ".hydra", "config.yaml"), "trainer:\n  max_epochs: 100000\n");
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
      };
      await write(join(folder, "progress.json"), JSON.stringify(progress));
      if ((second + i) % 5 !== 0) continue;
      rows.push(rowOf(epoch));
      await write(join(folder, "metrics.csv"), `${rows.join("\n")}\n`);
    }
    await sleep(1000);
  }
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(`${path}.next`, text);
  await rename(`${path}.next`, path);
}
