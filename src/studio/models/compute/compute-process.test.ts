// The process that computes may die, be killed or hang: whoever asked is told so, and the next request is answered.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallModel } from "../../../../test/support/model-server.ts";
import { ComputeProcess } from "./compute-process.ts";
import type { ModelSource } from "./protocol.ts";

let folder: string;
let model: ModelSource;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-compute-"));
  model = { path: join(folder, "small.onnx"), run: undefined };
  await writeFile(model.path, await smallModel());
});
afterAll(() => rm(folder, { recursive: true }));

test("a process that is killed takes nothing with it but what it was asked", async () => {
  const notes: string[] = [];
  await using compute = new ComputeProcess({ imports: [], note: (line) => void notes.push(line) });
  expect(await compute.ask("open", model)).toMatchObject({ classes: ["a", "b", "c"] });
  const first = compute.pid!;
  process.kill(first, "SIGSTOP");
  const asked = compute.ask("open", model);
  process.kill(first, "SIGKILL");
  await expect(asked).rejects.toMatchObject({ code: "COMPUTE_LOST" });
  expect(await compute.ask("open", model)).toMatchObject({ classes: ["a", "b", "c"] });
  expect(compute.pid).not.toBe(first);
  expect(notes).toEqual([expect.stringContaining("SIGKILL")]);
}, 60_000);

test("what takes too long is given up, with its process", async () => {
  await using compute = new ComputeProcess({ imports: [], patienceMs: 1, note: () => undefined });
  await expect(compute.ask("open", model)).rejects.toMatchObject({ code: "COMPUTE_SLOW" });
  await expect.poll(() => isRunning(compute.pid!)).toBe(false);
}, 60_000);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("only so many may wait", async () => {
  await using compute = new ComputeProcess({ imports: [], note: () => undefined });
  const asked = Array.from({ length: 40 }, () => compute.ask("open", model));
  const codes = (await Promise.allSettled(asked)).map((each) =>
    each.status === "fulfilled" ? "answered" : (each.reason as { code: string }).code,
  );
  expect(new Set(codes)).toEqual(new Set(["answered", "COMPUTE_BUSY"]));
}, 60_000);
