// Gradients of elementwise ops; those of broadcast operands are summed back to the operand's shape.
import {
  type BinaryOp,
  cast,
  div,
  equal,
  exp,
  greater,
  isDifferentiable,
  log,
  mul,
  neg,
  pow,
  select,
  sigmoid,
  sign,
  sub,
  sumTo,
  type UnaryOp,
  type Value,
} from "../../graph/index.ts";
import type { ElementwiseOps } from "../../graph/ops/elementwise.ts";
import type { NotDifferentiable, Rule, RuleTable } from "../rule.ts";

/** Rule of y = f(x) from (gradient of y, x, y) to the gradient of x. */
function unary(gradient: (dy: Value, x: Value, y: Value) => Value): Rule<UnaryOp> {
  return ({ node, upstream: [dy] }) => [gradient(dy!, node.inputs[0]!, node.outputs[0]!)];
}

type Partial = (dy: Value, a: Value, b: Value, y: Value) => Value;

/** Rule of y = f(a, b) from the two partial derivatives times the gradient of y. */
function binary(byA: Partial, byB: Partial): Rule<BinaryOp> {
  return ({ node, upstream: [dy], needs }) => {
    const [a, b] = [node.inputs[0]!, node.inputs[1]!];
    const y = node.outputs[0]!;
    return [
      needs(0) ? sumTo(byA(dy!, a, b, y), a.shape) : undefined,
      needs(1) ? sumTo(byB(dy!, a, b, y), b.shape) : undefined,
    ];
  };
}

/** The gradient goes to the operand that was chosen; where both are equal, half to each, as torch does. */
function extremum(chosen: (a: Value, b: Value) => Value): Rule<BinaryOp> {
  const share: (dy: Value, a: Value, b: Value) => Value = (dy, a, b) =>
    select(equal(a, b), mul(dy, 0.5), select(chosen(a, b), dy, 0));
  return binary(share, (dy, a, b) => share(dy, b, a));
}

const comparison: NotDifferentiable = { notDifferentiable: "a comparison is piecewise constant" };

/** At kinks as torch: `relu` and `abs` have gradient 0 at 0, and equal operands of `maximum` share theirs. */
export const elementwiseRules: RuleTable<ElementwiseOps> = {
  neg: unary((dy) => neg(dy)),
  exp: unary((dy, _, y) => mul(dy, y)),
  log: unary((dy, x) => div(dy, x)),
  sqrt: unary((dy, _, y) => div(mul(dy, 0.5), y)),
  reciprocal: unary((dy, _, y) => neg(mul(dy, mul(y, y)))),
  abs: unary((dy, x) => mul(dy, sign(x))),
  sign: unary((dy) => mul(dy, 0)),
  relu: unary((dy, _, y) => select(greater(y, 0), dy, 0)),
  sigmoid: unary((dy, _, y) => mul(dy, mul(y, sub(1, y)))),
  tanh: unary((dy, _, y) => mul(dy, sub(1, mul(y, y)))),
  softplus: unary((dy, x) => mul(dy, sigmoid(x))),
  erf: unary((dy, x) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  gelu: unary((dy, x) => dy.node.graph.append("geluGrad", [dy, x], {})[0]!),
  geluGrad: ({ node, upstream: [u], needs }) => {
    const [dy, x] = node.inputs;
    const byUpstream = (): Value => u!.node.graph.append("geluGrad", [u!, x!], {})[0]!;
    const byInput = (): Value => {
      const square = mul(x!, x!);
      const density = mul(exp(mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return mul(mul(u!, dy!), mul(density, sub(2, square)));
    };
    return [needs(0) ? byUpstream() : undefined, needs(1) ? byInput() : undefined];
  },
  clip: ({ node, upstream: [dy] }) => {
    const x = node.inputs[0]!;
    return [x.node.graph.append("clipGrad", [dy!, x], node.params)[0]!];
  },
  clipGrad: ({ node, upstream: [u], needs }) => {
    const [, x] = node.inputs;
    const byUpstream = (): Value => u!.node.graph.append("clipGrad", [u!, x!], node.params)[0]!;
    return [needs(0) ? byUpstream() : undefined, needs(1) ? mul(u!, 0) : undefined];
  },
  add: binary(
    (dy) => dy,
    (dy) => dy,
  ),
  sub: binary(
    (dy) => dy,
    (dy) => neg(dy),
  ),
  mul: binary(
    (dy, _, b) => mul(dy, b),
    (dy, a) => mul(dy, a),
  ),
  div: binary(
    (dy, _, b) => div(dy, b),
    (dy, _, b, y) => neg(mul(dy, div(y, b))),
  ),
  maximum: extremum((a, b) => greater(a, b)),
  minimum: extremum((a, b) => greater(b, a)),
  pow: binary(
    // d(a^b)/da = b a^(b - 1), which is 0 where b is 0, even at a = 0.
    (dy, a, b) => mul(dy, select(equal(b, 0), 0, mul(b, pow(a, sub(b, 1))))),
    // d(a^b)/db = a^b log a, which is 0 where a is 0.
    (dy, a, _, y) => mul(dy, select(equal(a, 0), 0, mul(y, log(select(equal(a, 0), 1, a))))),
  ),
  equal: comparison,
  greater: comparison,
  greaterEqual: comparison,
  select: ({ node, upstream: [dy], needs }) => {
    const [condition, a, b] = node.inputs;
    return [
      undefined,
      needs(1) ? sumTo(select(condition!, dy!, 0), a!.shape) : undefined,
      needs(2) ? sumTo(select(condition!, 0, dy!), b!.shape) : undefined,
    ];
  },
  cast: ({ node, upstream: [dy] }) => {
    const x = node.inputs[0]!;
    return [isDifferentiable(x) ? cast(dy!, x.dtype) : undefined];
  },
  oneHot: { notDifferentiable: "labels are integers" },
};
