// Threads of TypeScript sources, as programs that run with tsx start them; other tests start compiled modules.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = `
  import { startThread } from "./threads.ts";
  const from = new URL("./threads.ts", import.meta.url).href;
  const workerData = { module: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), fillings: [], taken: new Int32Array(1) };
  startThread("./fill-thread", from, { workerData }).once("message", (answer) => console.log(answer));
`;

test("a thread runs a source as it lies there", async () => {
  const loaded = ["--import", "tsx", "--input-type=module", "--eval", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, loaded, { cwd: import.meta.dirname });
  expect(stdout).toBe("done\n");
});
