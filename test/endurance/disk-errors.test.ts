// File operations that fail, one after the other: a loud error, the last good checkpoint stays, nothing is half-written.
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeFolder, temporaryFolder } from "../e2e/command.ts";
import { expectFailure, type Undisturbed, undisturbed } from "./failing-runs.ts";
import { count, FULL, spread } from "./scale.ts";
import { REPLACING, writePictures } from "./training.ts";

/** Of all operations of a run, how many are tried. */
const FAILPOINTS = count("FAILPOINTS", Number.POSITIVE_INFINITY, 2);
const CODES = ["ENOSPC", "EIO", "EACCES"].slice(0, FULL ? 3 : 1);

let cwd: string;
let whole: Undisturbed;
let replacing: Undisturbed;
beforeAll(async () => {
  cwd = await temporaryFolder();
  await writePictures(cwd);
  whole = await undisturbed({ cwd, name: "whole", epochs: 1 });
  replacing = await undisturbed({ cwd, name: "replacing", ...REPLACING });
});
afterAll(() => removeFolder(cwd));

test.each(CODES)("%s in any operation of a run: one line, exit code 5", async (code) => {
  const tried = spread(whole.operations, FAILPOINTS);
  for (const { at } of tried)
    await expectFailure({ cwd, name: code, epochs: 1 }, { kind: "error", at, code });
  console.log(`${code} in ${tried.length} of ${whole.operations.length} file operations`);
});

test.each(CODES)("%s where a checkpoint is removed that is no longer among the best", async (code) => {
  const at = replacing.operations.findLastIndex(({ name }) => name === "remove");
  expect(at).toBeGreaterThan(0);
  await expectFailure({ cwd, name: code, ...REPLACING }, { kind: "error", at, code });
});
