// Reverse-mode differentiation as a transformation of graphs: gradients are more nodes of the same graph.
import { ClassifierTrainingError, formatShape } from "../core/index.ts";
import {
  broadcastTo,
  constantLike,
  isDifferentiable,
  type Node,
  sameSize,
  type Value,
} from "../graph/index.ts";
import { sumOfGradients } from "./gradient-sum.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules/index.ts";

/**
 * Appends the gradients of `loss` by each of `wrt` to their graph and returns them, in order, each of the
 * shape of its value. A value that the loss does not depend on gets zeros. Only what leads from `wrt` to
 * the loss is differentiated, so a frozen part costs nothing.
 * @throws ClassifierTrainingError `LOSS_NOT_SCALAR`, or `NOT_DIFFERENTIABLE` naming op and module path.
 */
export function gradients(loss: Value, wrt: readonly Value[]): Value[] {
  if (!sameSize(loss.shape, [])) {
    throw new ClassifierTrainingError(
      "failure",
      "LOSS_NOT_SCALAR",
      `gradients need a scalar loss, not one of shape ${formatShape(loss.shape)}`,
      { hint: "reduce it with reduceMean or reduceSum" },
    );
  }
  const forward = [...loss.node.graph.nodes];
  const active = valuesThatDependOn(wrt, forward);
  const gradient = new Map<Value, Value>();
  if (active.has(loss)) gradient.set(loss, broadcastTo(constantLike(loss, 1), loss.shape));
  for (const node of forward.reverse()) {
    const upstream = node.outputs.map((output) => gradient.get(output));
    if (upstream.every((dy) => dy === undefined) || !node.inputs.some((input) => active.has(input))) continue;
    for (const [operand, contribution] of applyRule(node, upstream, active).entries()) {
      const input = node.inputs[operand]!;
      if (contribution === undefined || !active.has(input)) continue;
      const sum = gradient.get(input);
      gradient.set(input, sum === undefined ? contribution : sumOfGradients(sum, contribution));
    }
  }
  return wrt.map((value) => gradient.get(value) ?? broadcastTo(constantLike(value, 0), value.shape));
}

function valuesThatDependOn(wrt: readonly Value[], nodes: readonly Node[]): Set<Value> {
  const active = new Set(wrt.filter(isDifferentiable));
  for (const node of nodes) {
    if (!node.inputs.some((input) => active.has(input))) continue;
    for (const output of node.outputs) if (isDifferentiable(output)) active.add(output);
  }
  return active;
}

function applyRule(
  node: Node,
  upstream: readonly (Value | undefined)[],
  active: ReadonlySet<Value>,
): readonly (Value | undefined)[] {
  const rule = RULES[node.op];
  if (typeof rule !== "function") {
    throw new ClassifierTrainingError(
      "failure",
      "NOT_DIFFERENTIABLE",
      `${node.op}: ${rule.notDifferentiable}`,
      {
        where: node.scope || undefined,
      },
    );
  }
  const needs = (operand: number): boolean =>
    operand < node.inputs.length && active.has(node.inputs[operand]!);
  return node.graph.within(node.scope, () =>
    (rule as Rule<typeof node.op>)({ node, upstream, needs } as never),
  );
}
