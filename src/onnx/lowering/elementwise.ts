// Elementwise ops as ONNX nodes of the same meaning.
import { hostTensor } from "../../core/index.ts";
import { isOp, type NoParams, type Value } from "../../graph/index.ts";
import type { ElementwiseOps } from "../../graph/ops/elementwise.ts";
import { onnxType } from "../tensor.ts";
import { computedAs, type Emitter } from "./emitter.ts";
import type { Lowering, LoweringTable } from "./lowering.ts";

function direct(opType: string): Lowering<NoParams> {
  return (emit, inputs) => [
    emit.node(
      opType,
      inputs.map(({ name }) => name),
    ),
  ];
}

function cast(emit: Emitter, x: string, to: Parameters<typeof onnxType>[0]): string {
  return emit.node("Cast", [x], { to: onnxType(computedAs(to)) });
}

/** Whether `select(condition, dy, otherwise)` is the gradient of relu: a product is faster there than Where. */
function isReluGradient({ node }: Value, otherwise: Value): boolean {
  return (
    isOp(node, "greater") &&
    isOp(node.inputs[0]!.node, "relu") &&
    isZero(node.inputs[1]!) &&
    isZero(otherwise)
  );
}

function isZero({ node, shape }: Value): boolean {
  return isOp(node, "constant") && shape.length === 0 && Number(node.params.tensor.data[0]) === 0;
}

/** ONNX's own operator; onnxruntime's is cut off below -18, where it gives 1.5e-8. */
export const sigmoidOperator: Lowering<NoParams> = direct("Sigmoid");

/** One node each but for what has none, and the gradient of `relu`. */
export const elementwiseLowerings: LoweringTable<ElementwiseOps> = {
  neg: direct("Neg"),
  exp: direct("Exp"),
  log: direct("Log"),
  sqrt: direct("Sqrt"),
  reciprocal: direct("Reciprocal"),
  abs: direct("Abs"),
  sign: direct("Sign"),
  relu: direct("Relu"),
  // 1 / (1 + e^-x), to the last digit.
  sigmoid: (emit, [x]) => {
    const power = emit.node("Exp", [emit.node("Neg", [x!.name])]);
    return [emit.node("Reciprocal", [emit.add(power, emit.scalar(1))])];
  },
  tanh: direct("Tanh"),
  softplus: direct("Softplus"),
  erf: direct("Erf"),
  // In the form that runtimes recognise and compute at once.
  gelu: (emit, [x]) => {
    const error = emit.node("Erf", [emit.node("Div", [x!.name, emit.scalar(Math.SQRT2)])]);
    return [emit.mul(emit.mul(x!.name, emit.add(error, emit.scalar(1))), emit.scalar(0.5))];
  },
  geluGrad: (emit, [dy, x]) => {
    const error = emit.node("Erf", [emit.mul(x!.name, emit.scalar(Math.SQRT1_2))]);
    const below = emit.mul(emit.add(error, emit.scalar(1)), emit.scalar(0.5));
    const power = emit.node("Exp", [emit.mul(emit.mul(x!.name, x!.name), emit.scalar(-0.5))]);
    const density = emit.mul(power, emit.scalar(1 / Math.sqrt(2 * Math.PI)));
    return [emit.mul(dy!.name, emit.add(below, emit.mul(x!.name, density)))];
  },
  clip: (emit, [x], { low, high }) => [emit.node("Clip", [x!.name, emit.scalar(low), emit.scalar(high)])],
  clipGrad: (emit, [dy, x], { low, high }) => {
    const above = emit.node("Greater", [x!.name, emit.scalar(low)]);
    const below = emit.node("Less", [x!.name, emit.scalar(high)]);
    return [emit.mul(cast(emit, emit.node("And", [above, below]), dy!.dtype), dy!.name)];
  },
  add: direct("Add"),
  sub: direct("Sub"),
  mul: direct("Mul"),
  div: direct("Div"),
  maximum: direct("Max"),
  minimum: direct("Min"),
  pow: direct("Pow"),
  equal: direct("Equal"),
  greater: direct("Greater"),
  greaterEqual: direct("GreaterOrEqual"),
  select: (emit, [condition, a, b]) =>
    isReluGradient(condition!.value, b!.value)
      ? [emit.mul(cast(emit, condition!.name, a!.dtype), a!.name)]
      : [emit.node("Where", [condition!.name, a!.name, b!.name])],
  cast: (emit, [x], { dtype }) => [cast(emit, x!.name, dtype)],
  // ONNX's OneHot counts negative labels from the end, so labels are compared with the classes instead.
  oneHot: (emit, [labels], { classes }) => {
    const wide = cast(emit, labels!.name, "int64");
    const column = emit.reshape(wide, [...labels!.shape, 1]);
    const indices = BigInt64Array.from({ length: classes }, (_, i) => BigInt(i));
    const row = emit.constant("classes", hostTensor("int64", [classes], indices));
    return [cast(emit, emit.node("Equal", [column, row]), "float32")];
  },
};
