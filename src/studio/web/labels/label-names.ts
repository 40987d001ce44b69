// Labels in words.
import type { LabelNames } from "../../labels/api.ts";

/** As a list. */
export function namesOf(names: LabelNames): readonly string[] {
  return typeof names === "string" ? [names] : names;
}

/** One after the other. */
export function labelWords(names: LabelNames): string {
  return namesOf(names).join(", ") || "no label";
}

/** Whether both say the same, in whatever order. */
export function sameNames(a: LabelNames, b: LabelNames): boolean {
  return namesOf(a).toSorted().join("\n") === namesOf(b).toSorted().join("\n");
}
