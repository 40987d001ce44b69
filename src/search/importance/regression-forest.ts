// A random forest for regression (Breiman 2001): trees on bootstrap samples, each split on the best of some features.
import type { RandomStream } from "../../core/index.ts";

/** A tree: a value, or a feature with the border between its two branches. */
type Tree =
  | { readonly value: number }
  | { readonly feature: number; readonly border: number; readonly low: Tree; readonly high: Tree };

/** A tree with the samples that it has not seen. */
export interface ForestTree {
  predict(row: readonly number[]): number;
  readonly unseen: readonly number[];
}

const LEAST_LEAF = 2;

/** Trees on `rows` of features with their `targets`; the same stream gives the same forest. */
export function growForest(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  trees: number,
  random: RandomStream,
): ForestTree[] {
  return Array.from({ length: trees }, () => {
    const drawn = rows.map(() => random.integer(rows.length));
    const seen = new Set(drawn);
    const tree = grow(drawn, rows, targets, random);
    return {
      predict: (row) => valueAt(tree, row),
      unseen: rows.flatMap((_, i) => (seen.has(i) ? [] : [i])),
    };
  });
}

function valueAt(tree: Tree, row: readonly number[]): number {
  let node = tree;
  while (!("value" in node)) node = row[node.feature]! <= node.border ? node.low : node.high;
  return node.value;
}

function grow(
  samples: readonly number[],
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  random: RandomStream,
): Tree {
  const mean = samples.reduce((sum, i) => sum + targets[i]!, 0) / samples.length;
  const split = samples.length < 2 * LEAST_LEAF ? undefined : bestSplit(samples, rows, targets, random);
  if (split === undefined) return { value: mean };
  const { feature, border } = split;
  const below = samples.filter((i) => rows[i]![feature]! <= border);
  const above = samples.filter((i) => rows[i]![feature]! > border);
  const branch = (part: readonly number[]): Tree => grow(part, rows, targets, random);
  return { feature, border, low: branch(below), high: branch(above) };
}

/** The split that leaves the smallest squared error, among two thirds of the features. */
function bestSplit(
  samples: readonly number[],
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  random: RandomStream,
): { feature: number; border: number } | undefined {
  const features = rows[0]!.length;
  const tried = [...random.permutation(features)].slice(0, Math.max(1, Math.ceil((features * 2) / 3)));
  const total = samples.reduce((sum, i) => sum + targets[i]!, 0);
  let best: { feature: number; border: number; gain: number } | undefined;
  for (const feature of tried) {
    const order = samples.toSorted((a, b) => rows[a]![feature]! - rows[b]![feature]!);
    let sum = 0;
    for (let count = 1; count < order.length; count++) {
      sum += targets[order[count - 1]!]!;
      const [here, next] = [rows[order[count - 1]!]![feature]!, rows[order[count]!]![feature]!];
      if (here === next || count < LEAST_LEAF || order.length - count < LEAST_LEAF) continue;
      // What both sides' means explain; the rest is the same for every split.
      const gain = sum ** 2 / count + (total - sum) ** 2 / (order.length - count);
      if (best === undefined || gain > best.gain) best = { feature, border: (here + next) / 2, gain };
    }
  }
  return best !== undefined && best.gain > total ** 2 / samples.length + 1e-12 ? best : undefined;
}
