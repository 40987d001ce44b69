// Comma-separated values after RFC 4180, tables of other separators, and lists within a cell.
import { ClassifierTrainingError } from "./errors.ts";

/** Rows as text, each ended by a line feed; cells with commas, quotes or line breaks are quoted. */
export function writeCsv(rows: Iterable<readonly (string | number)[]>): string {
  let text = "";
  for (const row of rows) text += `${row.map((cell) => quote(String(cell))).join(",")}\n`;
  return text;
}

function quote(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * The rows of a text; line breaks inside quotes belong to their cell, empty lines are no rows.
 * @throws ClassifierTrainingError kind "data", `TABLE_ROW`
 */
export function readCsv(text: string): string[][] {
  return Array.from(csvRecords(text), ({ values }) => [...values]);
}

/** One row of a table, with its cells as text and the place that an error about it names. */
export interface CsvRecord {
  /** The line it begins on, from 1. */
  readonly line: number;
  readonly values: readonly string[];
}

/** How a table is written where it is not plain CSV, and what errors call it. */
export interface CsvFormat {
  /** One character; a blank stands for any number of blanks and tabs. Default ",". */
  readonly separator?: string;
  /** Takes blanks around cells away, but not those in quotes. Default false. */
  readonly trim?: boolean;
  /** What errors call the text. */
  readonly where?: string;
}

/**
 * The records of a text, one after the other: quotes, line breaks within quotes, either end of line, a byte order mark
 * at its beginning. Empty lines are left out.
 * @throws ClassifierTrainingError kind "data", `TABLE_ROW`
 */
export function* csvRecords(
  text: string,
  { separator = ",", trim = false, where = "" }: CsvFormat = {},
): Generator<CsvRecord, void, undefined> {
  const isBlank = (at: number): boolean => text[at] === " " || (text[at] === "\t" && separator !== "\t");
  const skipBlanks = (at: number): number => {
    let next = at;
    while (isBlank(next)) next++;
    return next;
  };
  const isEnd = (at: number): boolean =>
    at >= text.length || text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
  const anyBlank = separator === " ";
  const loose = trim || anyBlank;
  let line = 1;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    const start = line;
    const values: string[] = [];
    let quoted = false;
    for (let ended = false; !ended; ) {
      if (loose) at = skipBlanks(at);
      if (text[at] === '"') {
        const end = closingQuote(text, at, `${where}:${line}`);
        const value = text.slice(at + 1, end).replaceAll('""', '"');
        values.push(value);
        line += value.split("\n").length - 1;
        quoted = true;
        at = end + 1;
      } else {
        const from = at;
        while (!isEnd(at) && !(anyBlank ? isBlank(at) : text[at] === separator)) at++;
        const value = text.slice(from, at);
        values.push(trim ? value.trimEnd() : value);
      }
      const next = loose ? skipBlanks(at) : at;
      ended = anyBlank ? next === at || isEnd(next) : text[next] !== separator;
      at = ended || anyBlank ? next : next + 1;
    }
    if (!isEnd(at)) {
      throw new ClassifierTrainingError("data", "TABLE_ROW", "text after a closing quote", {
        where: `${where}:${line}`,
      });
    }
    at += text[at] === "\r" ? 2 : 1;
    line++;
    if (values.length > 1 || values[0] !== "" || quoted) yield { line: start, values };
  }
}

function closingQuote(text: string, open: number, where: string): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at;
    at++;
  }
  throw new ClassifierTrainingError("data", "TABLE_ROW", "a quote is not closed", { where });
}

/** The names joined by `|`; a `|` or `\` that belongs to a name has `\` before it. */
export function writeLabelList(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[\\|]/g, "\\$&")).join("|");
}

/** The names of such a list; none of an empty one. */
export function readLabelList(text: string): string[] {
  const names = text.match(/(?:\\.|[^\\|])+/gs) ?? [];
  return names.map((name) => name.replaceAll(/\\(.)/gs, "$1"));
}
