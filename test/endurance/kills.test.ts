// SIGKILL at random moments: every checkpoint that is left loads, and the run ends as the one never killed.

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { removeFolder, temporaryFolder } from "../e2e/command.ts";
import { count } from "./scale.ts";
import {
  CHECKPOINT_INTERVAL,
  outcomeOf,
  remainsOf,
  startTraining,
  trainToTheEnd,
  writePictures,
} from "./training.ts";

const KILLS = count("KILLS", 200, 3);
const EPOCHS = 20;

let cwd: string;
beforeAll(async () => {
  cwd = await temporaryFolder();
  await writePictures(cwd);
});
afterAll(() => removeFolder(cwd));

test(`${KILLS} kills: nothing corrupt, at most one checkpoint interval lost, the same bits`, async () => {
  const began = performance.now();
  await trainToTheEnd({ cwd, name: "whole", epochs: EPOCHS });
  const duration = performance.now() - began;
  const whole = await outcomeOf(join(cwd, "whole"));
  const random = new RandomStream(1, "kills");
  const steps: number[] = [];
  let [kills, finished] = [0, 0];
  for (; kills < KILLS || finished === 0; ) {
    const name = `killed-${finished}`;
    const folder = join(cwd, name);
    const { child, ended } = startTraining({ cwd, name, epochs: EPOCHS });
    const done = new AbortController();
    if (kills < KILLS) {
      const moment = random.float() * duration;
      delay(moment, undefined, { signal: done.signal }).then(
        () => child.kill("SIGKILL"),
        () => undefined,
      );
    }
    const { code, stderr } = await ended;
    done.abort();
    if (code === 0) {
      finished++;
      expect(await outcomeOf(folder), `after ${kills} kills`).toEqual(whole);
      await removeFolder(folder);
      continue;
    }
    expect(code, stderr).toBeNull();
    kills++;
    const { checkpoint, logged } = await remainsOf(folder);
    steps.push(checkpoint);
    expect(logged - checkpoint, `kill ${kills}`).toBeLessThanOrEqual(CHECKPOINT_INTERVAL);
    expect(stderr, `kill ${kills}`).not.toContain("CHECKPOINT_CORRUPT");
  }
  console.log(
    `${kills} kills, checkpoints of steps ${Math.min(...steps)} to ${Math.max(...steps)}, ${finished} runs finished`,
  );
});
