// All pictures of the open data set, by number: where each lies now, what it is labelled as, and which of them are asked for.
import { posix } from "node:path";
import { LabelSets, labelsOf, PRESENT } from "../../core/index.ts";
import type { DatasetSplits, ImageDataset } from "../../data/index.ts";
import type { ImageSource } from "../../image/index.ts";
import { partsOf } from "../../inspect/statistics.ts";
import { notFound } from "../http/answers.ts";
import { type ListedPicture, type Part, type PictureFilter, type ProblemKind, SIZE_BOUNDS } from "./api.ts";

/** Kinds of problems, worst first; the bits of a picture's problems are in this order. */
export const PROBLEM_KINDS: readonly ProblemKind[] = [
  "unreadable",
  "contradicting",
  "leak",
  "duplicate",
  "near",
];

/** Where a picture was found when the data set was opened; undefined for one that came back since. */
type Origin = { readonly dataset: ImageDataset; readonly index: number } | undefined;

/** How many pictures there are of each kind. */
interface Tally {
  /** Of the listing that was counted. */
  readonly version: number;
  readonly parts: ReadonlyMap<Part, { pictures: number; readonly classes: number[] }>;
  /** In the order of `PROBLEM_KINDS`. */
  readonly problems: readonly number[];
}

/**
 * A picture's number is its position in the data set when it was opened, the parts one after the other. It stays the picture's for
 * as long as the studio runs, wherever the picture is moved.
 */
export class Listing {
  readonly classes: readonly string[];
  readonly parts: readonly Part[];
  /** What names may begin with. */
  readonly #roots: readonly string[];
  readonly #origins: Origin[] = [];
  readonly #names: string[] = [];
  readonly #parts: Part[] = [];
  /** The class of each, where the data set has one for each picture. */
  readonly #labels: number[] = [];
  readonly #isHere: boolean[] = [];
  readonly #problems: number[] = [];
  /** The shorter side in pixels; 0: not measured, -1: cannot be read. */
  readonly #sides: number[] = [];
  /** New paths of pictures that were moved. */
  readonly #moved = new Map<number, string>();
  readonly #ids = new Map<string, number>();
  #version = 0;
  #tally: Tally | undefined;
  #found: { readonly key: string; readonly ids: readonly number[] } | undefined;

  /** @param root what names are relative to, where they begin with it; "": they stay as they are */
  constructor(splits: DatasetSplits, root: string) {
    this.classes = splits.train.classes;
    this.#roots = root === "" ? [] : [root, posix.normalize(root)].map((path) => path.replace(/\/+$/, ""));
    const parts = partsOf(splits);
    this.parts = parts.map(([part]) => part);
    for (const [part, dataset] of parts) {
      const single = dataset.labels instanceof LabelSets ? undefined : dataset.labels;
      for (let index = 0; index < dataset.labels.length; index++) {
        this.#append(this.#within(dataset.name(index)), part, single?.[index] ?? -1, { dataset, index });
      }
    }
  }

  /** Numbers that are taken, those of pictures that are gone included. */
  get length(): number {
    return this.#names.length;
  }

  /** Grows whenever pictures are moved, go or come back, or their problems change. */
  get version(): number {
    return this.#version;
  }

  /** The number of a picture by its name, as the data set or a command calls it, or its path within the data set: its old ones too. */
  find(name: string): number | undefined {
    return this.#ids.get(this.#within(name));
  }

  /** Whether there is a picture of that number, and it is still in the data set. */
  has(id: number): boolean {
    return this.#isHere[id] === true;
  }

  /** Its path within the data set, `/` between the parts. */
  name(id: number): string {
    return this.#names[this.#known(id)]!;
  }

  part(id: number): Part {
    return this.#parts[this.#known(id)]!;
  }

  /** Indices of its classes. */
  labels(id: number): readonly number[] {
    const origin = this.#origins[this.#known(id)];
    const label = this.#labels[id]!;
    return label >= 0 || origin === undefined ? [label] : labelsOf(origin.dataset.labels, origin.index);
  }

  problems(id: number): ProblemKind[] {
    const bits = this.#problems[this.#known(id)]!;
    return PROBLEM_KINDS.filter((_, i) => (bits & (1 << i)) !== 0);
  }

  listed(id: number): ListedPicture {
    const [name, labels, part, problems] = [this.name(id), this.labels(id), this.part(id), this.problems(id)];
    return { id, name, labels, part, problems };
  }

  /** Where to read it, wherever it is now. @throws ClassifierTrainingError `NOT_FOUND` where it is gone */
  async source(id: number): Promise<ImageSource> {
    if (!this.has(id)) throw notFound("there is no such picture");
    const path = this.#moved.get(id);
    if (path !== undefined) return { kind: "file", path };
    const { dataset, index } = this.#origins[id]!;
    return dataset.source(index);
  }

  /** The pictures that are asked for, in the order of their numbers. */
  matching(filter: PictureFilter): readonly number[] {
    const key = JSON.stringify([this.#version, filter]);
    if (this.#found?.key === key) return this.#found.ids;
    const { label, part, size, problem } = filter;
    const name = filter.name?.toLowerCase();
    const bit = problem === undefined ? 0 : 1 << PROBLEM_KINDS.indexOf(problem);
    const ids: number[] = [];
    for (let id = 0; id < this.length; id++) {
      if (!this.#isHere[id]) continue;
      if (part !== undefined && this.#parts[id] !== part) continue;
      if (bit !== 0 && (this.#problems[id]! & bit) === 0) continue;
      if (label !== undefined && !this.#hasLabel(id, label)) continue;
      if (size !== undefined && sizeOf(this.#sides[id]!) !== size) continue;
      if (name !== undefined && !this.#names[id]!.toLowerCase().includes(name)) continue;
      ids.push(id);
    }
    this.#found = { key, ids };
    return ids;
  }

  /** Pictures by class in one part. */
  counts(part: Part): readonly number[] {
    return this.#tallyNow().parts.get(part)?.classes ?? this.classes.map(() => 0);
  }

  /** Number of pictures in one part. */
  count(part: Part): number {
    return this.#tallyNow().parts.get(part)?.pictures ?? 0;
  }

  /** Number of pictures with a problem. */
  problemCount(kind: ProblemKind): number {
    return this.#tallyNow().problems[PROBLEM_KINDS.indexOf(kind)]!;
  }

  /** Notes that it lies elsewhere. @param path of its file */
  move(id: number, name: string, path: string, label: number): void {
    this.#names[id] = name;
    this.#labels[id] = label;
    this.#moved.set(id, path);
    this.#ids.set(name, id);
    this.#version++;
  }

  /** Notes that it is no longer in the data set. */
  remove(id: number): void {
    this.#isHere[id] = false;
    this.#version++;
  }

  /** Notes that it is back where it was, or is new. @param path of its file */
  restore(name: string, path: string, part: Part, label: number): void {
    const known = this.find(name);
    const id = known !== undefined && !this.has(known) ? known : this.#append(name, part, label, undefined);
    this.#isHere[id] = true;
    this.move(id, name, path, label);
  }

  /** Sets the problems of all pictures. */
  setProblems(problems: ReadonlyMap<number, ReadonlySet<ProblemKind>>): void {
    this.#problems.fill(0);
    for (const [id, kinds] of problems) {
      this.#problems[id] = PROBLEM_KINDS.reduce((bits, kind, i) => bits | (kinds.has(kind) ? 1 << i : 0), 0);
    }
    this.#version++;
  }

  /** The shorter side of a picture in pixels; undefined where it was not measured, -1 where it cannot be. */
  side(id: number): number | undefined {
    return this.#sides[id] === 0 ? undefined : this.#sides[id];
  }

  setSide(id: number, side: number): void {
    this.#sides[id] = side;
    this.#found = undefined;
  }

  /** Counts all that is here, once for each version. */
  #tallyNow(): Tally {
    if (this.#tally?.version === this.#version) return this.#tally;
    const parts = new Map(
      this.parts.map((part) => [part, { pictures: 0, classes: this.classes.map(() => 0) }]),
    );
    const problems = PROBLEM_KINDS.map(() => 0);
    for (let id = 0; id < this.length; id++) {
      if (!this.#isHere[id]) continue;
      const part = parts.get(this.#parts[id]!)!;
      part.pictures++;
      for (const label of this.labels(id)) part.classes[label]!++;
      const bits = this.#problems[id]!;
      if (bits !== 0) for (const i of problems.keys()) problems[i]! += (bits >> i) & 1;
    }
    this.#tally = { version: this.#version, parts, problems };
    return this.#tally;
  }

  #append(name: string, part: Part, label: number, origin: Origin): number {
    const id = this.#names.length;
    this.#origins.push(origin);
    this.#names.push(name);
    this.#parts.push(part);
    this.#labels.push(label);
    this.#isHere.push(true);
    this.#problems.push(0);
    this.#sides.push(0);
    this.#ids.set(name, id);
    return id;
  }

  #hasLabel(id: number, label: number): boolean {
    const own = this.#labels[id]!;
    if (own >= 0) return own === label;
    const origin = this.#origins[id]!;
    const { labels } = origin.dataset;
    return labels instanceof LabelSets && labels.row(origin.index)[label] === PRESENT;
  }

  #known(id: number): number {
    if (id in this.#names) return id;
    throw notFound("there is no such picture");
  }

  #within(name: string): string {
    const root = this.#roots.find((each) => name.startsWith(`${each}/`));
    return root === undefined ? name : name.slice(root.length).replace(/^\/+/, "");
  }
}

/** The size of a shorter side, as `SIZE_BOUNDS` tell them apart; undefined where it is not known. */
function sizeOf(side: number): number | undefined {
  return side <= 0 ? undefined : SIZE_BOUNDS.filter((bound) => side >= bound).length;
}
