// Sums of gradients: those of slices that lie side by side are joined instead of padded and added.
import { add, concat, isOp, pad, type Value } from "../graph/index.ts";

/** a + b, where both are gradients of one value. */
export function sumOfGradients(a: Value, b: Value): Value {
  return joined(a, b) ?? joined(b, a) ?? add(a, b);
}

/** The sum of two values padded with zeros, where the box of `second` begins where that of `first` ends. */
function joined(first: Value, second: Value): Value | undefined {
  const [p, q] = [first.node, second.node];
  if (!isOp(p, "pad") || !isOp(q, "pad") || p.params.value !== 0 || q.params.value !== 0) return undefined;
  const [front, back] = [p.params, q.params];
  const axes = first.shape.map((_, axis) => axis);
  const differing = axes.filter(
    (axis) => front.before[axis] !== back.before[axis] || front.after[axis] !== back.after[axis],
  );
  const [axis] = differing;
  if (axis === undefined || differing.length > 1) return undefined;
  const size = first.shape[axis]!;
  if (typeof size !== "number" || size - front.after[axis]! !== back.before[axis]) return undefined;
  const parts = [...partsOf(p.inputs[0]!, axis), ...partsOf(q.inputs[0]!, axis)];
  const { before } = front;
  const after = front.after.map((count, at) => (at === axis ? back.after[at]! : count));
  const both = concat(parts, axis);
  return [...before, ...after].every((count) => count === 0) ? both : pad(both, before, after);
}

/** What a value was joined from. */
function partsOf(value: Value, axis: number): readonly Value[] {
  return isOp(value.node, "concat") && value.node.params.axis === axis ? value.node.inputs : [value];
}
