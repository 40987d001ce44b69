// Runs whose file operations end the process, or fail, and what must be left of them.
import { join } from "node:path";
import { expect } from "vitest";
import { removeFolder } from "../e2e/command.ts";
import type { Failpoint } from "./failpoint.ts";
import {
  CHECKPOINT_INTERVAL,
  outcomeOf,
  recordOperations,
  remainsOf,
  startTraining,
  type TrainingRequest,
  temporaryFiles,
  trainToTheEnd,
} from "./training.ts";

export interface Operation {
  readonly name: string;
  /** Its number in the run. */
  readonly at: number;
}

export interface Undisturbed {
  readonly operations: readonly Operation[];
  readonly outcome: unknown;
}

/** A run that nothing disturbs, and its file operations. */
export async function undisturbed(request: TrainingRequest): Promise<Undisturbed> {
  const names = await recordOperations(request);
  return {
    operations: names.map((operation, at): Operation => ({ name: operation, at })),
    outcome: await outcomeOf(join(request.cwd, request.name)),
  };
}

/** Kills a run at `failpoints`, and goes on with it. */
export async function expectRecovery(
  request: TrainingRequest,
  failpoints: readonly Failpoint[],
  outcome: unknown,
): Promise<void> {
  const folder = join(request.cwd, request.name);
  const killed = await startTraining({ ...request, failpoints }).ended;
  const label = JSON.stringify(failpoints);
  expect(killed.code, `${label}: ${killed.stderr}`).toBeNull();
  const { checkpoint, logged } = await remainsOf(folder);
  expect(logged - checkpoint, label).toBeLessThanOrEqual(CHECKPOINT_INTERVAL);
  const { stderr } = await trainToTheEnd(request);
  expect(stderr, label).not.toContain("CHECKPOINT_CORRUPT");
  expect(await outcomeOf(folder), label).toEqual(outcome);
  expect(await temporaryFiles(folder), label).toEqual([]);
  await removeFolder(folder);
}

/** Has an operation of a run fail. */
export async function expectFailure(
  request: TrainingRequest,
  failpoint: Extract<Failpoint, { kind: "error" }>,
): Promise<void> {
  const folder = join(request.cwd, request.name);
  const { code, stderr } = await startTraining({ ...request, failpoints: [failpoint] }).ended;
  const label = `${JSON.stringify(failpoint)}: ${stderr}`;
  expect(code, label).toBe(5);
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  expect(errors, label).toHaveLength(1);
  expect(errors[0], label).toMatch(
    new RegExp(`/${request.name}/.*: cannot be written \\(${failpoint.code}\\).*\\[WRITE_FAILED\\]$`),
  );
  expect(await temporaryFiles(folder), label).toEqual([]);
  const { checkpoint, logged } = await remainsOf(folder);
  expect(logged - checkpoint, label).toBeLessThanOrEqual(CHECKPOINT_INTERVAL);
  await removeFolder(folder);
}
