// File operations that end the process, or fail, one after the other: what was saved stays, and nothing is hidden.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeFolder, temporaryFolder } from "../e2e/command.ts";
import type { Failpoint } from "./failpoint.ts";
import { count, FULL, spread } from "./scale.ts";
import {
  CHECKPOINT_INTERVAL,
  outcomeOf,
  recordOperations,
  remainsOf,
  startTraining,
  type TrainingRequest,
  temporaryFiles,
  trainToTheEnd,
  writePictures,
} from "./training.ts";

/** Of all operations of a run, how many are tried. */
const FAILPOINTS = count("FAILPOINTS", Number.POSITIVE_INFINITY, 2);
const WHENS = (["before", "after"] as const).slice(0, FULL ? 2 : 1);
const CODES = ["ENOSPC", "EIO", "EACCES"].slice(0, FULL ? 3 : 1);

let cwd: string;
beforeAll(async () => {
  cwd = await temporaryFolder();
  await writePictures(cwd);
});
afterAll(() => removeFolder(cwd));

interface Operation {
  readonly name: string;
  /** Its number in the run. */
  readonly at: number;
}

/** A run that nothing disturbs, and its file operations. */
async function undisturbed(name: string, request: Pick<TrainingRequest, "epochs" | "words">) {
  const names = await recordOperations({ cwd, name, ...request });
  return {
    operations: names.map((operation, at): Operation => ({ name: operation, at })),
    outcome: await outcomeOf(join(cwd, name)),
  };
}

/** Kills a run at `failpoints`, and goes on with it. */
async function expectRecovery(
  name: string,
  request: Pick<TrainingRequest, "epochs" | "words">,
  failpoints: readonly Failpoint[],
  outcome: unknown,
): Promise<void> {
  const folder = join(cwd, name);
  const killed = await startTraining({ cwd, name, ...request, failpoints }).ended;
  const label = JSON.stringify(failpoints);
  expect(killed.code, `${label}: ${killed.stderr}`).toBeNull();
  const { checkpoint, logged } = await remainsOf(folder);
  expect(logged - checkpoint, label).toBeLessThanOrEqual(CHECKPOINT_INTERVAL);
  const { stderr } = await trainToTheEnd({ cwd, name, ...request });
  expect(stderr, label).not.toContain("CHECKPOINT_CORRUPT");
  expect(await outcomeOf(folder), label).toEqual(outcome);
  expect(await temporaryFiles(folder), label).toEqual([]);
  await removeFolder(folder);
}

/** Has an operation of a run fail. */
async function expectFailure(
  name: string,
  request: Pick<TrainingRequest, "epochs" | "words">,
  failpoint: Extract<Failpoint, { kind: "error" }>,
): Promise<void> {
  const folder = join(cwd, name);
  const { code, stderr } = await startTraining({ cwd, name, ...request, failpoints: [failpoint] }).ended;
  const label = `${JSON.stringify(failpoint)}: ${stderr}`;
  expect(code, label).toBe(5);
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  expect(errors, label).toHaveLength(1);
  expect(errors[0], label).toMatch(
    new RegExp(`/${name}/.*: cannot be written \\(${failpoint.code}\\).*\\[WRITE_FAILED\\]$`),
  );
  expect(await temporaryFiles(folder), label).toEqual([]);
  const { checkpoint, logged } = await remainsOf(folder);
  expect(logged - checkpoint, label).toBeLessThanOrEqual(CHECKPOINT_INTERVAL);
  await removeFolder(folder);
}

describe("any operation of a run", () => {
  const request = { epochs: 1 };
  let whole: Awaited<ReturnType<typeof undisturbed>>;
  let tried: readonly Operation[];
  beforeAll(async () => {
    whole = await undisturbed("whole", request);
    tried = spread(whole.operations, FAILPOINTS);
    const kinds = new Set(whole.operations.map(({ name }) => name));
    expect(kinds).toEqual(new Set(["open w", "open r", "write", "sync", "rename", "remove"]));
  });

  test.each(WHENS)("killed %s it", async (when) => {
    for (const { at } of tried) {
      await expectRecovery(`killed-${when}`, request, [{ kind: "kill", at, when }], whole.outcome);
    }
    console.log(`killed ${when} ${tried.length} of ${whole.operations.length} file operations`);
  });

  test.each(CODES)("%s: one loud line, exit code 5, nothing lost, nothing half-written", async (code) => {
    for (const { at } of tried) await expectFailure(code, request, { kind: "error", at, code });
    console.log(`${code} in ${tried.length} of ${whole.operations.length} file operations`);
  });
});

describe("removing a file", () => {
  const request = {
    epochs: 2,
    words: [
      "callbacks.model_checkpoint.monitor=val/loss",
      "callbacks.model_checkpoint.mode=min",
      "callbacks.model_checkpoint.filename='{epoch}'",
    ],
  };

  test("of a checkpoint that is no longer among the best", async () => {
    const { operations, outcome } = await undisturbed("kept", request);
    const removals = operations.filter(({ name }) => name === "remove");
    expect(removals.length).toBeGreaterThan(0);
    for (const { at } of removals) {
      for (const when of WHENS) {
        await expectRecovery("kept-killed", request, [{ kind: "kill", at, when }], outcome);
      }
      for (const code of CODES) {
        await expectFailure("kept-failed", request, { kind: "error", at, code });
      }
    }
  });

  test("that a full disk has left half-written", async () => {
    const { operations, outcome } = await undisturbed("full", { epochs: 1 });
    const at = operations.findLastIndex(({ name }) => name === "write");
    for (const when of WHENS) {
      const failpoints = [
        { kind: "error", at, code: "ENOSPC" },
        { kind: "kill", at: at + 1, when },
      ] as const;
      await expectRecovery("full-killed", { epochs: 1 }, failpoints, outcome);
    }
  });
});
