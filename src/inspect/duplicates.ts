// Finds pictures that are there more than once: the same bytes, or nearly the same picture.
import { createHash } from "node:crypto";
import { ClassifierTrainingError } from "../core/index.ts";
import type { DatasetSplits } from "../data/modules/data-module.ts";
import { type DecodeOptions, decodeImage } from "../image/decode.ts";
import type { Image } from "../image/image.ts";
import { readImage, readSource } from "../image/read-image.ts";
import { grayscale } from "../transforms/pixels/color.ts";
import { resize } from "../transforms/pixels/resample.ts";
import { type Part, partsOf } from "./statistics.ts";
import type { PictureProblem } from "./verification.ts";

export interface DuplicatePicture {
  readonly part: Part;
  /** Its position in the part. */
  readonly index: number;
  readonly name: string;
  readonly className: string;
}

export interface DuplicateGroup {
  /** "exact": the same bytes or pixels; "similar": equal to the eye, such as another size or compression. */
  readonly kind: "exact" | "similar";
  readonly pictures: readonly DuplicatePicture[];
  /** Whether it is in more than one part: the evaluation is then of pictures that were trained on. */
  readonly acrossParts: boolean;
  /** Whether its classes contradict each other. */
  readonly contradicting: boolean;
}

export interface DuplicateOptions {
  /** Largest number of differing bits, of 64, at which pictures count as similar; default 4. -1 finds exact ones only. */
  readonly distance?: number;
  readonly read?: DecodeOptions;
  /** Called for each picture that cannot be read, in the order of the data set. */
  readonly onUnreadable?: (problem: PictureProblem) => void;
  /** Called after each picture. */
  readonly onProgress?: (checked: number, total: number) => void;
}

interface Fingerprint {
  readonly picture: DuplicatePicture;
  readonly exact: string;
  /** Two halves of a 64-bit difference hash. */
  readonly high: number;
  readonly low: number;
  /** A picture without contrast has no telling hash. */
  readonly telling: boolean;
}

/** Compares all pictures of all parts. Pictures that cannot be read are left out. */
export async function findDuplicates(
  splits: DatasetSplits,
  { distance = 4, read, onUnreadable, onProgress }: DuplicateOptions = {},
): Promise<DuplicateGroup[]> {
  const prints: Fingerprint[] = [];
  const parts = partsOf(splits);
  const total = parts.reduce((sum, [, { labels }]) => sum + labels.length, 0);
  let checked = 0;
  for (const [part, dataset] of parts) {
    for (const [index, label] of dataset.labels.entries()) {
      const picture = { part, index, name: dataset.name(index), className: dataset.classes[label]! };
      const source = await dataset.source(index);
      try {
        prints.push(await fingerprint(source, picture, read));
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
        const { code, message } = error;
        onUnreadable?.({ part, name: picture.name, className: picture.className, code, message });
      }
      onProgress?.(++checked, total);
    }
  }
  const exact = groupBy(prints, ({ exact }) => exact);
  // Of exact duplicates one stands for all, so that no group is listed twice.
  const single = [...exact.values()].map(([first]) => first!);
  const similar = distance < 0 ? [] : groupSimilar(single, distance);
  return [
    ...[...exact.values()].filter((group) => group.length > 1).map((group) => describe("exact", group)),
    ...similar.map((group) => describe("similar", group)),
  ];
}

async function fingerprint(
  source: Parameters<typeof readImage>[0],
  picture: DuplicatePicture,
  read: DecodeOptions | undefined,
): Promise<Fingerprint> {
  if (source.kind === "image" || source.kind === "pixels") {
    const image = await readImage(source, picture.name);
    return { picture, exact: hash(image.data), ...differenceHash(image) };
  }
  const bytes = await readSource(source, picture.name);
  return { picture, exact: hash(bytes), ...differenceHash(await decodeImage(bytes, picture.name, read)) };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** Levels of grey by which some neighbours must differ for the hash to say something. */
const TELLING_CONTRAST = 8;

/** The difference hash: on 9x8 pixels of grey, one bit for each whether it is darker than its right neighbour. */
function differenceHash(image: Image): Pick<Fingerprint, "high" | "low" | "telling"> {
  const { data } = grayscale(resize(image, 9, 8, "box"));
  const words = [0, 0] as [number, number];
  let contrast = 0;
  for (let bit = 0; bit < 64; bit++) {
    const at = ((bit >> 3) * 9 + (bit & 7)) * 3;
    const difference = data[at + 3]! - data[at]!;
    contrast = Math.max(contrast, Math.abs(difference));
    if (difference > 0) words[bit >> 5]! |= 1 << (bit & 31);
  }
  return { high: words[0], low: words[1], telling: contrast >= TELLING_CONTRAST };
}

function bitCount(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Groups whose members are linked by steps of at most `distance` bits; compares only pictures that share a band. */
function groupSimilar(prints: readonly Fingerprint[], distance: number): Fingerprint[][] {
  const telling = prints.filter((print) => print.telling);
  const parents = telling.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root]!;
    parents[index] = root;
    return root;
  };
  for (const bucket of candidateBuckets(telling, distance)) {
    for (let i = 1; i < bucket.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [telling[bucket[i]!]!, telling[bucket[j]!]!];
        if (bitCount(a.high ^ b.high) + bitCount(a.low ^ b.low) <= distance) {
          parents[find(bucket[i]!)] = find(bucket[j]!);
        }
      }
    }
  }
  const groups = groupBy(telling.keys(), (index) => find(index));
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((group) => group.map((index) => telling[index]!));
}

/**
 * Indices that agree in one of `distance + 1` bands of the 64 bits: of two hashes that differ in at most `distance`
 * bits, one band must be equal.
 */
function candidateBuckets(prints: readonly Fingerprint[], distance: number): number[][] {
  const bands = Math.min(distance + 1, 16);
  const width = Math.floor(64 / bands);
  const buckets: number[][] = [];
  for (let band = 0; band < bands; band++) {
    const [from, to] = [band * width, band === bands - 1 ? 64 : (band + 1) * width];
    const mask = ((1n << BigInt(to - from)) - 1n) << BigInt(from);
    const key = ({ high, low }: Fingerprint): bigint =>
      ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) & mask;
    const grouped = groupBy(prints.keys(), (index) => key(prints[index]!));
    buckets.push(...[...grouped.values()].filter(({ length }) => length > 1));
  }
  return buckets;
}

function groupBy<T, K>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function describe(kind: "exact" | "similar", prints: readonly Fingerprint[]): DuplicateGroup {
  const pictures = prints.map(({ picture }) => picture);
  return {
    kind,
    pictures,
    acrossParts: new Set(pictures.map(({ part }) => part)).size > 1,
    contradicting: new Set(pictures.map(({ className }) => className)).size > 1,
  };
}
