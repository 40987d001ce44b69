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

/** As many numbers for each picture, in one array: 100,000 pictures of 512 are 205 MB, and a search reads them in 50 ms. */
export class NeighborIndex {
  #pictures: IndexedPicture[] = [];
  #values: Float32Array = new Float32Array(0);
  #width = 0;
  /** Pictures that there will be, as far as that is known. */
  #expected = 0;

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
      const { pictures } = state as unknown as { readonly pictures: IndexedPicture[] };
      index.#pictures = pictures;
      index.#values = data as Float32Array;
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

  /** Forgets those of its pictures that are not there any more under the same name and label. */
  keep(present: (picture: IndexedPicture) => boolean): void {
    const width = this.#width;
    let kept = 0;
    for (const [row, picture] of this.#pictures.entries()) {
      if (!present(picture)) continue;
      if (kept < row) this.#values.copyWithin(kept * width, row * width, (row + 1) * width);
      this.#pictures[kept++] = picture;
    }
    this.#pictures.length = kept;
  }

  /** Says how many pictures will be added, so that memory is taken once. */
  expect(pictures: number): void {
    this.#expected = this.size + pictures;
  }

  /** @param features in any length of their vector; all pictures have as many */
  add(picture: IndexedPicture, features: Float32Array): void {
    this.#width ||= features.length;
    const start = this.size * this.#width;
    if (start + this.#width > this.#values.length) {
      const pictures = Math.max(this.#expected, 2 * this.size, 1024);
      const larger = new Float32Array(pictures * this.#width);
      larger.set(this.#values.subarray(0, start));
      this.#values = larger;
    }
    this.#values.set(normalized(features), start);
    this.#pictures.push(picture);
  }

  /** The pictures of the largest cosine, the nearest first; of equals the earlier first. */
  nearest(features: Float32Array, count: number): Neighbor[] {
    const found: { row: number; similarity: number }[] = [];
    for (const [row, similarity] of products(this.#values, normalized(features), this.size).entries()) {
      if (found.length === count && similarity <= found.at(-1)!.similarity) continue;
      const place = found.findIndex((other) => other.similarity < similarity);
      found.splice(place < 0 ? found.length : place, 0, { row, similarity });
      if (found.length > count) found.pop();
    }
    return found.map(({ row, similarity }) => ({ ...this.#pictures[row]!, similarity }));
  }
}

/** The product of each row with a vector; four rows at a time, whose sums do not wait for each other, take a quarter of the time. */
function products(values: Float32Array, vector: Float32Array, rows: number): Float64Array {
  const width = vector.length;
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row += 4) {
    // The last four may have been summed already.
    const first = Math.max(0, Math.min(row, rows - 4));
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0, at = first * width; i < width; i++, at++) {
      const factor = vector[i]!;
      a += factor * values[at]!;
      b += factor * values[at + width]!;
      c += factor * values[at + 2 * width]!;
      d += factor * values[at + 3 * width]!;
    }
    sums.set([a, b, c, d].slice(0, rows), first);
  }
  return sums;
}

/** In the same direction, of length 1; zeros stay zeros. */
function normalized(features: Float32Array): Float32Array {
  let squares = 0;
  for (const value of features) squares += value * value;
  const length = Math.sqrt(squares) || 1;
  return features.map((value) => value / length);
}
