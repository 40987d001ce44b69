// Random ones and zeros, which the host draws: onnxruntime has no operator that draws the same.
import {
  ClassifierTrainingError,
  fillBernoulli,
  type HostTensor,
  hostTensor,
  sizeOf,
} from "../../core/index.ts";
import { type BoundValue, isOp, type VariableRef } from "../../graph/index.ts";
import type { BernoulliParams } from "../../graph/ops/random.ts";

/** What is drawn, and by which key. */
export interface Draw {
  readonly key: BoundValue;
  readonly params: BernoulliParams<number>;
}

/** Where a run's inputs and variables are. */
export interface DrawSource {
  readonly inputs: Readonly<Record<string, HostTensor>>;
  view(variable: VariableRef): HostTensor["data"];
}

/** @throws ClassifierTrainingError `RANDOM_KEY` for a key that is computed. */
export function draw({ key, params }: Draw, source: DrawSource): HostTensor {
  const { shape, place, probability } = params;
  const ones = new Float32Array(sizeOf(shape));
  fillBernoulli(ones, keyOf(key, source) as Int32Array, place, probability);
  return hostTensor("float32", shape, ones);
}

function keyOf({ node }: BoundValue, { inputs, view }: DrawSource): HostTensor["data"] {
  if (isOp(node, "input")) return inputs[node.params.name]!.data;
  if (isOp(node, "variable")) return view(node.params.variable);
  if (isOp(node, "constant")) return node.params.tensor.data;
  throw new ClassifierTrainingError(
    "failure",
    "RANDOM_KEY",
    `onnxruntime cannot draw by a key from ${node.op}`,
    {
      where: node.scope || undefined,
      hint: "give the key as an input of the program",
    },
  );
}
