// launch slurm: jobs of a real Slurm, that are pre-empted, queued again and go on.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/train/index.ts";
import { mpiEnvironment } from "../collective/mpirun.ts";
import {
  type CommandResult,
  QUICK,
  removeFolder,
  start,
  temporaryFolder,
  writeColourPictures,
} from "../e2e/command.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/slurm.ts";

const COMMAND = fileURLToPath(new URL("../support/step-command.ts", import.meta.url));
/** A job that takes the place of this one. */
const PREEMPTING = "sbatch --partition=high --ntasks=2 --output=/dev/null --wrap=true";
const SETTINGS = [
  ...QUICK,
  "trainer.max_epochs=3",
  "data.root=photos",
  "data.batch_size=4",
  "trainer.threads=1",
];

describe.skipIf(noSlurm !== undefined)("Slurm", () => {
  let folder: string;
  let slurm: TestSlurm;
  beforeAll(async () => {
    folder = await temporaryFolder();
    [slurm] = await Promise.all([startSlurm(), writeColourPictures(join(folder, "photos"))]);
  });
  afterAll(async () => {
    await slurm?.[Symbol.asyncDispose]();
    await removeFolder(folder);
  });

  /** Hands a training with two processes over, and waits for its end; what it has said. */
  async function train(name: string, ...more: string[]): Promise<string> {
    const job = ["--name", name, "--ranks-per-node", "2", "--partition", "low", "--submit"];
    const words = ["launch", "slurm", ...job, "--", "train", ...SETTINGS, `hydra.run.dir=${name}`, ...more];
    const { code, stdout, stderr } = await start(folder, words, { ...mpiEnvironment, ...slurm.environment })
      .ended;
    expect(code, stderr).toBe(0);
    await slurm.finished(name);
    const [, id] = /Submitted batch job (\d+)/.exec(stdout)!;
    return readFile(join(folder, `${name}-${id}.log`), "utf8");
  }

  /** Runs a command beside Slurm. */
  function run(words: readonly string[]): Promise<CommandResult> {
    return start(folder, words, slurm.environment).ended;
  }

  async function outcomeOf(name: string) {
    const summary = JSON.parse(await readFile(join(folder, name, "summary.json"), "utf8"));
    const { tensors } = await loadCheckpoint(join(folder, name, "checkpoints/last.safetensors"));
    return { metrics: summary.metrics, status: summary.status, steps: summary.steps, tensors };
  }

  test("a job that is pre-empted is queued again, and ends with the bits of one that was left alone", async () => {
    const undisturbed = await train("whole");
    expect(undisturbed).toContain("2 processes with 4 pictures each");
    const preemption = `+callbacks.preemption={_target_:StepCommand,command:'${PREEMPTING}',step:4,rank:0,once:asked,waits:true}`;
    const log = await train("preempted", "--import", COMMAND, preemption);
    expect(log).toMatch(/SIG(TERM|USR1): finishing this step/);
    expect(await outcomeOf("whole")).toMatchObject({ status: "completed", steps: 9 });
    expect(await outcomeOf("preempted")).toEqual(await outcomeOf("whole"));
  });

  test("an array of workers finishes a study, one of them queued again in the middle", async () => {
    const space = "model.learning_rate=tag(log,interval(1e-4,1e-1))";
    const study = ["--study", "shirts", "--trials", "3", "--pruner", "none"];
    // Begun and given up: what is left is for the array.
    const begun = start(folder, [
      "search",
      ...QUICK,
      "data.root=photos",
      space,
      ...study,
      "trainer.max_epochs=20",
    ]);
    begun.child.stderr.on("data", (text: string) => {
      if (text.includes("epoch 1/20")) begun.child.kill("SIGKILL");
    });
    await begun.ended;
    const join = ["--", "search", "join", "outputs/studies/shirts"];
    const launch = [
      "launch",
      "slurm",
      "--name",
      "shirts",
      "--partition",
      "low",
      "--workers",
      "2",
      "--submit",
    ];
    const submitted = await run([...launch, ...join]);
    expect(submitted.code, submitted.stderr).toBe(0);
    const [, id] = /Submitted batch job (\d+)/.exec(submitted.stdout)!;
    await slurm.until("waited for a worker", () => existsSync(`${folder}/shirts-${id}_1.log`));
    slurm.run("scontrol", "requeue", `${id}_1`);
    await slurm.finished("shirts");
    const { stdout } = await run(["search", "show", "shirts"]);
    expect(stdout).toContain("3 completed");
    expect(slurm.run("scontrol", "show", "job", `${id}_1`)).toContain("Restarts=1");
  });
});
