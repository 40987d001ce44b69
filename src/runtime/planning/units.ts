// Units: nodes of a program that are computed together, each unit lowered as a whole.
import type { BoundNode, BoundValue } from "../../graph/index.ts";
import type { ReluGradient } from "./relu-gradient.ts";

/** What is lowered as one; most are a node by itself. */
export type Unit =
  /** A node by itself. */
  | { readonly kind: "node"; readonly node: BoundNode }
  /** Batch norm whose result is used by a ReLU alone. */
  | {
      readonly kind: "batchNormRelu";
      readonly normalization: BoundNode<"batchNormTraining"> | BoundNode<"batchNormInference">;
      readonly relu: BoundNode<"relu">;
    }
  /** The gradient of both, from the gradient of the ReLU's result. */
  | {
      readonly kind: "batchNormReluGrad";
      readonly gradient: BoundNode<"batchNormGrad">;
      readonly mask: ReluGradient;
    }
  /** A matrix product and the bias added to its rows, which may be divided among more axes in between. */
  | {
      readonly kind: "linear";
      readonly product: BoundNode<"matmul">;
      readonly reshape: BoundNode<"reshape"> | undefined;
      readonly sum: BoundNode<"add">;
      readonly bias: BoundValue;
    }
  /** Elementwise nodes over one shape, computed in one pass through memory. */
  | { readonly kind: "elementwise"; readonly nodes: readonly ElementwiseMember[] };

/** A node of an elementwise unit: an op of the graph, or a matched gradient of ReLU. */
export type ElementwiseMember =
  | { readonly kind: "op"; readonly node: BoundNode }
  | ({ readonly kind: "reluGradient" } & ReluGradient);

/** The nodes that a unit replaces. */
export function nodesOf(unit: Unit): readonly BoundNode[] {
  switch (unit.kind) {
    case "node":
      return [unit.node];
    case "batchNormRelu":
      return [unit.normalization, unit.relu];
    case "batchNormReluGrad":
      return [...unit.mask.nodes, unit.gradient];
    case "linear":
      return [unit.product, ...(unit.reshape === undefined ? [] : [unit.reshape]), unit.sum];
    case "elementwise":
      return unit.nodes.flatMap((member) => (member.kind === "op" ? [member.node] : member.nodes));
  }
}
