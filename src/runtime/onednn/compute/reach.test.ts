// Programs that need more memory than kernels in WebAssembly reach, which a small limit stands for here.
import { afterEach, describe, expect, test } from "vitest";
import { numbers } from "../../../../test/conformance/case.ts";
import { gradients } from "../../../autodiff/index.ts";
import { sizeOf } from "../../../core/index.ts";
import {
  type BoundProgram,
  bindBatch,
  conv2d,
  createProgram,
  Graph,
  input,
  mul,
  reduceSum,
  relu,
} from "../../../graph/index.ts";
import type { ConvolutionAlgorithm } from "../../contract.ts";
import { referenceRuntime } from "../../reference/index.ts";
import { loadLibrary } from "../ffi/index.ts";
import { onednnRuntime } from "../index.ts";
import type { ElementArray } from "../plan/element-type.ts";
import { ComputeSession } from "./session.ts";

const { available, detail } = await onednnRuntime.probe();
if (!available) console.log(`runtime onednn is skipped: ${detail}`);

const [CHANNELS, SIZE] = [16, 24];
/** What a batch of 2 fits into, and one of 16 does not. */
const SLAB_BYTES = 2 ** 21;

/** Three convolutions and their gradients. */
function programOf(images: number): BoundProgram {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [images, CHANNELS, SIZE, SIZE]);
  const weights = [0, 1, 2].map((i) => input(graph, `w${i}`, "float32", [CHANNELS, CHANNELS, 3, 3]));
  const y = weights.reduce((map, w) => relu(conv2d(map, w, undefined, { padding: [1, 1] })), x);
  const slopes = gradients(reduceSum(mul(y, y)), [x, ...weights]);
  const outputs = Object.fromEntries([y, ...slopes].map((value, i) => [`${i}`, value!]));
  return bindBatch(createProgram({ name: "layers", outputs }), images);
}

const inputsOf = ({ inputs }: BoundProgram) =>
  Object.fromEntries(inputs.map(({ name, shape }) => [name, numbers(shape, name, -0.1, 0.1)]));

let session: ComputeSession | undefined;
afterEach(async () => {
  await session?.dispose();
  session = undefined;
});

/** Compiled in a session whose memories hold no more than `SLAB_BYTES`, run and profiled. */
async function compute(program: BoundProgram, convolutionAlgorithm: ConvolutionAlgorithm) {
  const choices = new Map();
  session = new ComputeSession(await loadLibrary(), {
    ...{ storages: [], threads: 2, precision: "32-true", convolutionAlgorithm, processor: "any", choices },
    ...{ shared: undefined, slabBytes: SLAB_BYTES },
  });
  await session.prepare(program);
  const { id, workspaceBytes, remark } = session.compile(program);
  const inputs = new Map(
    Object.entries(inputsOf(program)).map(([name, { data }]) => [name, data as ElementArray]),
  );
  const outputs = session.run(id, inputs);
  const convolutions = session
    .profile(id, inputs)
    .filter(({ work }) => work === "convolution")
    .map(({ implementation }) => implementation!);
  return { outputs, workspaceBytes, remark, convolutions };
}

/** |ours - exact| / |exact| of the worst output, in the L2 norm. */
async function worstError(
  program: BoundProgram,
  outputs: ReadonlyMap<string, ElementArray>,
): Promise<number> {
  const oracle = await referenceRuntime.open({ storages: [] });
  const exact = await (await oracle.compile(program)).run(inputsOf(program));
  const size = (data: Float64Array): number => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
  const errors = Object.entries(exact).map(([name, { data, shape }]) => {
    const [ours, theirs] = [outputs.get(name)!, data as Float64Array];
    expect(ours).toHaveLength(sizeOf(shape));
    return size(theirs.map((x, i) => Number(ours[i]) - x)) / size(theirs);
  });
  return Math.max(...errors);
}

describe.skipIf(!available)("a program within one memory", () => {
  test("computes its convolutions in Winograd's form and has nothing to say", async () => {
    const program = programOf(2);
    const { outputs, workspaceBytes, remark, convolutions } = await compute(program, "winograd_wasm");
    expect(workspaceBytes).toBeLessThanOrEqual(SLAB_BYTES);
    expect(convolutions).toEqual(Array(9).fill("winograd_wasm"));
    expect(remark).toBeUndefined();
    expect(await worstError(program, outputs)).toBeLessThan(5e-6);
  });
});

describe.skipIf(!available)("a program beyond one memory", () => {
  test("computes them with the library, as exactly, and says so", async () => {
    const program = programOf(16);
    const { outputs, workspaceBytes, remark, convolutions } = await compute(program, "winograd_wasm");
    expect(workspaceBytes).toBeGreaterThan(SLAB_BYTES);
    expect(convolutions).toHaveLength(9);
    expect(convolutions).not.toContain("winograd_wasm");
    expect(remark).toMatch(/^a batch needs 0\.00\d+ GiB, more than the 0\.00195 GiB .*: 9 convolutions take/);
    expect(await worstError(program, outputs)).toBeLessThan(2e-6);
  });

  test("says nothing where its convolutions are the library's anyway", async () => {
    const { remark } = await compute(programOf(16), "direct");
    expect(remark).toBeUndefined();
  });

  test("whose measurements need more than one memory, too, takes what the library has", async () => {
    const program = programOf(32);
    const { outputs, convolutions } = await compute(program, "auto");
    expect(convolutions).not.toContain("winograd_wasm");
    expect(await worstError(program, outputs)).toBeLessThan(5e-6);
  });
});
