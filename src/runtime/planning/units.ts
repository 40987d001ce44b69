// Units: nodes of a program that are computed together, each unit lowered as a whole.
import type { Node, Value } from "../../graph/index.ts";
import type { ReluGradient } from "./relu-gradient.ts";

/** What is lowered as one; most are a node by itself. */
export type Unit =
  /** A node by itself. */
  | { readonly kind: "node"; readonly node: Node }
  /** Batch norm whose result is used by a ReLU alone. */
  | {
      readonly kind: "batchNormRelu";
      readonly normalization: Node<"batchNormTraining"> | Node<"batchNormInference">;
      readonly relu: Node<"relu">;
    }
  /** The gradient of both, from the gradient of the ReLU's result. */
  | {
      readonly kind: "batchNormReluGrad";
      readonly gradient: Node<"batchNormGrad">;
      readonly mask: ReluGradient;
      /** The forward unit's normalisation. */
      readonly normalization: Node<"batchNormTraining">;
    }
  /** A matrix product and the bias added to its rows. */
  | {
      readonly kind: "linear";
      readonly product: Node<"matmul">;
      readonly sum: Node<"add">;
      readonly bias: Value;
    }
  /** Elementwise nodes over one shape, computed in one pass through memory. */
  | { readonly kind: "elementwise"; readonly nodes: readonly ElementwiseMember[] };

/** A node of an elementwise unit: an op of the graph, or a matched gradient of ReLU. */
export type ElementwiseMember =
  | { readonly kind: "op"; readonly node: Node }
  | ({ readonly kind: "reluGradient" } & ReluGradient);

/** The nodes that a unit replaces. */
export function nodesOf(unit: Unit): readonly Node[] {
  switch (unit.kind) {
    case "node":
      return [unit.node];
    case "batchNormRelu":
      return [unit.normalization, unit.relu];
    case "batchNormReluGrad":
      return [...unit.mask.nodes, unit.gradient];
    case "linear":
      return [unit.product, unit.sum];
    case "elementwise":
      return unit.nodes.flatMap((member) => (member.kind === "op" ? [member.node] : member.nodes));
  }
}
