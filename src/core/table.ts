// Tables in plain text, columns aligned.

/** Rows under a header; numbers (text that begins with a digit or sign) stand right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const isNumeric = (column: number): boolean =>
    rows.length > 0 && rows.every((row) => /^[-+]?\d/.test(row[column] ?? ""));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        isNumeric(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd();
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
