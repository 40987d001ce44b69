// Optimizers against torch: a vector of parameters after 1, 2, 7 and 25 steps.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { camelCase } from "../../src/config/components/options.ts";
import { type HostTensor, hostTensor, toNumbers } from "../../src/core/index.ts";
import { createProgram, Graph, input, readVariable, type Storage, storageOf } from "../../src/graph/index.ts";
import { Adagrad, Adam, AdamW, NAdam, type Optimizer, RAdam, RMSprop, SGD } from "../../src/optim/index.ts";
import type { Session } from "../../src/runtime/contract.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill } from "./formula.ts";
import {
  expectNear,
  FLOAT32_EPSILON,
  FLOAT32_SPREADS,
  FLOAT64_TOLERANCE,
  largest,
  largestDifference,
} from "./measure.ts";
import { readGolden } from "./read-golden.ts";

interface OptimizerCase {
  readonly optimizer: string;
  /** Arguments of torch's constructor. */
  readonly args: Readonly<Record<string, unknown>> & { readonly lr: number };
  readonly f64: Readonly<Record<string, number[]>>;
  readonly f32: Readonly<Record<string, number[]>>;
}

const golden = readGolden<{
  readonly param: { name: string; shape: number[]; lo: number; hi: number };
  readonly steps: number;
  readonly cases: readonly OptimizerCase[];
}>("optim/optimizers.json");

/** Ours by torch's names. */
const OPTIMIZERS: Readonly<Record<string, (options: object) => Optimizer>> = {
  SGD: (options) => new SGD(options),
  Adam: (options) => new Adam(options),
  AdamW: (options) => new AdamW(options),
  RMSprop: (options) => new RMSprop(options),
  NAdam: (options) => new NAdam(options),
  RAdam: (options) => new RAdam(options),
  Adagrad: (options) => new Adagrad(options),
};

const { cases } = golden;

function create({ optimizer, args }: OptimizerCase): Optimizer {
  const { lr: _, ...rest } = args;
  const options = Object.entries(rest).map(([name, value]) => [camelCase(name), value] as const);
  return OPTIMIZERS[optimizer]!(Object.fromEntries(options));
}

/** The gradient of step `step`, counted from 0. */
function gradientAt(step: number): HostTensor<"float64"> {
  const data = Float64Array.from(fill(`grad.${step}`, [64], -1, 1).data, (g, i) => {
    if (i < 4) return 0;
    if (i < 8) return g * 1e-6;
    if (i < 12) return step >= 10 ? 0 : g;
    return i < 16 ? g * 100 : g;
  });
  return hostTensor("float64", [64], data);
}

function scalarInput(value: number): HostTensor<"float64"> {
  return hostTensor("float64", [], Float64Array.of(value));
}

/** The parameter and the optimizer's state, of one case. */
function layOut(one: OptimizerCase, index: number): Storage {
  const names = ["parameter", ...create(one).state.map((state) => state.name)];
  const { shape } = golden.param;
  return storageOf(
    `case${index}`,
    names.map((name) => ({ name, dtype: "float32", shape })),
  );
}

const storages = cases.map(layOut);

/** The parameters after each step. */
async function train(session: Session, index: number): Promise<number[][]> {
  const { name, shape, lo, hi } = golden.param;
  const one = cases[index]!;
  const optimizer = create(one);
  const learningRate = one.args.lr;
  const storage = storages[index]!;
  const [parameter, ...state] = storage.members;
  const graph = new Graph();
  const updated = optimizer.update({
    parameter: readVariable(graph, parameter!),
    gradient: input(graph, "gradient", "float32", shape),
    state: Object.fromEntries(state.map((variable) => [variable.name, readVariable(graph, variable)])),
    scalars: Object.fromEntries(
      Object.keys(optimizer.scalars(1, learningRate)).map((key) => [key, input(graph, key, "float32", [])]),
    ),
  });
  const program = createProgram({
    name: "update",
    outputs: {},
    updates: [
      { variable: parameter!, value: updated.parameter },
      ...state.map((variable) => ({ variable, value: updated.state[variable.name]! })),
    ],
  });
  await session.write([
    { variable: parameter!, tensor: fill(name, shape, lo, hi) },
    ...optimizer.state.map(({ initial }, i) => ({
      variable: state[i]!,
      tensor: hostTensor("float64", shape, new Float64Array(shape[0]!).fill(initial)),
    })),
  ]);
  const executable = await session.compile(program);
  const needed = new Set(program.inputs.map((one) => one.name));
  const history: number[][] = [];
  for (let step = 0; step < golden.steps; step++) {
    const scalars = Object.entries(optimizer.scalars(step + 1, learningRate))
      .filter(([key]) => needed.has(key))
      .map(([key, value]) => [key, scalarInput(value)] as const);
    await executable.run({ gradient: gradientAt(step), ...Object.fromEntries(scalars) });
    const [after] = await session.read([parameter!]);
    history.push(toNumbers(after!.data));
  }
  await executable.dispose();
  return history;
}

test("the cases of every optimizer we have are there", () => {
  expect(new Set(cases.map(({ optimizer }) => optimizer))).toEqual(new Set(Object.keys(OPTIMIZERS)));
});

describe.each(await findRuntimes())("on $name", ({ runtime, available }) => {
  let session: Session;
  beforeAll(async () => {
    if (available) session = await runtime.open({ storages });
  });
  afterAll(() => session?.dispose());

  test.skipIf(!available).each(cases.map((one, index) => ({ ...one, index })))(
    "$optimizer $args",
    async (one) => {
      const history = await train(session, one.index);
      for (const [steps, expected] of Object.entries(one.f64)) {
        const after = history[Number(steps) - 1]!;
        const label = `after ${steps} steps`;
        if (runtime.name === "reference") {
          expectNear(after, expected, FLOAT64_TOLERANCE * largest(expected), label);
        } else {
          // Deviations grow: those of the last step bound those before it.
          const spread = largestDifference(one.f32["25"]!, one.f64["25"]!);
          const near = FLOAT32_SPREADS * Math.max(spread, FLOAT32_EPSILON * largest(expected));
          expectNear(after, expected, near, label);
        }
      }
    },
  );
});
