// Deals pictures with several labels out to parts, each label in the same proportions: iterative stratification.
import { type LabelSets, RandomStream } from "../../core/index.ts";
import { groupMembers } from "./groups.ts";

/** Pictures that stay together, and how many of them count as what (see `kindsOf`). */
interface Unit {
  readonly members: readonly number[];
  readonly counts: ReadonlyMap<number, number>;
}

/** Not dealt out yet; there are fewer parts. */
const NONE = 255;
/** Less than any gain of a move is, but for rounding. */
const LEAST_GAIN = 1e-6;

/**
 * The part of every picture, by Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data" (2011): of the
 * label with the fewest pictures left each picture goes to the part that lacks most of that label, at a tie to the one
 * that lacks most pictures, then by lot; then the next label. Pictures without labels are dealt out last, as if that were a label.
 * Since a picture dealt out for a rare label brings common ones along, pictures are then moved as long as that makes the sum
 * over parts and labels, and over their pictures, of the squares of what they lack smaller. Entries that are not known do not
 * count. With groups it is the groups that are dealt out, those with most of the label first.
 * @param groups pictures with the same group stay together
 * @param fractions the share of each part; a part of share 0 gets nothing
 */
export function stratifyLabels(
  labels: LabelSets,
  groups: readonly string[] | undefined,
  fractions: readonly number[],
  seed: number,
): Uint8Array {
  const random = new RandomStream(seed, "split-labels");
  const units = shuffled(unitsOf(labels, groups), random);
  const parts = new Parts(units, labels.width, fractions);
  const partOf = deal(units, parts, labels.width, random);
  for (let moved = true; moved; ) moved = improve(units, parts, partOf);
  const result = new Uint8Array(labels.length);
  for (const [u, { members }] of units.entries()) for (const index of members) result[index] = partOf[u]!;
  return result;
}

/** What each part lacks: of every label, of pictures without labels, and of pictures, in this order. */
class Parts {
  /** Those that get anything. */
  readonly open: readonly number[];
  readonly #lacking: readonly Float64Array[];

  constructor(units: readonly Unit[], width: number, fractions: readonly number[]) {
    const totals = new Float64Array(width + 2);
    for (const { counts } of units) for (const [kind, count] of counts) totals[kind]! += count;
    this.#lacking = fractions.map((fraction) => totals.map((total) => total * fraction));
    this.open = fractions.map((_, part) => part).filter((part) => fractions[part]! > 0);
  }

  lacks(part: number, kind: number): number {
    return this.#lacking[part]![kind]!;
  }

  add(part: number, { counts }: Unit): void {
    for (const [kind, count] of counts) this.#lacking[part]![kind]! -= count;
  }

  remove(part: number, { counts }: Unit): void {
    for (const [kind, count] of counts) this.#lacking[part]![kind]! += count;
  }

  /** By how much the sum of squares changes when a unit is moved. */
  change(unit: Unit, from: number, to: number): number {
    let sum = 0;
    for (const [kind, count] of unit.counts)
      sum += 2 * count * (this.lacks(from, kind) - this.lacks(to, kind) + count);
    return sum;
  }
}

/** Deals all units out, and says to which part each went. */
function deal(units: readonly Unit[], parts: Parts, width: number, random: RandomStream): Uint8Array {
  const partOf = new Uint8Array(units.length).fill(NONE);
  const unitsWith = Array.from({ length: width + 1 }, (): number[] => []);
  const left = new Int32Array(width + 1);
  for (const [u, { counts }] of units.entries()) {
    for (const [kind, count] of counts) {
      if (kind > width) continue;
      unitsWith[kind]!.push(u);
      left[kind]! += count;
    }
  }
  for (let label = rarest(left); label !== undefined; label = rarest(left)) {
    const kind = label;
    const countOf = (u: number): number => units[u]!.counts.get(kind)!;
    for (const u of unitsWith[kind]!.sort((a, b) => countOf(b) - countOf(a))) {
      if (partOf[u] !== NONE) continue;
      const unit = units[u]!;
      const part = choose(
        parts.open,
        [(p) => parts.lacks(p, kind), (p) => parts.lacks(p, width + 1)],
        random,
      );
      partOf[u] = part;
      parts.add(part, unit);
      for (const [own, count] of unit.counts) if (own <= width) left[own]! -= count;
    }
  }
  return partOf;
}

/** Moves every unit once to where it does most good; whether any was moved. */
function improve(units: readonly Unit[], parts: Parts, partOf: Uint8Array): boolean {
  let moved = false;
  for (const [u, unit] of units.entries()) {
    const from = partOf[u]!;
    let [to, least] = [from, -LEAST_GAIN];
    for (const part of parts.open) {
      const change = part === from ? 0 : parts.change(unit, from, part);
      if (change < least) [to, least] = [part, change];
    }
    if (to === from) continue;
    parts.remove(from, unit);
    parts.add(to, unit);
    partOf[u] = to;
    moved = true;
  }
  return moved;
}

function unitsOf(labels: LabelSets, groups: readonly string[] | undefined): Unit[] {
  const members = groups === undefined ? Array.from(labels.keys(), (index) => [index]) : groupMembers(groups);
  return members.map((own) => {
    const counts = new Map<number, number>();
    for (const index of own)
      for (const kind of kindsOf(labels, index)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return { members: own, counts };
  });
}

/** What a picture counts as: each of its labels, or the one that stands for none; and a picture. */
function kindsOf(labels: LabelSets, sample: number): number[] {
  const present = labels.present(sample);
  return [...(present.length === 0 ? [labels.width] : present), labels.width + 1];
}

function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  return Array.from(random.permutation(items.length), (index) => items[index]!);
}

/** The label with the fewest pictures left; the one that stands for none comes after all others. */
function rarest(left: Int32Array): number | undefined {
  let found: number | undefined;
  for (let label = 0; label < left.length - 1; label++)
    if (left[label]! > 0 && (found === undefined || left[label]! < left[found]!)) found = label;
  return found ?? (left.at(-1)! > 0 ? left.length - 1 : undefined);
}

/** The part for which the first measure is largest, at a tie the second, then one by lot. */
function choose(
  parts: readonly number[],
  measures: readonly ((part: number) => number)[],
  random: RandomStream,
): number {
  let best = parts;
  for (const measure of measures) {
    const most = Math.max(...best.map(measure));
    best = best.filter((part) => measure(part) === most);
  }
  return best.length === 1 ? best[0]! : best[random.integer(best.length)]!;
}
