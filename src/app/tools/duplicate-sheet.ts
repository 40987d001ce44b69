// The contact sheet of duplicates: pairs of them side by side as one PNG, with what is wrong about each.
import { LabelSets } from "../../core/index.ts";
import type { DatasetSplits, ImageDataset } from "../../data/index.ts";
import { type Image, readImage } from "../../image/index.ts";
import type { DuplicateGroup, DuplicatePair } from "../../inspect/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { type ContactPair, contactSheet, renderPng } from "../../plots/index.ts";
import { resize } from "../../transforms/index.ts";

/** Pairs that a sheet holds. */
const MOST_PAIRS = 60;
/** Longest side of a picture, in pixels. */
const SIDE = 160;

/** The worst first: classes that differ, then leaks between splits; and of these the surest first, as they come. */
export function worstFirst(groups: readonly DuplicateGroup[]): DuplicateGroup[] {
  const rank = ({ contradicting, acrossParts }: DuplicateGroup): number =>
    contradicting ? 0 : acrossParts ? 1 : 2;
  return [...groups].sort((a, b) => rank(a) - rank(b));
}

/**
 * Writes pairs of duplicates side by side: of each group the first picture with each other.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
 */
export async function writeDuplicateSheet(
  splits: DatasetSplits,
  groups: readonly DuplicateGroup[],
  path: string,
): Promise<void> {
  const isSplit = splits.val !== undefined || splits.test !== undefined;
  const several = splits.train.labels instanceof LabelSets;
  const pairs = worstFirst(groups).flatMap((group) =>
    group.pairs.filter(({ first }) => first === 0).map((pair) => ({ group, pair })),
  );
  const shown: ContactPair[] = [];
  for (const { group, pair } of pairs.slice(0, MOST_PAIRS)) {
    const [first, second] = [group.pictures[pair.first]!, group.pictures[pair.second]!];
    const tiles = [];
    for (const { part, index, name, className } of [first, second]) {
      const image = await thumbnail(splits[part]!, index, SIDE);
      tiles.push({ image, caption: isSplit ? `${className}, ${part}` : className, detail: name });
    }
    const remarks = [
      ...(first.className === second.className ? [] : [several ? "labels differ" : "classes differ"]),
      ...(first.part === second.part ? [] : ["splits crossed"]),
    ];
    shown.push({ title: titleOf(pair), remarks, tiles: [tiles[0]!, tiles[1]!] });
  }
  const picture = contactSheet({ pairs: shown, more: pairs.length - shown.length });
  await writeDurably(path, [await renderPng(picture, { scale: 1 })]);
}

function titleOf({ kind, similarity }: DuplicatePair): string {
  return kind === "exact" ? "exact" : `${kind}, ${Math.floor(similarity * 100)} %`;
}

/** A picture of a data set, its longest side at most `side` pixels. */
export async function thumbnail(dataset: ImageDataset, index: number, side: number): Promise<Image> {
  const image = await readImage(await dataset.source(index), dataset.name(index));
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const scaled = (length: number): number => Math.max(1, Math.round(length * scale));
  return resize(image, scaled(image.width), scaled(image.height));
}
