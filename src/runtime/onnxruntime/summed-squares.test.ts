// The norm of all gradients: their squares are not written where nothing else reads them, nor are parts of the gradients copied.
import { expect, test } from "vitest";
import { float32, RandomStream } from "../../core/index.ts";
import {
  asBound,
  createProgram,
  Graph,
  mul,
  readVariable,
  reduceSum,
  type Value,
} from "../../graph/index.ts";
import { decodeModel } from "../../onnx/index.ts";
import { onnxRuntime } from "./index.ts";
import { lowerProgram } from "./lower-program.ts";

/** No multiple of a row's length. */
const SIZE = 100_003;
const GRADIENTS = { name: "g", storage: "g", offset: 0, dtype: "float32", shape: [SIZE] } as const;

function program(outputs: (square: Value, sum: Value) => Record<string, Value>) {
  const gradients = readVariable(new Graph(), GRADIENTS);
  const square = mul(gradients, gradients);
  return asBound(createProgram({ name: "norm", outputs: outputs(square, reduceSum(square)) }));
}

const ofSum = program((_, sum) => ({ sum }));
const ofBoth = program((square, sum) => ({ sum, square }));

test("squares that are only summed are not written, and nothing is copied", () => {
  const opTypes = decodeModel(lowerProgram(ofSum).model).graph!.node.map(({ opType }) => opType);
  expect(opTypes).toContain("FusedMatMul");
  expect(opTypes).not.toContain("Mul");
  expect(opTypes).not.toContain("Slice");
  expect(decodeModel(lowerProgram(ofBoth).model).graph!.node.map(({ opType }) => opType)).toContain("Mul");
});

test.each([
  ["alone", ofSum],
  ["beside the squares", ofBoth],
])("the sum is exact to six digits, %s", async (_, bound) => {
  const random = new RandomStream(7, "squares");
  const values = Float32Array.from({ length: SIZE }, () => random.normal());
  const session = await onnxRuntime.open({
    storages: [{ name: "g", dtype: "float32", size: SIZE, members: [GRADIENTS] }],
  });
  await session.write([{ variable: GRADIENTS, tensor: float32([SIZE], values) }]);
  const { sum } = await (await session.compile(bound)).run({});
  await session.dispose();
  const expected = values.reduce((total, value) => total + value * value, 0);
  expect(Math.abs(Number(sum!.data[0]) / expected - 1)).toBeLessThan(1e-6);
});
