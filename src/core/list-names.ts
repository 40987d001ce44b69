// Lists names in a line, and says how many more there are.

/** Names that are listed. */
const MOST = 10;

/** `a, b, c`, or of more than ten the first ten and `and 3 more`. */
export function listNames(names: readonly string[]): string {
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : "";
  return names.slice(0, MOST).join(", ") + more;
}
