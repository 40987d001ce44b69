// Features of pictures, of length 1 each: kept in a file, and searched for those in about the same direction.
import { existsSync } from "node:fs";
import { hostTensor } from "../../../core/index.ts";
import { loadCheckpoint, saveCheckpoint } from "../../../train/index.ts";
import type { Neighbor } from "../api.ts";

/** A picture that has features. */
export interface IndexedPicture {
  readonly name: string;
  /** Its class, or its labels. */
  readonly label: string;
}

/** As many numbers for each picture, in one array: 100,000 pictures of 512 are 205 MB, and a search reads them once. */
export class NeighborIndex {
  readonly #pictures: IndexedPicture[] = [];
  #values = new Float32Array(0);
  #width = 0;

  get size(): number {
    return this.#pictures.length;
  }

  /** The index in a file; an empty one where there is none, or a damaged one. */
  static async load(file: string): Promise<NeighborIndex> {
    const index = new NeighborIndex();
    if (!existsSync(file)) return index;
    try {
      const { tensors, state } = await loadCheckpoint(file);
      const { shape, data } = tensors.get("features")!;
      index.#pictures.push(
        ...(state as unknown as { readonly pictures: readonly IndexedPicture[] }).pictures,
      );
      index.#values = data as Float32Array<ArrayBuffer>;
      index.#width = shape[1]!;
    } catch {
      return new NeighborIndex();
    }
    return index;
  }

  /** @throws ClassifierTrainingError kind "storage" `WRITE_FAILED` */
  async save(file: string): Promise<void> {
    const shape = [this.size, this.#width];
    const features = hostTensor("float32", shape, this.#values.subarray(0, this.size * this.#width));
    const state = { pictures: this.#pictures.map(({ name, label }) => ({ name, label })) };
    await saveCheckpoint(file, { kind: "features", tensors: new Map([["features", features]]), state });
  }

  /** Those of its pictures that are still there under the same name and label. */
  keep(present: (picture: IndexedPicture) => boolean): NeighborIndex {
    const kept = new NeighborIndex();
    for (const [row, picture] of this.#pictures.entries())
      if (present(picture))
        kept.add(picture, this.#values.subarray(row * this.#width, (row + 1) * this.#width));
    return kept;
  }

  /** @param features in any length of their vector; all pictures have as many */
  add(picture: IndexedPicture, features: Float32Array): void {
    this.#width ||= features.length;
    const start = this.size * this.#width;
    if (start + this.#width > this.#values.length) {
      const larger = new Float32Array(Math.max(1024 * this.#width, 2 * this.#values.length));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(normalized(features), start);
    this.#pictures.push(picture);
  }

  /** The pictures of the largest cosine, the nearest first; of equals the earlier first. */
  nearest(features: Float32Array, count: number): Neighbor[] {
    const wanted = normalized(features);
    const found: { row: number; similarity: number }[] = [];
    for (let row = 0, at = 0; row < this.size; row++) {
      let similarity = 0;
      for (let i = 0; i < this.#width; i++) similarity += wanted[i]! * this.#values[at++]!;
      if (found.length === count && similarity <= found.at(-1)!.similarity) continue;
      const place = found.findIndex((other) => other.similarity < similarity);
      found.splice(place < 0 ? found.length : place, 0, { row, similarity });
      if (found.length > count) found.pop();
    }
    return found.map(({ row, similarity }) => ({ ...this.#pictures[row]!, similarity }));
  }
}

/** In the same direction, of length 1; zeros stay zeros. */
function normalized(features: Float32Array): Float32Array {
  let squares = 0;
  for (const value of features) squares += value * value;
  const length = Math.sqrt(squares) || 1;
  return features.map((value) => value / length);
}
