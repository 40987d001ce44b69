// Reads comma-separated values (RFC 4180): quotes, line breaks within quotes, a byte order mark.
import { ClassifierTrainingError } from "../../core/index.ts";

/** A table by column name, with the line each row begins on. */
export interface CSVTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly line: number; readonly values: readonly string[] }[];
}

/**
 * Parses a table whose first line names the columns. Empty lines are left out.
 * @throws ClassifierTrainingError kind "data", `TABLE_ROW`
 */
export function parseCSV(text: string, where: string, separator = ","): CSVTable {
  const records = readRecords(text.replace(/^\uFEFF/, ""), where, separator);
  const [header, ...rows] = records;
  if (header === undefined)
    throw new ClassifierTrainingError("data", "TABLE_EMPTY", "the file is empty", { where });
  for (const { line, values } of rows) {
    if (values.length !== header.values.length) {
      const message = `${values.length} values where the header names ${header.values.length} columns`;
      throw new ClassifierTrainingError("data", "TABLE_ROW", message, { where: `${where}:${line}` });
    }
  }
  return { columns: header.values.map((name) => name.trim()), rows };
}

function readRecords(text: string, where: string, separator: string): { line: number; values: string[] }[] {
  const records: { line: number; values: string[] }[] = [];
  let values: string[] = [];
  let line = 1;
  let start = 1;
  for (let at = 0; at < text.length; ) {
    let value: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at, `${where}:${line}`);
      value = text.slice(at + 1, end).replaceAll('""', '"');
      line += value.split("\n").length - 1;
      at = end + 1;
    } else {
      const from = at;
      while (at < text.length && text[at] !== separator && text[at] !== "\n") at++;
      value = text.slice(from, at).replace(/\r$/, "");
    }
    values.push(value);
    if (text[at] === "\r") at++;
    if (text[at] === separator) {
      at++;
      if (at === text.length || text[at] === "\n" || text[at] === "\r") values.push("");
      else continue;
    }
    if (at < text.length && text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n") {
      throw new ClassifierTrainingError("data", "TABLE_ROW", "text after a closing quote", {
        where: `${where}:${line}`,
      });
    }
    at++;
    line++;
    if (values.length > 1 || values[0] !== "") records.push({ line: start, values });
    values = [];
    start = line;
  }
  return records;
}

function closingQuote(text: string, open: number, where: string): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at;
    at++;
  }
  throw new ClassifierTrainingError("data", "TABLE_ROW", "a quote is not closed", { where });
}
