import { expect, test } from "vitest";
import { float32, hostTensor } from "../core/index.ts";
import { add, type BoundProgram, createProgram, Graph, input, type Program } from "../graph/index.ts";
import { compileByBatch } from "./batch-executable.ts";
import type { Executable } from "./contract.ts";

/** Compiles to executables that give their program's shape, and tells what happens to them. */
function recorder() {
  const log: string[] = [];
  const compile = async (program: BoundProgram): Promise<Executable> => {
    const [size] = program.inputs[0]!.shape as [number];
    log.push(`compile ${size}`);
    return {
      run: async () => ({ size: hostTensor("int32", [], Int32Array.of(size)) }),
      dispose: async () => {
        log.push(`dispose ${size}`);
      },
    };
  };
  return { log, compile };
}

const of = (size: number) => ({ x: float32([size], new Array<number>(size).fill(0)) });

function single(): Program {
  return createProgram({ name: "p", outputs: { y: add(input(new Graph(), "x", "float32", ["N"]), 1) } });
}

test("each size of batch is compiled once; the few used latest are kept", async () => {
  const { log, compile } = recorder();
  const executable = await compileByBatch(single(), compile);
  for (const size of [8, 8, 3, 8, 5, 6, 8, 7]) {
    const { size: ran } = await executable.run(of(size));
    expect(ran!.data[0]).toBe(size);
  }
  expect(log).toEqual(["compile 8", "compile 3", "compile 5", "compile 6", "compile 7", "dispose 3"]);
  await executable.dispose();
  expect(log.slice(6).sort()).toEqual(["dispose 5", "dispose 6", "dispose 7", "dispose 8"]);
  await expect(executable.run(of(8))).rejects.toMatchObject({ code: "RUNTIME_DISPOSED" });
});

test("a program whose sizes are all known is compiled at once", async () => {
  const { log, compile } = recorder();
  const y = add(input(new Graph(), "x", "float32", [4]), 1);
  await compileByBatch(createProgram({ name: "p", outputs: { y } }), compile);
  expect(log).toEqual(["compile 4"]);
});

test("a failure to compile is not kept", async () => {
  let failures = 1;
  const { compile } = recorder();
  const executable = await compileByBatch(single(), async (program) => {
    if (failures-- > 0) throw new Error("out of memory");
    return compile(program);
  });
  await expect(executable.run(of(2))).rejects.toThrow("out of memory");
  expect((await executable.run(of(2))).size!.data[0]).toBe(2);
});

test("inputs that are not of one batch are refused", async () => {
  const graph = new Graph();
  const outputs = { a: input(graph, "a", "float32", ["N", 2]), b: input(graph, "b", "float32", ["2N"]) };
  const executable = await compileByBatch(createProgram({ name: "pair", outputs }), recorder().compile);
  const zeros = (...shape: number[]) =>
    hostTensor("float32", shape, new Float32Array(shape.reduce((n, dim) => n * dim, 1)));
  await executable.run({ a: zeros(3, 2), b: zeros(6) });
  const refused = async (a: ReturnType<typeof zeros>, b: ReturnType<typeof zeros>, message: string) =>
    expect(executable.run({ a, b })).rejects.toMatchObject({
      code: "RUN_INPUT",
      message: expect.stringContaining(message),
    });
  await refused(zeros(3, 2), zeros(5), "input b is float32[5], it takes float32[2N] with N = 3");
  await refused(zeros(3, 1), zeros(6), "input a is float32[3, 1], it takes float32[N, 2]");
  await refused(zeros(3), zeros(6), "input a is float32[3]");
});
