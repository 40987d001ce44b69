// Which key stands for which class: digits first, then the letters that mean nothing else.

/** Undoes the last decision. */
export const UNDO = "u";
/** Takes the suggestion. */
export const TAKE = "y";

const KEYS = [..."1234567890", ..."abcdefghijklmnopqrstvwxz"];

/** A key for each class, in order; none where there are more classes than keys: then names are typed to find them. */
export function classKeys(classes: readonly string[]): ReadonlyMap<string, string> {
  return new Map(classes.length > KEYS.length ? [] : classes.map((name, i) => [name, KEYS[i]!]));
}

/** The classes whose names hold what is typed, those that begin with it first. */
export function findClasses(classes: readonly string[], typed: string): string[] {
  const text = typed.trim().toLowerCase();
  const found = classes.filter((name) => name.toLowerCase().includes(text));
  const begins = (name: string): number => (name.toLowerCase().startsWith(text) ? 0 : 1);
  return found.sort((a, b) => begins(a) - begins(b));
}
