// Gradients of ops that move elements: the same move backwards.
import { fixedDim, pad, reshape, slice, sumTo, transpose } from "../../graph/index.ts";
import type { LayoutOps } from "../../graph/ops/layout.ts";
import type { RuleTable } from "../rule.ts";

/** Linear ops: the gradient does not depend on the operand's values. */
export const layoutRules: RuleTable<LayoutOps> = {
  reshape: ({ node, upstream: [dy] }) => [reshape(dy!, node.inputs[0]!.shape)],
  transpose: ({ node, upstream: [dy] }) => {
    const inverse = new Array<number>(node.params.permutation.length);
    for (const [i, axis] of node.params.permutation.entries()) inverse[axis] = i;
    return [transpose(dy!, inverse)];
  },
  broadcastTo: ({ node, upstream: [dy] }) => [sumTo(dy!, node.inputs[0]!.shape)],
  slice: ({ node, upstream: [dy] }) => {
    const { starts, ends } = node.params;
    const behind = node.inputs[0]!.shape.map((dim, axis) =>
      dim === ends[axis] ? 0 : fixedDim(dim) - fixedDim(ends[axis]!),
    );
    return [pad(dy!, starts, behind)];
  },
  concat: ({ node, upstream: [dy], needs }) => {
    const { axis } = node.params;
    let begin = 0;
    return node.inputs.map((part, operand) => {
      const starts = part.shape.map((_, i) => (i === axis ? begin : 0));
      begin += fixedDim(part.shape[axis]!);
      const ends = part.shape.map((dim, i) => (i === axis ? begin : dim));
      return needs(operand) ? slice(dy!, starts, ends) : undefined;
    });
  },
  pad: ({ node, upstream: [dy] }) => {
    const { before } = node.params;
    const ends = node.inputs[0]!.shape.map((dim, axis) =>
      before[axis] === 0 ? dim : before[axis]! + fixedDim(dim),
    );
    return [slice(dy!, before, ends)];
  },
};
