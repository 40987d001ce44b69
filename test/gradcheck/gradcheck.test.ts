// Every gradient rule against finite differences, in float64 on the oracle, with the operands of the conformance cases.
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { RULES } from "../../src/autodiff/rules/index.ts";
import { type HostTensor, hostTensor, isFloat, toNumbers } from "../../src/core/index.ts";
import {
  add,
  cast,
  constant,
  createProgram,
  Graph,
  input,
  isBoundShape,
  mul,
  type OpName,
  reduceSum,
  type Value,
} from "../../src/graph/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Case, numbers, operandShape, outputsOf } from "../conformance/case.ts";
import { CASES } from "../conformance/cases/index.ts";
import { COMPOSITIONS } from "../conformance/compositions.ts";
import { fill } from "../golden/formula.ts";

const STEP = 1e-5;
const DIRECTIONS = 2;
/** Of 1 plus the sum of the magnitudes that make up the derivative. */
const TOLERANCE = 1e-7;

/** Operands that no runtime but the oracle need know: float64 as a dtype of the graph. */
const FURTHER_CASES: { readonly [N in OpName]?: readonly Case[] } = {
  cast: [
    {
      name: "float32 to float64 and back",
      operands: [numbers([5])],
      build: (x) => cast(mul(cast(x!, "float64"), 3), "float32"),
    },
  ],
};

/** The differentiable outputs of a case, each weighted with random numbers, as one scalar; none: undefined. */
function lossOf(one: Case, operands: readonly Value[]): Value | undefined {
  const terms = Object.entries(outputsOf(one, operands))
    .filter(([name, value]) => isFloat(value.dtype) && (one.differentiated?.includes(name) ?? true))
    .map(([name, value]) => reduceSum(mul(value, weightsOf(name, value))));
  return terms.length === 0 ? undefined : terms.reduce((a, b) => add(a, b));
}

/** Random weights; what has a batch of no known size weighs as much as it is. */
function weightsOf(name: string, value: Value): Value {
  const { shape } = value;
  return isBoundShape(shape) ? constant(value.node.graph, fill(`upstream.${name}`, shape, -1, 1)) : value;
}

function symbolic(one: Case): Value[] {
  const graph = new Graph();
  return one.operands.map(({ dtype }, i) => input(graph, `x${i}`, dtype, operandShape(one, i, true)));
}

/** Computes values from the operands of a case, in order. */
type Evaluate = (operands: readonly HostTensor[]) => Promise<Record<string, HostTensor>>;

async function evaluator(outputs: Record<string, Value>): Promise<Evaluate> {
  const program = createProgram({ name: "gradcheck", outputs });
  const session = await referenceRuntime.open({ storages: [] });
  const executable = await session.compile(program);
  return (operands) =>
    executable.run(
      Object.fromEntries(program.inputs.map(({ name }) => [name, operands[Number(name.slice(1))]!])),
    );
}

/** The derivative of `f` at 0, by differences of fourth order. */
async function derivative(f: (t: number) => Promise<number>): Promise<number> {
  const near = (await f(STEP)) - (await f(-STEP));
  const far = (await f(2 * STEP)) - (await f(-2 * STEP));
  return (8 * near - far) / (12 * STEP);
}

async function check(one: Case): Promise<void> {
  const operands = symbolic(one);
  const loss = lossOf(one, operands)!;
  const floats = operands.filter(({ dtype }) => isFloat(dtype));
  const slopes = gradients(loss, floats);
  const lossAt = await evaluator({ loss });
  const slopesAt = await evaluator(Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])));
  const analytic = await slopesAt(one.operands);
  for (const [i, operand] of floats.entries()) {
    const position = operands.indexOf(operand);
    const { shape, data } = one.operands[position]!;
    const x = toNumbers(data);
    const slope = toNumbers(analytic[`slope${i}`]!.data);
    for (let k = 0; k < DIRECTIONS; k++) {
      const direction = fill(`direction${k}`, shape, -1, 1).data;
      const measured = await derivative(async (t) => {
        const moved = Float64Array.from(x, (element, j) => element + t * direction[j]!);
        const { loss } = await lossAt(one.operands.with(position, hostTensor("float64", shape, moved)));
        return toNumbers(loss!.data)[0]!;
      });
      const terms = slope.map((element, j) => element * direction[j]!);
      const derived = terms.reduce((sum, term) => sum + term, 0);
      const scale = 1 + terms.reduce((sum, term) => sum + Math.abs(term), 0);
      const label = `operand ${position}: ${measured} measured, ${derived} derived`;
      expect(Math.abs(measured - derived), label).toBeLessThanOrEqual(TOLERANCE * scale);
    }
  }
}

/** Whether a case has something to differentiate: a float operand and a float output without a kink. */
function isDifferentiableCase(one: Case): boolean {
  return one.operands.some(({ dtype }) => isFloat(dtype)) && lossOf(one, symbolic(one)) !== undefined;
}

describe.each(Object.keys(CASES) as OpName[])("%s", (op) => {
  const cases = [...CASES[op], ...(FURTHER_CASES[op] ?? [])].filter(isDifferentiableCase);
  const rule = RULES[op];
  if (typeof rule === "function") {
    test("has a case to differentiate", () => expect(cases).not.toEqual([]));
    test.each(cases)("$name", check);
  } else {
    test(`is refused where a gradient would have to pass: ${rule.notDifferentiable}`, () => {
      for (const one of cases) {
        const operands = symbolic(one);
        const attempt = (): unknown => gradients(lossOf(one, operands)!, operands);
        expect(attempt).toThrow(expect.objectContaining({ code: "NOT_DIFFERENTIABLE" }));
      }
    });
  }
});

describe("ops together", () => {
  test.each(COMPOSITIONS)("$name", check);
});
