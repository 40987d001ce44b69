// Files of weights, as the command line works on them.

import { writeDurably } from "../../platform/index.ts";
import { convertWeights, openWeights } from "../../weights/index.ts";

export { listWeights, openWeights, verifyWeights } from "../../weights/index.ts";

/** Writes the tensors of a file as safetensors, whole or not at all; returns how many and how many bytes. */
export async function convertFile(file: string, output: string): Promise<{ tensors: number; bytes: number }> {
  using weights = openWeights(file);
  const { byteLength, chunks } = convertWeights(weights);
  await writeDurably(output, chunks);
  return { tensors: weights.tensors.size, bytes: byteLength };
}
