// Runs a float model on pictures and counts the values of what is inside.
import type { HostTensor } from "../core/index.ts";
import { openOnnxSession } from "../inference/index.ts";
import { encodeModel, type ModelProto, valueInfo } from "../onnx/index.ts";
import { Histogram } from "./histogram.ts";

/** Batches of preprocessed pictures, float32 [N, 3, H, W]. */
export type Batches = readonly HostTensor<"float32">[];

/** The histogram of each value that is named, over all pictures. */
export async function countValues(
  model: ModelProto,
  names: readonly string[],
  batches: Batches,
  threads: number | undefined,
): Promise<Map<string, Histogram>> {
  const histograms = new Map(names.map((name) => [name, new Histogram()]));
  const graph = model.graph!;
  const given = graph.input[0]!.name;
  const inner = names.filter((name) => name !== given);
  const output = inner.map((name) => valueInfo(name, "float32", undefined));
  const bytes = encodeModel({ ...model, graph: { ...graph, output } });
  const session = await openOnnxSession(bytes, "the model to be calibrated", threads);
  try {
    for (const batch of batches) {
      histograms.get(given)?.add(batch.data);
      for (const [name, { data }] of await session.runAll(batch)) histograms.get(name)!.add(data);
    }
    return histograms;
  } finally {
    await session.dispose();
  }
}
