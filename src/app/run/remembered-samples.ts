// What a classifier by nearest neighbours remembers: the features and classes of the training pictures.
import { labelsOf, sizeOf, zeros } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import type { StateDict } from "../../nn/index.ts";
import type { Features } from "../../train/index.ts";

/** State of `NearestNeighbors` in a network; a picture that could not be read has no class and so no vote. */
export function rememberedSamples(
  { values, indices }: Features,
  { labels: classOf, classes }: Pick<ImageDataset, "labels" | "classes">,
): StateDict {
  const size = sizeOf(values.shape.slice(1));
  const samples = zeros("float32", [classOf.length, size]);
  const labels = zeros("float32", [classOf.length, classes.length]);
  for (const [row, index] of indices.data.entries()) {
    const vector = values.data.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...vector) || 1;
    samples.data.set(
      vector.map((value) => value / length),
      index * size,
    );
    for (const label of labelsOf(classOf, index))
      if (label >= 0 && label < classes.length) labels.data[index * classes.length + label] = 1;
  }
  return new Map([
    ["neighbors.samples", samples],
    ["neighbors.labels", labels],
  ]);
}
