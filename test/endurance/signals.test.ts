// SIGINT and SIGTERM at random steps, while saving and while validating: a checkpoint, and the code of the signal.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { removeFolder, signalled, temporaryFolder } from "../e2e/command.ts";
import { count } from "./scale.ts";
import {
  outcomeOf,
  recordOperations,
  remainsOf,
  startTraining,
  type TrainingRequest,
  temporaryFiles,
  trainToTheEnd,
  writePictures,
} from "./training.ts";

const SIGNALS = count("SIGNALS", 100, 3);
const EPOCHS = 6;
const STEPS_OF_AN_EPOCH = 3;
const VALIDATION_BATCHES = 2;
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

let cwd: string;
let whole: unknown;
/** Numbers of the file operations of the first checkpoints. */
let saving: readonly number[];

beforeAll(async () => {
  cwd = await temporaryFolder();
  await writePictures(cwd);
  const operations = await recordOperations({ cwd, name: "whole", epochs: EPOCHS });
  whole = await outcomeOf(join(cwd, "whole"));
  // The run's own record comes first, the rest of its checkpoints and its export last.
  const all = operations.map((_, at) => at);
  saving = all.slice(Math.floor(all.length * 0.2), Math.floor(all.length * 0.7));
});
afterAll(() => removeFolder(cwd));

type Signal = keyof typeof CODES;
type Disturbance = Pick<TrainingRequest, "failpoints" | "words">;

/** Where signals come: behind a step, in a validation, in a save. */
const PLACES: readonly ((signal: Signal, random: RandomStream) => Disturbance)[] = [
  (signal, random) => ({
    words: signalled(signal, "step", random.integer((EPOCHS - 1) * STEPS_OF_AN_EPOCH)),
  }),
  (signal, random) => ({
    words: signalled(signal, "validation", random.integer((EPOCHS - 1) * VALIDATION_BATCHES)),
  }),
  (signal, random) => ({
    failpoints: [{ kind: "signal", signal, at: saving[random.integer(saving.length)]!, stall: false }],
  }),
];

test(`${SIGNALS} of ${SIGNALS}: a checkpoint, 130 or 143, and the run goes on to the same bits`, async () => {
  const random = new RandomStream(1, "signals");
  for (let i = 0; i < SIGNALS; i++) {
    const signal = i % 2 === 0 ? "SIGINT" : "SIGTERM";
    const disturbance = PLACES[i % PLACES.length]!(signal, random);
    const label = `${signal}, ${JSON.stringify(disturbance)}`;
    const name = `cut-${i}`;
    const folder = join(cwd, name);
    const { code, stderr } = await startTraining({ cwd, name, epochs: EPOCHS, ...disturbance }).ended;
    expect(code, `${label}: ${stderr}`).toBe(CODES[signal]);
    expect(stderr, label).toContain(`${signal}: finishing this step`);
    expect(await temporaryFiles(folder), label).toEqual([]);
    const { checkpoint, logged } = await remainsOf(folder);
    expect(checkpoint, label).toBe(logged);
    await trainToTheEnd({ cwd, name, epochs: EPOCHS });
    expect(await outcomeOf(folder), label).toEqual(whole);
    await removeFolder(folder);
  }
});

test("a second signal ends the process at once, even where a save hangs", async () => {
  for (const [i, at] of [saving[0]!, saving.at(-1)!].entries()) {
    const signal = i === 0 ? "SIGINT" : "SIGTERM";
    const failpoints = [{ kind: "signal", signal, at, stall: true }] as const;
    const { code } = await startTraining({ cwd, name: `hung-${i}`, epochs: EPOCHS, failpoints }).ended;
    expect(code).toBe(CODES[signal]);
    await remainsOf(join(cwd, `hung-${i}`));
    await trainToTheEnd({ cwd, name: `hung-${i}`, epochs: EPOCHS });
    expect(await outcomeOf(join(cwd, `hung-${i}`))).toEqual(whole);
  }
});
