// What is particular to this runtime: memory over many sessions, and errors that say where.
import { describe, expect, test } from "vitest";
import { float32, toNumbers } from "../../core/index.ts";
import {
  add,
  createProgram,
  Graph,
  input,
  mul,
  readVariable,
  relu,
  storageOf,
  wholeStorage,
} from "../../graph/index.ts";
import { onnxRuntime } from "./index.ts";

const SIZE = 4_000_000;
const storage = storageOf("state", [{ name: "v", dtype: "float32", shape: [SIZE] }]);
const v = storage.members[0]!;

function stepProgram() {
  const graph = new Graph();
  const old = readVariable(graph, wholeStorage(storage));
  const value = add(mul(old, 0.5), relu(input(graph, "x", "float32", [SIZE])));
  return createProgram({ name: "step", outputs: {}, updates: [{ variable: wholeStorage(storage), value }] });
}

/** Opens a session, trains a little, disposes of it. */
async function cycle(): Promise<void> {
  const session = await onnxRuntime.open({ storages: [storage], threads: 1 });
  const step = await session.compile(stepProgram());
  for (let i = 0; i < 3; i++) await step.run({ x: float32([SIZE], new Float32Array(SIZE).fill(1)) });
  const [tensor] = await session.read([v]);
  expect(toNumbers(tensor!.data.subarray(0, 1))[0]).toBe(1.75);
  await session.dispose();
}

describe("a session", () => {
  test("gives its memory back: cycles of open, train and dispose do not add up", async () => {
    for (let i = 0; i < 2; i++) await cycle();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 8; i++) await cycle();
    // Each cycle holds 64 MB and more; kept, eight of them would be 500 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(150e6);
  });

  test("disposes once, and its executables with it", async () => {
    const session = await onnxRuntime.open({ storages: [storage] });
    const step = await session.compile(stepProgram());
    await Promise.all([session.dispose(), session.dispose(), step.dispose()]);
    const disposed = expect.objectContaining({ code: "RUNTIME_DISPOSED" });
    await expect(step.run({ x: float32([1], [0]) })).rejects.toEqual(disposed);
    await expect(session.read([v])).rejects.toEqual(disposed);
    await expect(session.compile(stepProgram())).rejects.toEqual(disposed);
  });

  test("names the library in its probe and refuses a precision it does not have", async () => {
    const probe = await onnxRuntime.probe();
    expect(probe).toMatchObject({ available: true, precisions: ["32-true"] });
    expect(probe.detail).toMatch(/^onnxruntime \d+\.\d+\.\d+ on /);
    await expect(onnxRuntime.open({ storages: [], precision: "bf16-mixed" })).rejects.toEqual(
      expect.objectContaining({ code: "RUNTIME_PRECISION", kind: "usage" }),
    );
  });

  test("names program, module and op when onnxruntime refuses a program", async () => {
    const session = await onnxRuntime.open({ storages: [] });
    const graph = new Graph();
    const x = input(graph, "x", "bool", [2]);
    const y = graph.within("layer1.0", () => add(x, x));
    const program = createProgram({ name: "sums", outputs: { y } });
    await expect(session.compile(program)).rejects.toEqual(
      expect.objectContaining({
        code: "RUNTIME_COMPILE",
        message: expect.stringMatching(/program sums.*layer1\.0\/add/),
      }),
    );
    await session.dispose();
  });
});
