// Files of weights, as the command line works on them.

import { writeDurably } from "../../platform/index.ts";
import { type ConvertOptions, convertWeights, openWeights } from "../../weights/index.ts";

export { type ConvertOptions, listWeights, openWeights, verifyWeights } from "../../weights/index.ts";

/** Writes the tensors of a file as safetensors, whole or not at all; returns how many and how many bytes. */
export async function convertFile(
  file: string,
  output: string,
  options: ConvertOptions,
): Promise<{ tensors: number; bytes: number }> {
  using weights = openWeights(file);
  const { byteLength, chunks } = convertWeights(weights, options);
  await writeDurably(output, chunks);
  return { tensors: weights.tensors.size, bytes: byteLength };
}
