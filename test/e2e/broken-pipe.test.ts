// A reader that goes away ends a command without a word, with the exit code that a shell gives SIGPIPE.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, temporaryFolder, writeColourPictures } from "./command.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/classifier-training.js", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
});
afterAll(() => removeFolder(folder));

/** Runs a command of which one output is read until so much has come, and no further. */
function readUntil(
  words: readonly string[],
  output: "stdout" | "stderr",
  length: number,
): Promise<{ code: number | null; other: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const other = output === "stdout" ? child.stderr : child.stdout;
  let text = "";
  other.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  if (length === 0) child[output].destroy();
  else child[output].once("data", () => child[output].destroy());
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, other: text }));
  });
}

test.skipIf(process.platform === "win32")("a result that nobody reads", async () => {
  expect(await readUntil(["schema"], "stdout", 0)).toEqual({ code: 141, other: "" });
});

test.skipIf(process.platform === "win32")(
  "the lines of a training, which leaves its checkpoint",
  async () => {
    const words = ["train", ...QUICK, "data.root=photos", "trainer.max_epochs=500", "hydra.run.dir=run"];
    expect(await readUntil(words, "stderr", 1)).toEqual({ code: 141, other: "" });
    expect(existsSync(join(folder, "run", "checkpoints", "last.safetensors"))).toBe(true);
  },
);
