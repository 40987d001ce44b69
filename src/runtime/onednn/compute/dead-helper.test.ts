// A helper that dies while a convolution is computed: who waits for it is told, and does not wait for ever.
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { numbers } from "../../../../test/conformance/case.ts";
import { bindBatch, conv2d, createProgram, Graph, input } from "../../../graph/index.ts";
import { loadLibrary } from "../ffi/index.ts";
import { onednnRuntime } from "../index.ts";
import type { ElementArray } from "../plan/element-type.ts";
import { ComputeSession } from "./session.ts";

const { available, detail } = await onednnRuntime.probe();
if (!available) console.log(`runtime onednn is skipped: ${detail}`);

const SHAPES = { x: [2, 16, 24, 24], w: [16, 16, 3, 3] } as const;

/** A session with three threads, a convolution to run in it, and its helpers. */
async function opened() {
  const graph = new Graph();
  const [x, w] = [input(graph, "x", "float32", SHAPES.x), input(graph, "w", "float32", SHAPES.w)];
  const y = conv2d(x, w, undefined, { padding: [1, 1] });
  const program = bindBatch(createProgram({ name: "layer", outputs: { y } }), 2);
  const session = new ComputeSession(await loadLibrary(), {
    ...{ storages: [], threads: 3, precision: "32-true", convolutionAlgorithm: "winograd_wasm" },
    ...{ processor: "any", choices: new Map(), shared: undefined },
  });
  const helpers: Worker[] = [];
  const seen = (helper: Worker) => helpers.push(helper);
  process.on("worker", seen);
  await session.prepare(program);
  process.off("worker", seen);
  expect(helpers).toHaveLength(2);
  const { id } = session.compile(program);
  const inputs = new Map(
    Object.entries(SHAPES).map(([name, shape]) => [name, numbers(shape, name, -1, 1).data as ElementArray]),
  );
  return { session, helpers, run: () => session.run(id, inputs) };
}

let session: ComputeSession | undefined;
afterEach(() => session?.dispose());

const FAILURE = { kind: "failure", code: "ONEDNN_FAILED" };

describe.skipIf(!available)("a helper", () => {
  test("that dies during a run fails that run, and those after it", async () => {
    const { helpers, run, ...rest } = await opened();
    session = rest.session;
    expect(run().get("y")).toHaveLength(2 * 16 * 24 * 24);
    // Until the caller waits for something else it is not told that the thread has ended.
    void helpers[1]!.terminate();
    const begun = { ...FAILURE, message: "a helper of the compute thread has died" };
    expect(run).toThrow(expect.objectContaining(begun));
    expect(run).toThrow(expect.objectContaining(FAILURE));
  });

  test("that has died before fails the next run", async () => {
    const { helpers, run, ...rest } = await opened();
    session = rest.session;
    await helpers[0]!.terminate();
    expect(run).toThrow(expect.objectContaining(FAILURE));
  });
});
