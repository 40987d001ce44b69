// Cases whose outputs are a loss and its gradients.
import { gradients } from "../../src/autodiff/index.ts";
import type { Value } from "../../src/graph/index.ts";

/** A loss and its gradients by the float operands. */
export function withGradients(loss: Value, wrt: readonly Value[]): Record<string, Value> {
  const outputs: Record<string, Value> = { loss };
  for (const [i, gradient] of gradients(loss, wrt).entries()) outputs[`gradient${i}`] = gradient;
  return outputs;
}

/** First derivatives are outputs already; second ones are not provided for every op. */
export const NO_SECOND: readonly string[] = ["loss"];
