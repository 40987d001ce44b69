// Processes that end before or after a file operation, one after the other: what was saved loads, and the run goes on.
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeFolder, temporaryFolder } from "../e2e/command.ts";
import { expectRecovery, undisturbed } from "./failing-runs.ts";
import { count, FULL, spread } from "./scale.ts";
import { REPLACING, writePictures } from "./training.ts";

/** Of all operations of a run, how many are tried. */
const FAILPOINTS = count("FAILPOINTS", Number.POSITIVE_INFINITY, 2);
const WHENS = (["before", "after"] as const).slice(0, FULL ? 2 : 1);

let cwd: string;
beforeAll(async () => {
  cwd = await temporaryFolder();
  await writePictures(cwd);
});
afterAll(() => removeFolder(cwd));

test.each(WHENS)("killed %s any operation of a run", async (when) => {
  const { operations, outcome } = await undisturbed({ cwd, name: `whole-${when}`, epochs: 1 });
  const kinds = new Set(operations.map(({ name }) => name));
  expect(kinds).toEqual(new Set(["open w", "open r", "write", "sync", "rename", "remove"]));
  const tried = spread(operations, FAILPOINTS);
  for (const { at } of tried) {
    await expectRecovery({ cwd, name: "killed", epochs: 1 }, [{ kind: "kill", at, when }], outcome);
  }
  console.log(`killed ${when} ${tried.length} of ${operations.length} file operations`);
});

test("killed while a checkpoint is removed that is no longer among the best", async () => {
  const { operations, outcome } = await undisturbed({ cwd, name: "replacing", ...REPLACING });
  // The first removal is that of an old summary.
  const { at } = operations.findLast(({ name }) => name === "remove")!;
  for (const when of WHENS) {
    await expectRecovery(
      { cwd, name: "replacing-killed", ...REPLACING },
      [{ kind: "kill", at, when }],
      outcome,
    );
  }
});

test("killed while what a full disk has left half-written is removed", async () => {
  const { operations, outcome } = await undisturbed({ cwd, name: "full", epochs: 1 });
  const at = operations.findLastIndex(({ name }) => name === "write");
  for (const when of WHENS) {
    const failpoints = [
      { kind: "error", at, code: "ENOSPC" },
      { kind: "kill", at: at + 1, when },
    ] as const;
    await expectRecovery({ cwd, name: "full-killed", epochs: 1 }, failpoints, outcome);
  }
});
