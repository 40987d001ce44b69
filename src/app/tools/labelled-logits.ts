// What an exported model computes of pictures whose labels are known.
import type { ImageDataset } from "../../data/index.ts";
import { type Image, readImage } from "../../image/index.ts";
import type { Classifier } from "../../inference/index.ts";

/** Pictures that are decoded and computed together. */
const BATCH = 64;

/**
 * The logits of every picture of a data set, row-major [N, classes], which no calibration has touched.
 * @throws ClassifierTrainingError kind "data" for a picture that cannot be read
 */
export async function logitsOfDataset(classifier: Classifier, pictures: ImageDataset): Promise<Float32Array> {
  const indices = Array.from(pictures.labels.keys());
  const rows = await logitsOf(classifier, indices, async (index) =>
    readImage(await pictures.source(index), pictures.name(index)),
  );
  const classes = classifier.classNames.length;
  const all = new Float32Array(rows.length * classes);
  for (const [n, row] of rows.entries()) all.set(row, n * classes);
  return all;
}

/** The logits of each picture file. @throws ClassifierTrainingError kind "data" for a picture that cannot be read */
export function logitsOfFiles(classifier: Classifier, paths: readonly string[]): Promise<Float32Array[]> {
  return logitsOf(classifier, paths, (path) => readImage({ kind: "file", path }, path));
}

/** A few pictures at a time. */
async function logitsOf<T>(
  classifier: Classifier,
  pictures: readonly T[],
  read: (picture: T) => Promise<Image>,
): Promise<Float32Array[]> {
  const results: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += BATCH) {
    const some = await Promise.all(pictures.slice(first, first + BATCH).map(read));
    const logits = await classifier.logits(some);
    const classes = logits.length / some.length;
    results.push(...some.map((_, n) => logits.slice(n * classes, (n + 1) * classes)));
  }
  return results;
}
