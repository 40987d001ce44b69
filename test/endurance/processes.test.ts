// One of several processes is killed or stopped at random moments: the others end soon and say which, and the run goes on to
// the bits of one that was left alone.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { noMpirun } from "../collective/mpirun.ts";
import { removeFolder, temporaryFolder } from "../e2e/command.ts";
import { count } from "./scale.ts";
import { outcomeOf, startTraining, trainToTheEnd, writePictures } from "./training.ts";

const KILLS = count("PROCESS_KILLS", 50, 1);
const STOPS = count("PROCESS_STOPS", 5, 0);
const PROCESSES = 3;
const EPOCHS = 6;
/** Milliseconds in which the others end. */
const LIMIT = 30_000;

let cwd: string;
beforeAll(async () => {
  cwd = await temporaryFolder();
  await writePictures(cwd);
});
afterAll(() => removeFolder(cwd));

function childrenOf(pid: number): number[] {
  const { stdout: list } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return list.trim() === "" ? [] : list.trim().split(/\s+/).map(Number);
}

describe.skipIf(noMpirun !== undefined)("of three processes", () => {
  test(`${KILLS} are killed and ${STOPS} stopped`, async () => {
    const request = { cwd, epochs: EPOCHS, processes: PROCESSES, words: ["data.batch_size=2"] };
    const began = performance.now();
    await trainToTheEnd({ ...request, name: "whole" });
    const duration = performance.now() - began;
    const whole = await outcomeOf(join(cwd, "whole"));
    const random = new RandomStream(1, "processes");
    const seconds: number[] = [];
    let finished = 0;
    for (let faults = 0; faults < KILLS + STOPS || finished === 0; ) {
      const name = `disturbed-${finished}`;
      const { child, ended } = startTraining({ ...request, name });
      const running = new AbortController();
      const [signal, moment, rank] = [
        faults < KILLS ? "SIGKILL" : "SIGSTOP",
        (0.2 + 0.8 * random.float()) * duration,
        random.integer(PROCESSES),
      ] as const;
      let victim: number | undefined;
      let struck = Number.NaN;
      if (faults < KILLS + STOPS) {
        // One that has not joined yet can be waited for by MPI alone, which has a limit of its own.
        if (signal === "SIGSTOP") await Promise.race([ended, once(child.stderr, "data")]);
        await Promise.race([ended, delay(moment, undefined, { signal: running.signal })]).catch(
          () => undefined,
        );
      }
      if (child.exitCode === null && faults < KILLS + STOPS) {
        victim = childrenOf(child.pid!)[rank];
        if (victim !== undefined) process.kill(victim, signal);
        struck = performance.now();
      }
      if (victim !== undefined && signal === "SIGSTOP") {
        // mpirun waits for a process that is stopped: what counts is how long the others do.
        while (childrenOf(child.pid!).some((pid) => pid !== victim)) await delay(100);
        expect(performance.now() - struck).toBeLessThan(LIMIT);
        try {
          process.kill(victim, "SIGKILL");
        } catch {
          // mpirun has ended it.
        }
      }
      const { code, stderr } = await ended;
      running.abort();
      if (code === 0) {
        finished++;
        expect(await outcomeOf(join(cwd, name)), `after ${faults} faults`).toEqual(whole);
        continue;
      }
      faults++;
      seconds.push((performance.now() - struck) / 1000);
      expect(performance.now() - struck, stderr).toBeLessThan(LIMIT);
      expect(stderr).not.toContain("CHECKPOINT_CORRUPT");
    }
    console.log(
      `${seconds.length} faults, over after ${Math.max(...seconds).toFixed(1)} s at most; ${finished} runs finished`,
    );
  });
});
