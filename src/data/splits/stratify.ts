// Deals pictures out to parts: seeded, each class in the same proportions, groups kept together.
import { ClassifierTrainingError, LabelSets, RandomStream, type SampleLabels } from "../../core/index.ts";
import { groupMembers } from "./groups.ts";
import { stratifyLabels } from "./iterative-stratification.ts";
import { severalHint } from "./several-hint.ts";

/** What is to be dealt out. */
export interface Population {
  readonly classes: readonly string[];
  /** The class index of every picture, or the labels of each. */
  readonly labels: SampleLabels;
  /** Pictures with the same group stay together. Default: each on its own. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * The part of every picture; of pictures with several labels see `stratifyLabels`. Part `p` gets the share `fractions[p]` of each class, rounded, but at least one
 * picture of each class as long as the first part keeps one; 0 gets nothing. With groups the shares are met as
 * nearly as whole groups allow.
 *
 * @throws ClassifierTrainingError `CLASS_TOO_SMALL` where a class has fewer pictures than there are parts
 */
export function stratify(population: Population, fractions: readonly number[], seed: number): Uint8Array {
  const { classes, labels, groups } = population;
  if (labels instanceof LabelSets) return stratifyLabels(labels, groups, fractions, seed);
  const parts = new Uint8Array(labels.length);
  const wanted = fractions.filter((fraction) => fraction > 0).length;
  const members = membersOfClasses(labels, classes.length);
  for (const [label, indices] of members.entries()) {
    if (indices.length < wanted) throw tooSmall(classes, label, indices.length, wanted);
  }
  if (groups !== undefined) return stratifyGroups(labels, classes.length, groups, fractions, seed);
  for (const [label, indices] of members.entries()) {
    const order = new RandomStream(seed, "split", [label, 0]).permutation(indices.length);
    const counts = partCounts(indices.length, fractions);
    let rank = 0;
    for (let part = fractions.length - 1; part > 0; part--) {
      for (const end = rank + counts[part]!; rank < end; rank++) parts[indices[order[rank]!]!] = part;
    }
  }
  return parts;
}

function membersOfClasses(labels: Int32Array, classes: number): number[][] {
  const members = Array.from({ length: classes }, (): number[] => []);
  for (const [index, label] of labels.entries()) members[label]!.push(index);
  return members;
}

/** How many of `count` pictures each part gets; the first gets the rest, at least one. */
function partCounts(count: number, fractions: readonly number[]): number[] {
  const counts = fractions.map((fraction, part) =>
    part === 0 || fraction === 0 ? 0 : Math.max(1, Math.round(fraction * count)),
  );
  const others = (): number => counts.reduce((sum, value) => sum + value, 0);
  while (others() >= count) counts[counts.indexOf(Math.max(...counts))]!--;
  counts[0] = count - others();
  return counts;
}

/** Largest groups first, each to the part that lacks most of what the group holds. */
function stratifyGroups(
  labels: Int32Array,
  classes: number,
  groups: readonly string[],
  fractions: readonly number[],
  seed: number,
): Uint8Array {
  const totals = new Float64Array(classes);
  for (const label of labels) totals[label]!++;
  const lacking = fractions.map((fraction) => totals.map((total) => total * fraction));
  const shuffled = groupMembers(groups);
  const order = new RandomStream(seed, "split-groups").permutation(shuffled.length);
  const sorted = Array.from(order, (index) => shuffled[index]!).sort((a, b) => b.length - a.length);
  const parts = new Uint8Array(labels.length);
  for (const members of sorted) {
    const need = (part: number): number =>
      members.reduce((sum, index) => sum + lacking[part]![labels[index]!]! / totals[labels[index]!]!, 0) /
      (fractions[part]! || Number.MIN_VALUE);
    let best = 0;
    fractions.forEach((fraction, part) => {
      if (fraction > 0 && need(part) > need(best)) best = part;
    });
    for (const index of members) {
      parts[index] = best;
      lacking[best]![labels[index]!]!--;
    }
  }
  return parts;
}

function tooSmall(
  classes: readonly string[],
  label: number,
  count: number,
  parts: number,
): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "data",
    "CLASS_TOO_SMALL",
    `class "${classes[label]}" has ${count} picture${count === 1 ? "" : "s"}, too few to split into ${parts} parts`,
    { hint: severalHint(classes.join()) ?? "add pictures of it, or give train and val folders of your own" },
  );
}
