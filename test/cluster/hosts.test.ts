// Two hosts whose link is cut while they train: both end, and say which process and host they have lost.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/train/index.ts";
import { mpiEnvironment } from "../collective/mpirun.ts";
import { QUICK, removeFolder, temporaryFolder, writeColourPictures } from "../e2e/command.ts";
import { noHosts, startHosts } from "../support/hosts.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/classifier-training.js", import.meta.url));
const COMMAND = fileURLToPath(new URL("../support/step-command.ts", import.meta.url));
/** Milliseconds in which every process ends. */
const LIMIT = 30_000;

describe.skipIf(noHosts !== undefined)("two hosts", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeColourPictures(join(folder, "photos"));
  });
  afterAll(() => removeFolder(folder));

  test("whose link is cut end, and say whom they have lost", async () => {
    using hosts = startHosts();
    const cutting = `+callbacks.cutting={_target_:StepCommand,command:'${hosts.cut}',step:4,rank:1,once:cut}`;
    const settings = [
      ...QUICK,
      "data.root=photos",
      "data.batch_size=4",
      "trainer.threads=1",
      "hydra.run.dir=run",
    ];
    const words = [
      "train",
      ...settings,
      "callbacks.model_checkpoint.every_n_train_steps=1",
      "--import",
      COMMAND,
      cutting,
    ];
    // What the second says does not reach the first any more.
    writeFileSync(
      join(folder, "rank.sh"),
      `"$@" 2>said.$OMPI_COMM_WORLD_RANK\necho $? >code.$OMPI_COMM_WORLD_RANK\n`,
    );
    const [starter = "", ...given] = hosts.together("sh", "rank.sh", process.execPath, PROGRAM, ...words);
    const launcher = spawn(starter, given, {
      cwd: folder,
      env: mpiEnvironment,
      stdio: "ignore",
      detached: true,
    });
    const codes = [0, 1].map((rank) => join(folder, `code.${rank}`));
    const said = (rank: number): string => readFileSync(join(folder, `said.${rank}`), "utf8");
    try {
      for (const begin = performance.now(); !codes.every((path) => existsSync(path)); await sleep(200)) {
        const late = performance.now() - begin > 180_000;
        expect(
          late,
          [0, 1].map((rank) => existsSync(join(folder, `said.${rank}`)) && said(rank)).join("\n"),
        ).toBe(false);
      }
    } finally {
      // It may go on waiting for the host that it cannot reach.
      process.kill(-launcher.pid!, "SIGKILL");
    }
    expect(said(0)).toMatch(/error: process 1 on south has (ended|not answered for 15 s)/);
    expect(said(1)).toMatch(/error: process 0 on north has (ended|not answered for 15 s)/);
    const cut = statSync(join(folder, "cut")).mtimeMs;
    for (const path of codes) {
      expect(Number(readFileSync(path, "utf8"))).not.toBe(0);
      expect(statSync(path).mtimeMs - cut).toBeLessThan(LIMIT);
    }
    const { state } = await loadCheckpoint(join(folder, "run/checkpoints/last.safetensors"));
    expect(state).toMatchObject({ processes: 2 });
  });
});
