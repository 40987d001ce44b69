// Several label names in one cell of a table.

/** The names joined by `|`; a `|` or `\` that belongs to a name has `\` before it. */
export function writeLabelList(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[\\|]/g, "\\$&")).join("|");
}

/** The names of such a list; none of an empty one. */
export function readLabelList(text: string): string[] {
  const names = text.match(/(?:\\.|[^\\|])+/gs) ?? [];
  return names.map((name) => name.replaceAll(/\\(.)/gs, "$1"));
}
