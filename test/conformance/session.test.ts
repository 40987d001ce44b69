// What every runtime promises about variables, runs and errors, whatever it computes.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  ClassifierTrainingError,
  float32,
  type HostTensor,
  hostTensor,
  toNumbers,
  zeros,
} from "../../src/core/index.ts";
import {
  add,
  batchNormTraining,
  constant,
  conv2d,
  createProgram,
  Graph,
  input,
  mul,
  type ProgramParts,
  readVariable,
  reduceSum,
  reshape,
  slice,
  storageOf,
  sub,
  type Update,
  type Value,
  wholeStorage,
} from "../../src/graph/index.ts";
import type { Executable, Session } from "../../src/runtime/contract.ts";
import { int64, numbers } from "./case.ts";
import { findRuntimes } from "./runtimes.ts";

const parameters = storageOf("parameters", [
  { name: "a", dtype: "float32", shape: [2, 2] },
  { name: "b", dtype: "float32", shape: [4] },
  { name: "kernel", dtype: "float32", shape: [4, 3, 3, 3] },
]);
const counters = storageOf("counters", [{ name: "steps", dtype: "int64", shape: [] }]);
const [a, b, kernel] = [parameters.members[0]!, parameters.members[1]!, parameters.members[2]!];
const steps = counters.members[0]!;
const whole = wholeStorage(parameters);

/** For a program whose only input is x, float32 [2]. */
const WRONG_INPUTS: readonly { readonly name: string; readonly inputs: Record<string, HostTensor> }[] = [
  { name: "missing", inputs: {} },
  { name: "unknown beside the right one", inputs: { x: numbers([2]), other: numbers([2]) } },
  { name: "named like a property of every object", inputs: { x: numbers([2]), toString: numbers([2]) } },
  { name: "of another shape", inputs: { x: numbers([3]) } },
  { name: "of another rank", inputs: { x: numbers([1, 2]) } },
  { name: "of another dtype", inputs: { x: int64([2], [1, 2]) } },
];

type Parts = Partial<Pick<ProgramParts, "outputs" | "updates">>;

function program(name: string, build: (graph: Graph) => Parts) {
  const { outputs = {}, updates = [] } = build(new Graph());
  return createProgram({ name, outputs, updates });
}

/** An update that adds `amount` to a variable. */
function increment(graph: Graph, variable: typeof a, amount: number): Update {
  return { variable, value: add(readVariable(graph, variable), amount) };
}

function elements(tensor: HostTensor | undefined): number[] {
  return toNumbers(tensor!.data);
}

describe.each(await findRuntimes())("$name", ({ runtime, available }) => {
  describe.skipIf(!available)("session", () => {
    let session: Session;
    const compile = (name: string, build: (graph: Graph) => Parts): Promise<Executable> =>
      session.compile(program(name, build));
    const read = async (...variables: readonly (typeof a)[]): Promise<number[][]> =>
      (await session.read(variables)).map(elements);

    const open = (): Promise<Session> => runtime.open({ storages: [parameters, counters], threads: 1 });

    beforeAll(async () => {
      session = await open();
    });
    beforeEach(async () => {
      await session.write([
        { variable: whole, tensor: zeros("float32", whole.shape) },
        { variable: steps, tensor: int64([], [0]) },
        { variable: a, tensor: float32([2, 2], [1, 2, 3, 4]) },
        { variable: b, tensor: float32([4], [10, 20, 30, 40]) },
      ]);
    });
    afterAll(() => session.dispose());

    test("says what it is", () => {
      expect(session.runtime).toBe(runtime.name);
      expect(session.precision).toBe("32-true");
      expect(session.threads).toBe(1);
    });

    test("storages begin with zeros", async () => {
      const fresh = await open();
      const tensors = await fresh.read([whole, steps]);
      expect(tensors.flatMap(elements).every((x) => x === 0)).toBe(true);
      await fresh.dispose();
    });

    test("reads back what was written, members and whole storages, floats of either width", async () => {
      const wide = hostTensor("float64", [4], Float64Array.of(0.5, 0.25, -3, 1e6));
      await session.write([{ variable: b, tensor: wide }]);
      expect(await read(a, b)).toEqual([
        [1, 2, 3, 4],
        [0.5, 0.25, -3, 1e6],
      ]);
      const everything = numbers([whole.shape[0]!]);
      await session.write([{ variable: whole, tensor: everything }]);
      expect(await read(a)).toEqual([elements(everything).slice(0, 4)]);
      expect(await read(whole)).toEqual([elements(everything)]);
    });

    test("keeps int64 exactly", async () => {
      await session.write([
        { variable: steps, tensor: hostTensor("int64", [], BigInt64Array.of(2n ** 60n + 1n)) },
      ]);
      const [tensor] = await session.read([steps]);
      expect(tensor!.data).toEqual(BigInt64Array.of(2n ** 60n + 1n));
    });

    test("written and read tensors are copies", async () => {
      const tensor = float32([4], [1, 2, 3, 4]);
      await session.write([{ variable: b, tensor }]);
      tensor.data.fill(7);
      const [first] = await session.read([b]);
      (first!.data as Float32Array).fill(8);
      expect(await read(b)).toEqual([[1, 2, 3, 4]]);
    });

    test("outputs show variables before the run, reads after it show the updates", async () => {
      const step = await compile("step", (graph) => {
        const before = readVariable(graph, b);
        return { outputs: { before, twice: mul(before, 2) }, updates: [increment(graph, b, 1)] };
      });
      for (const base of [10, 11, 12]) {
        const { before, twice } = await step.run({});
        expect(elements(before)[0]).toBe(base);
        expect(elements(twice)[0]).toBe(2 * base);
      }
      expect(await read(b)).toEqual([[13, 23, 33, 43]]);
    });

    test("updates take effect together: two variables are swapped", async () => {
      const swap = await compile("swap", (graph) => ({
        updates: [
          { variable: a, value: reshape(readVariable(graph, b), [2, 2]) },
          { variable: b, value: reshape(readVariable(graph, a), [4]) },
        ],
      }));
      await swap.run({});
      expect(await read(a, b)).toEqual([
        [10, 20, 30, 40],
        [1, 2, 3, 4],
      ]);
      await swap.run({});
      expect(await read(a)).toEqual([[1, 2, 3, 4]]);
    });

    test("a variable takes another's value as it is, and later updates of that one leave it alone", async () => {
      const copy = await compile("copy", (graph) => ({
        updates: [{ variable: b, value: reshape(readVariable(graph, a), [4]) }, increment(graph, a, 100)],
      }));
      await copy.run({});
      expect(await read(a, b)).toEqual([
        [101, 102, 103, 104],
        [1, 2, 3, 4],
      ]);
    });

    test("an elementwise chain may not update a variable before its last reader", async () => {
      const chain = await compile("chain", (graph) => {
        const x = readVariable(graph, b);
        const next = mul(add(x, 1), 2);
        return { outputs: { difference: sub(next, x), x }, updates: [{ variable: b, value: next }] };
      });
      const { difference, x } = await chain.run({});
      expect(elements(difference)).toEqual([12, 22, 32, 42]);
      expect(elements(x)).toEqual([10, 20, 30, 40]);
      expect(await read(b)).toEqual([[22, 42, 62, 82]]);
    });

    test("members and the whole storage are views of the same data", async () => {
      const scale = await compile("scale", (graph) => ({
        outputs: { a: readVariable(graph, a) },
        updates: [{ variable: whole, value: mul(readVariable(graph, whole), 10) }],
      }));
      expect(elements((await scale.run({})).a)).toEqual([1, 2, 3, 4]);
      expect(await read(a, b)).toEqual([
        [10, 20, 30, 40],
        [100, 200, 300, 400],
      ]);
      const members = await compile("members", (graph) => ({
        outputs: { first: slice(readVariable(graph, whole), [0], [5]) },
        updates: [increment(graph, a, 1), increment(graph, b, 2)],
      }));
      expect(elements((await members.run({})).first)).toEqual([10, 20, 30, 40, 100]);
      expect((await read(whole))[0]!.slice(0, 8)).toEqual([11, 21, 31, 41, 102, 202, 302, 402]);
    });

    test("a member updated by a convolution's weight gradient is seen by the flat storage", async () => {
      const x = numbers([1, 3, 5, 5]);
      const forward = await compile("forward", (graph) => ({
        outputs: {
          y: conv2d(input(graph, "x", "float32", x.shape), readVariable(graph, kernel), undefined, {
            padding: [1, 1],
          }),
        },
      }));
      const shift = await compile("shift", (graph) => ({
        updates: [{ variable: whole, value: add(readVariable(graph, whole), 0.5) }],
      }));
      expect(elements((await forward.run({ x })).y).every((value) => value === 0)).toBe(true);
      await shift.run({});
      const y = elements((await forward.run({ x })).y);
      const centre = elements(x).reduce((sum, value, i) => {
        const [row, column] = [Math.floor((i % 25) / 5), i % 5];
        return Math.abs(row - 2) <= 1 && Math.abs(column - 2) <= 1 ? sum + value / 2 : sum;
      }, 0);
      expect(y[12]).toBeCloseTo(centre, 4);
      await session.write([{ variable: kernel, tensor: float32(kernel.shape, new Array(108).fill(0)) }]);
      expect(elements((await forward.run({ x })).y).every((value) => value === 0)).toBe(true);
    });

    test("several executables, of any batch size, work on the same variables", async () => {
      const sumInto = (batch: number): Promise<Executable> =>
        compile(`batch of ${batch}`, (graph) => {
          const x = input(graph, "x", "float32", [batch, 4]);
          const value = add(readVariable(graph, b), reduceSum(x, { axes: [0] }));
          const count = add(readVariable(graph, steps), 1);
          return {
            outputs: { value },
            updates: [
              { variable: b, value },
              { variable: steps, value: count },
            ],
          };
        });
      const [full, last] = [await sumInto(3), await sumInto(1)];
      const ones = (batch: number): HostTensor => float32([batch, 4], new Array(batch * 4).fill(1));
      await full.run({ x: ones(3) });
      await full.run({ x: ones(3) });
      expect(elements((await last.run({ x: ones(1) })).value)).toEqual([17, 27, 37, 47]);
      expect(await read(b, steps)).toEqual([[17, 27, 37, 47], [3]]);
    });

    test("running statistics of a batch norm", async () => {
      const train = await compile("batch norm", (graph) => {
        const x = input(graph, "x", "float32", [3, 4, 2, 2]);
        const unit = constant(graph, float32([4], [1, 1, 1, 1]));
        const [y, mean] = batchNormTraining(x, unit, unit, 1e-5);
        const value = add(mul(readVariable(graph, b), 0.9), mul(mean, 0.1));
        return { outputs: { y }, updates: [{ variable: b, value }] };
      });
      const x = float32(
        [3, 4, 2, 2],
        Array.from({ length: 48 }, (_, i) => Math.floor(i / 4) % 4),
      );
      await train.run({ x });
      const [running] = await read(b);
      for (const [i, value] of [9, 18.1, 27.2, 36.3].entries()) expect(running![i]).toBeCloseTo(value, 5);
    });

    test("runs that were started together happen one after another, in order", async () => {
      const step = await compile("step", (graph) => {
        const rate = input(graph, "rate", "float32", []);
        const value = add(mul(readVariable(graph, b), 2), rate);
        return { outputs: { value }, updates: [{ variable: b, value }] };
      });
      const runs = [1, 0, 3].map((rate) => step.run({ rate: float32([], [rate]) }));
      const reading = session.read([b]);
      const values = (await Promise.all(runs)).map(({ value }) => elements(value)[0]);
      expect(values).toEqual([21, 42, 87]);
      expect(elements((await reading)[0])[0]).toBe(87);
    });

    test("outputs belong to the caller", async () => {
      const pass = await compile("pass", (graph) => ({
        outputs: { x: input(graph, "x", "float32", [4]), b: readVariable(graph, b) },
      }));
      const x = float32([4], [1, 2, 3, 4]);
      const first = await pass.run({ x });
      for (const output of Object.values(first)) (output.data as Float32Array).fill(-1);
      expect(elements(x)).toEqual([1, 2, 3, 4]);
      expect(await read(b)).toEqual([[10, 20, 30, 40]]);
      const second = await pass.run({ x: float32([4], [5, 6, 7, 8]) });
      expect(elements(second.b)).toEqual([10, 20, 30, 40]);
      expect(elements(first.b)).toEqual([-1, -1, -1, -1]);
    });

    test("a program without outputs, with an input as it is for a variable", async () => {
      const set = await compile("set", (graph) => ({
        updates: [{ variable: b, value: input(graph, "x", "float32", [4]) }],
      }));
      expect(await set.run({ x: float32([4], [4, 3, 2, 1]) })).toEqual({});
      expect(await read(b)).toEqual([[4, 3, 2, 1]]);
    });

    test("inputs may be float64", async () => {
      const twice = await compile("twice", (graph) => ({
        outputs: { y: mul(input(graph, "x", "float32", [2]), 2) },
      }));
      const { y } = await twice.run({ x: hostTensor("float64", [2], Float64Array.of(0.5, -3)) });
      expect(elements(y)).toEqual([1, -6]);
    });

    test.each(WRONG_INPUTS)("refuses an input that is $name, and still runs", async ({ inputs }) => {
      const twice = await compile("twice", (graph) => ({
        outputs: { y: mul(input(graph, "x", "float32", [2]), 2) },
      }));
      await expect(twice.run(inputs)).rejects.toMatchObject({
        code: "RUN_INPUT",
      });
      expect(elements((await twice.run({ x: float32([2], [1, 2]) })).y)).toEqual([2, 4]);
    });

    test("a refused run updates nothing", async () => {
      const set = await compile("set", (graph) => ({
        updates: [{ variable: b, value: input(graph, "x", "float32", [4]) }, increment(graph, steps, 1)],
      }));
      await expect(set.run({ x: numbers([5]) })).rejects.toThrow(ClassifierTrainingError);
      expect(await read(b, steps)).toEqual([[10, 20, 30, 40], [0]]);
    });

    test("refuses to write a tensor of another type, or to a variable that is not there", async () => {
      await expect(session.write([{ variable: b, tensor: numbers([5]) }])).rejects.toMatchObject({
        code: "VARIABLE_WRITE",
      });
      await expect(session.write([{ variable: b, tensor: int64([4], [1, 2, 3, 4]) }])).rejects.toMatchObject({
        code: "VARIABLE_WRITE",
      });
      const elsewhere = { ...b, storage: "nowhere" };
      await expect(session.write([{ variable: elsewhere, tensor: numbers([4]) }])).rejects.toMatchObject({
        code: "VARIABLE_UNKNOWN",
      });
      await expect(session.read([elsewhere])).rejects.toMatchObject({ code: "VARIABLE_UNKNOWN" });
      await expect(
        compile("elsewhere", (graph) => ({ outputs: { y: readVariable(graph, elsewhere) } })),
      ).rejects.toMatchObject({ code: "VARIABLE_UNKNOWN" });
      expect(await read(b)).toEqual([[10, 20, 30, 40]]);
    });

    test("a disposed executable does not run; the others do", async () => {
      const build = (graph: Graph): { outputs: Record<string, Value> } => ({
        outputs: { y: add(readVariable(graph, b), 1) },
      });
      const [first, second] = [await compile("first", build), await compile("second", build)];
      await first.dispose();
      await expect(first.run({})).rejects.toThrow(ClassifierTrainingError);
      expect(elements((await second.run({})).y)).toEqual([11, 21, 31, 41]);
    });

    test("a disposed session does nothing any more, and may be disposed of again", async () => {
      const gone = await open();
      const reading = program("y", (graph) => ({ outputs: { y: readVariable(graph, b) } }));
      const executable = await gone.compile(reading);
      await gone.dispose();
      const calls = [
        () => executable.run({}),
        () => gone.read([b]),
        () => gone.write([{ variable: b, tensor: numbers([4]) }]),
        () => gone.compile(reading),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(ClassifierTrainingError);
      await gone.dispose();
    });

    test("sessions share nothing", async () => {
      const other = await open();
      await other.write([{ variable: b, tensor: float32([4], [0, 0, 0, 1]) }]);
      expect(await read(b)).toEqual([[10, 20, 30, 40]]);
      await other.dispose();
      expect(await read(b)).toEqual([[10, 20, 30, 40]]);
    });
  });

  test.skipIf(!available)("refuses a precision that it does not list", async () => {
    const { precisions } = await runtime.probe();
    expect(precisions).toContain("32-true");
    const opening = runtime.open({ storages: [], precision: "bf16-mixed" });
    if (precisions.includes("bf16-mixed")) await (await opening).dispose();
    else await expect(opening).rejects.toMatchObject({ code: "RUNTIME_PRECISION" });
  });
});
