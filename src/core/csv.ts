// Comma-separated values after RFC 4180.

/** Rows as text, each ended by a line feed; cells with commas, quotes or line breaks are quoted. */
export function writeCsv(rows: Iterable<readonly (string | number)[]>): string {
  let text = "";
  for (const row of rows) text += `${row.map((cell) => quote(String(cell))).join(",")}\n`;
  return text;
}

function quote(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The rows of a text; line breaks inside quotes belong to their cell, empty lines are no rows. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const cell = quoted?.replaceAll('""', '"') ?? plain ?? "";
    if (end === "" && cell === "" && quoted === undefined && row.length === 0) break;
    row.push(cell);
    if (end === ",") continue;
    if (row.length > 1 || cell !== "" || quoted !== undefined) rows.push(row);
    row = [];
    if (end === "") break;
  }
  return rows;
}
