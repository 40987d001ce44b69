// "Did you mean": the known name nearest to a misspelt one.
import { distance } from "fastest-levenshtein";

/**
 * The candidates nearest to `word` by edit distance, best first; ties keep the order given.
 * Only candidates within `max(2, length / 3)` edits are named.
 */
export function suggest(word: string, candidates: Iterable<string>, limit = 1): string[] {
  const reach = Math.max(2, Math.floor(word.length / 3));
  return [...candidates]
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= reach)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** `did you mean "x"?`, or the whole list where nothing is near and the list is short. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const [best] = suggest(word, candidates);
  if (best !== undefined) return `did you mean "${best}"?`;
  return candidates.length > 0 && candidates.length <= 12
    ? `choose one of ${candidates.join(", ")}`
    : undefined;
}
