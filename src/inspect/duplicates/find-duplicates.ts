// Finds pictures that are there more than once: the same bytes, the same picture, or nearly the same.
import { createHash } from "node:crypto";
import { ClassifierTrainingError } from "../../core/index.ts";
import { type ImageDataset, labelText } from "../../data/datasets/dataset.ts";
import type { DatasetSplits } from "../../data/modules/data-module.ts";
import { type DecodeOptions, decodeImage } from "../../image/decode.ts";
import type { Image } from "../../image/image.ts";
import { readImage, readSource } from "../../image/read-image.ts";
import { type Part, partsOf } from "../statistics.ts";
import type { PictureProblem } from "../verification.ts";
import { Candidates } from "./candidates.ts";
import { cliques } from "./cliques.ts";
import { type Likeness, likeness } from "./likeness.ts";
import { type ComparedPicture, comparedPicture, LARGE_SIDE } from "./picture-square.ts";

/** One picture of a group, and where it is found. */
export interface DuplicatePicture {
  readonly part: Part;
  /** Its position in the part. */
  readonly index: number;
  readonly name: string;
  readonly className: string;
}

/**
 * "exact": the same bytes or pixels. "equal": the same picture, re-encoded, resized, cut to not less than about 90 % of
 * its sides, mirrored, turned by quarters, brighter or darker, with a border or a watermark. "near": another picture of
 * the same thing, as in a burst, or a smaller part of it.
 */
export type DuplicateKind = "exact" | "equal" | "near";

/** How two pictures of a group compare. */
export interface DuplicatePair {
  /** Positions in the group's `pictures`. */
  readonly first: number;
  readonly second: number;
  readonly kind: DuplicateKind;
  /** Share of what both show that is alike, 0 to 1. */
  readonly similarity: number;
}

/** Pictures of which every two are duplicates. */
export interface DuplicateGroup {
  /** The weakest that can be said of any two of them. */
  readonly kind: DuplicateKind;
  readonly pictures: readonly DuplicatePicture[];
  /** Every two of them. */
  readonly pairs: readonly DuplicatePair[];
  /** Whether it is in more than one part: the evaluation is then of pictures that were trained on. */
  readonly acrossParts: boolean;
  /** Whether its classes contradict each other. */
  readonly contradicting: boolean;
}

/** How pictures are read, and who is told of progress and of those that cannot be. */
export interface DuplicateOptions {
  readonly read?: DecodeOptions;
  /** Called for each picture that cannot be read, in the order of the data set. */
  readonly onUnreadable?: (problem: PictureProblem) => void;
  /** Called after each picture that was read for the first time. */
  readonly onProgress?: (checked: number, total: number) => void;
}

/**
 * What a likeness says. Bounds lie between what copies and what other pictures reach, measured on photographs of clothes
 * by `npm run bench:duplicates`: of the windows of copies 86 % and more are the same, of pictures seen from elsewhere
 * fewer; of other things on the same ground at most 73 % are alike.
 */
export function verdictOf({ same, alike, overlap }: Likeness): "equal" | "near" | undefined {
  if (same >= 0.86 && alike >= 0.9 && overlap >= 0.72) return "equal";
  return alike >= 0.75 && overlap >= 0.55 ? "near" : undefined;
}

interface Entry {
  readonly picture: DuplicatePicture;
  readonly dataset: ImageDataset;
  readonly digest: string;
}

interface JudgedPair {
  readonly first: number;
  readonly second: number;
  readonly kind: "equal" | "near";
  readonly similarity: number;
}

/** Pictures read at the same time. */
const CONCURRENCY = 4;

/**
 * Compares all pictures of all parts; those that cannot be read are left out. Each is read once, to be hashed, and
 * those that hashes propose as pairs a second time, to be compared pixel by pixel. Takes about 2.5 KB a picture.
 */
export async function findDuplicates(
  splits: DatasetSplits,
  options: DuplicateOptions = {},
): Promise<DuplicateGroup[]> {
  const { entries, candidates } = await readAll(splits, options);
  const exact = new Map<string, number[]>();
  for (const [i, { digest }] of entries.entries()) {
    const group = exact.get(digest);
    if (group === undefined) exact.set(digest, [i]);
    else group.push(i);
  }
  // Of the same bytes only the first was hashed, and stands for all.
  const singles = [...exact.values()].map(([first]) => entries[first!]!);
  const judged = await judge(singles, candidates, options.read);
  const equal = judged.filter(({ kind }) => kind === "equal");
  const near = judged.filter(({ kind }) => kind === "near");
  const known = new Map(judged.map((pair) => [keyOf(pair.first, pair.second), pair]));
  const group = (kind: DuplicateKind, members: readonly number[]): DuplicateGroup =>
    groupOf(
      kind,
      members.map((member) => singles[member]!.picture),
      (a, b) => known.get(keyOf(members[a]!, members[b]!))!,
    );
  return [
    ...[...exact.values()]
      .filter(({ length }) => length > 1)
      .map((members) => {
        const pictures = members.map((member) => entries[member]!.picture);
        return groupOf("exact", pictures, () => ({ kind: "exact", similarity: 1 }));
      }),
    ...cliques(equal).map((members) => group("equal", members)),
    ...cliques(near, equal).map((members) => group("near", members)),
  ];
}

/** Reads every picture once; of the same bytes only the first is given to the candidates. */
async function readAll(
  splits: DatasetSplits,
  { read, onUnreadable, onProgress }: DuplicateOptions,
): Promise<{ readonly entries: readonly Entry[]; readonly candidates: Candidates }> {
  const places = partsOf(splits).flatMap(([part, dataset]) =>
    Array.from(dataset.labels.keys(), (index) => ({ part, dataset, index })),
  );
  const candidates = new Candidates(places.length);
  const entries: Entry[] = [];
  const known = new Set<string>();
  for (let from = 0; from < places.length; from += CONCURRENCY) {
    const together = places.slice(from, from + CONCURRENCY).map(async ({ part, dataset, index }) => {
      const picture = { part, index, name: dataset.name(index), className: labelText(dataset, index) };
      try {
        return { kind: "read", picture, dataset, ...(await readPicture(dataset, index, read)) } as const;
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
        const { name, className } = picture;
        const problem = { part, name, className, code: error.code, message: error.message };
        return { kind: "unreadable", problem } as const;
      }
    });
    for (const [i, result] of (await Promise.all(together)).entries()) {
      if (result.kind === "unreadable") onUnreadable?.(result.problem);
      else {
        const { picture, dataset, digest, image } = result;
        if (!known.has(digest)) candidates.add(comparedPicture(image));
        known.add(digest);
        entries.push({ picture, dataset, digest });
      }
      onProgress?.(from + i + 1, places.length);
    }
  }
  return { entries, candidates };
}

async function readPicture(
  dataset: ImageDataset,
  index: number,
  read: DecodeOptions | undefined,
): Promise<{ readonly digest: string; readonly image: Image }> {
  const [source, name] = [await dataset.source(index), dataset.name(index)];
  if (source.kind === "image" || source.kind === "pixels") {
    const image = await readImage(source, name);
    return { digest: `${image.width} ${digestOf(image.data)}`, image };
  }
  const bytes = await readSource(source, name);
  // More pixels than are compared need not be decoded.
  return {
    digest: digestOf(bytes),
    image: await decodeImage(bytes, name, { shrinkTo: 2 * LARGE_SIDE, ...read }),
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** Pictures kept for the next comparison, in about 140 KB each. */
const KEPT = 400;

/** Compares the proposed pairs pixel by pixel; strongest first. */
async function judge(
  entries: readonly Entry[],
  candidates: Candidates,
  read: DecodeOptions | undefined,
): Promise<JudgedPair[]> {
  const kept = new Map<number, ComparedPicture>();
  const picture = async (entry: number): Promise<ComparedPicture> => {
    let compared = kept.get(entry);
    if (compared === undefined) {
      const { dataset, picture: place } = entries[entry]!;
      compared = comparedPicture((await readPicture(dataset, place.index, read)).image);
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
    } else kept.delete(entry);
    kept.set(entry, compared);
    return compared;
  };
  const judged: JudgedPair[] = [];
  for (const { first, second, guess } of candidates.pairs()) {
    const found = likeness(await picture(first), await picture(second), guess);
    const kind = verdictOf(found);
    if (kind === undefined) continue;
    judged.push({ first, second, kind, similarity: kind === "equal" ? found.same : found.alike });
  }
  return judged.sort((a, b) => b.similarity - a.similarity);
}

const keyOf = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;

function groupOf(
  kind: DuplicateKind,
  pictures: readonly DuplicatePicture[],
  pairOf: (first: number, second: number) => Pick<DuplicatePair, "kind" | "similarity">,
): DuplicateGroup {
  const pairs: DuplicatePair[] = [];
  for (let second = 1; second < pictures.length; second++) {
    for (let first = 0; first < second; first++) {
      const { kind: of, similarity } = pairOf(first, second);
      pairs.push({ first, second, kind: of, similarity });
    }
  }
  return {
    kind,
    pictures,
    pairs,
    acrossParts: new Set(pictures.map(({ part }) => part)).size > 1,
    contradicting: new Set(pictures.map(({ className }) => className)).size > 1,
  };
}
