import { expect, test } from "vitest";
import { float32, hostTensor, toNumbers, zeros } from "../core/index.ts";
import { add, createProgram, Graph, input, relu, storageOf, type Value } from "../graph/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { currentTrace } from "./current-trace.ts";
import { fill } from "./initializers.ts";
import { BatchNorm2d } from "./layers/batch-norm.ts";
import { Linear } from "./layers/linear.ts";
import { Sequential } from "./layers/sequential.ts";
import { Module } from "./module.ts";
import { Buffer, Parameter } from "./parameter.ts";
import { stateEntries } from "./state.ts";
import { trace } from "./trace.ts";

function layOut(module: Module) {
  const entries = stateEntries(module);
  const storages = (["float32", "int64"] as const).map((dtype) =>
    storageOf(
      dtype,
      entries.filter((entry) => entry.dtype === dtype),
    ),
  );
  const members = storages.flatMap((storage) => storage.members);
  return { storages, variable: (name: string) => members.find((member) => member.name === name)! };
}

function traced(module: Module, x: Value, training = true) {
  return trace(module, x, { training, variable: layOut(module).variable });
}

test("nodes carry the path of their module, parameters PyTorch's names", () => {
  const inner = new Sequential(new Linear(3, 3), new Linear(3, 2));
  class Net extends Module {
    readonly body = inner;
    override forward(x: Value): Value {
      return relu(this.body.call(x));
    }
  }
  const { output, parameters } = traced(new Net(), input(new Graph(), "x", "float32", [4, 3]));
  expect([...parameters.keys()]).toEqual(["body.0.weight", "body.0.bias", "body.1.weight", "body.1.bias"]);
  const scopes = output.node.graph.nodes.filter(({ op }) => op === "matmul").map(({ scope }) => scope);
  expect(scopes).toEqual(["body.0", "body.1"]);
  expect(output.node.scope).toBe("");
});

test("a parameter used twice is read once", () => {
  class Tied extends Module {
    readonly weight = new Parameter([3], fill(1));
    override forward(x: Value): Value {
      return add(add(x, this.weight.value), this.weight.value);
    }
  }
  const { output } = traced(new Tied(), input(new Graph(), "x", "float32", [3]));
  expect(output.node.graph.nodes.filter(({ op }) => op === "variable")).toHaveLength(1);
});

test("evaluation changes no buffers", () => {
  const x = input(new Graph(), "x", "float32", [2, 3, 2, 2]);
  expect(traced(new BatchNorm2d(3), x, false).updates).toEqual([]);
  expect(traced(new BatchNorm2d(3), x, true).updates).toHaveLength(3);
});

test("a batch norm that is applied twice in one pass updates its statistics twice", async () => {
  const norm = new BatchNorm2d(1, { momentum: 0.5 });
  class Twice extends Module {
    readonly norm = norm;
    override forward(x: Value): Value {
      return this.norm.call(add(this.norm.call(x), 7));
    }
  }
  const module = new Twice();
  const { storages, variable } = layOut(module);
  const session = await referenceRuntime.open({ storages });
  await session.write([
    { variable: variable("norm.weight"), tensor: float32([1], [1]) },
    { variable: variable("norm.running_mean"), tensor: float32([1], [8]) },
  ]);
  const x = input(new Graph(), "x", "float32", [2, 1, 1, 2]);
  const { output, updates } = trace(module, x, { training: true, variable });
  const executable = await session.compile(createProgram({ name: "p", outputs: { output }, updates }));
  await executable.run({ x: float32([2, 1, 1, 2], [1, 2, 3, 6]) });
  const [mean, count] = await session.read([
    variable("norm.running_mean"),
    variable("norm.num_batches_tracked"),
  ]);
  expect(toNumbers(mean!.data)[0]).toBeCloseTo((8 / 2 + 3 / 2) / 2 + 7 / 2, 12);
  expect(toNumbers(count!.data)).toEqual([2]);
});

test("running statistics: biased variance normalises, the unbiased one is kept", async () => {
  const norm = new BatchNorm2d(1);
  const { storages, variable } = layOut(norm);
  const session = await referenceRuntime.open({ storages });
  await session.write([
    { variable: variable("weight"), tensor: float32([1], [1]) },
    { variable: variable("running_var"), tensor: hostTensor("float32", [1], Float32Array.of(1)) },
  ]);
  const x = input(new Graph(), "x", "float32", [4, 1, 1, 1]);
  const { output, updates } = trace(norm, x, { training: true, variable });
  const executable = await session.compile(createProgram({ name: "p", outputs: { output }, updates }));
  const { output: y } = await executable.run({ x: float32([4, 1, 1, 1], [1, 2, 3, 6]) });
  const [mean, variance] = await session.read([variable("running_mean"), variable("running_var")]);
  expect(toNumbers(mean!.data)[0]).toBeCloseTo(0.3, 12);
  expect(toNumbers(variance!.data)[0]).toBeCloseTo(0.9 + 0.1 * (14 / 3), 12);
  expect(toNumbers(y!.data)[0]).toBeCloseTo(-2 / Math.sqrt(3.5 + 1e-5), 12);
});

test("state outside of modules is refused, with the module that uses it", () => {
  const stray = new Buffer(() => zeros("float32", [3]));
  class Stray extends Module {
    override forward(x: Value): Value {
      return add(x, stray.value);
    }
  }
  const module = new Sequential(new Stray());
  expect(() => traced(module, input(new Graph(), "x", "float32", [3]))).toThrow(
    expect.objectContaining({ code: "UNREGISTERED_STATE", where: "0" }),
  );
});

test("there is no trace outside of one, also after a failure", () => {
  expect(() => currentTrace()).toThrow(expect.objectContaining({ code: "NOT_TRACING" }));
  expect(() => traced(new Linear(3, 2), input(new Graph(), "x", "float32", [1, 4]))).toThrow(
    expect.objectContaining({ code: "SHAPE_MISMATCH" }),
  );
  expect(() => new Parameter([1], fill(0)).value).toThrow(expect.objectContaining({ code: "NOT_TRACING" }));
});
