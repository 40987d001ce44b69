// What of the checks' reports is still a problem, now that some pictures may lie elsewhere.
import { createHash } from "node:crypto";
import type { DuplicateReport } from "../../app/index.ts";
import type { VerificationReport } from "../../inspect/index.ts";
import type { ProblemKind } from "../data/api.ts";
import { type Listing, PROBLEM_KINDS } from "../data/listing.ts";

/** A problem, and the pictures that have it. */
export interface FoundProblem {
  readonly key: string;
  /** The worst first. */
  readonly kinds: readonly ProblemKind[];
  readonly ids: readonly number[];
  readonly message: string | null;
  readonly similarity: number | null;
}

/** The problems of pictures that are still there, the worst first. */
export function foundIn(
  verified: VerificationReport | undefined,
  compared: DuplicateReport | undefined,
  listing: Listing,
): FoundProblem[] {
  const idsOf = (names: readonly string[]): number[] =>
    names.map((name) => listing.find(name)).filter((id) => id !== undefined && listing.has(id)) as number[];
  const unreadable = (verified?.problems ?? []).flatMap(({ name, message }): FoundProblem[] => {
    const ids = idsOf([name]);
    const kinds: ProblemKind[] = ["unreadable"];
    return ids.length === 0
      ? []
      : [{ key: keyOf("unreadable", [name]), kinds, ids, message, similarity: null }];
  });
  const groups = (compared?.groups ?? []).flatMap((group): FoundProblem[] => {
    const names = group.pictures.map(({ name }) => name);
    const ids = idsOf(names);
    if (ids.length < 2) return [];
    const differ = (of: (id: number) => string): boolean => new Set(ids.map(of)).size > 1;
    const kinds = new Set<ProblemKind>([group.kind === "near" ? "near" : "duplicate"]);
    if (group.contradicting && differ((id) => listing.labels(id).join())) kinds.add("contradicting");
    if (group.acrossParts && differ((id) => listing.part(id))) kinds.add("leak");
    const similarity = Math.min(...group.pairs.map((pair) => pair.similarity));
    const key = keyOf(group.kind, names);
    return [{ key, kinds: PROBLEM_KINDS.filter((kind) => kinds.has(kind)), ids, message: null, similarity }];
  });
  const rank = ({ kinds }: FoundProblem): number => PROBLEM_KINDS.indexOf(kinds[0]!);
  return [...unreadable, ...groups].sort((a, b) => rank(a) - rank(b));
}

/** Short, and the same for the same pictures by the names that they had. */
function keyOf(kind: string, names: readonly string[]): string {
  return createHash("sha256")
    .update([kind, ...names].join("\0"))
    .digest("base64url")
    .slice(0, 22);
}
