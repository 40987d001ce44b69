// Sorts a table of the report by a column, as the report's own script does.

/** By which column, from 0, and how. */
export interface Order {
  readonly column: number;
  readonly isDescending: boolean;
}

/** Numbers by their `data-v`, anything else by its text. */
export function sortTable(table: HTMLTableElement, { column, isDescending }: Order): void {
  for (const head of table.tHead!.rows[0]!.cells) head.removeAttribute("aria-sort");
  table.tHead!.rows[0]!.cells[column]?.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
  const body = table.tBodies[0]!;
  const compare = (a: HTMLTableCellElement, b: HTMLTableCellElement): number =>
    a.dataset.v === undefined
      ? a.textContent.localeCompare(b.textContent)
      : Number(a.dataset.v) - Number(b.dataset.v);
  const rows = [...body.rows].sort((a, b) => {
    const order = compare(a.cells[column]!, b.cells[column]!);
    return isDescending ? -order : order;
  });
  body.append(...rows);
}
