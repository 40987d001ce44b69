// Looks for duplicates among pictures in memory.
import type { ImageDataset } from "../../src/data/index.ts";
import type { Image } from "../../src/image/index.ts";
import { type DuplicateKind, findDuplicates } from "../../src/inspect/index.ts";

export interface FoundPair {
  /** Positions among the pictures; `first` is the smaller one. */
  readonly first: number;
  readonly second: number;
  readonly kind: DuplicateKind;
}

/** Every pair that is called a duplicate, once. */
export async function judgedPairs(images: readonly Image[]): Promise<FoundPair[]> {
  const train: ImageDataset = {
    classes: ["picture"],
    labels: new Int32Array(images.length),
    source: (index) => ({ kind: "image", image: images[index]! }),
    name: (index) => String(index),
  };
  const splits = { train, val: undefined, test: undefined, split: undefined, warnings: [] };
  const pairs = new Map<string, FoundPair>();
  for (const group of await findDuplicates(splits)) {
    for (const pair of group.pairs) {
      const [a, b] = [group.pictures[pair.first]!.index, group.pictures[pair.second]!.index];
      const [first, second] = [Math.min(a, b), Math.max(a, b)];
      pairs.set(`${first} ${second}`, { first, second, kind: pair.kind });
    }
  }
  return [...pairs.values()];
}
