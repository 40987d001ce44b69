// Reads tables as people have them: with a header or without, whatever separates their fields.
import { readFile } from "node:fs/promises";
import { ClassifierTrainingError, type CsvRecord, csvRecords } from "../../core/index.ts";

/** A table, with the line each row begins on. */
export interface Table {
  /** Names of the columns; undefined where there is no header. */
  readonly columns: readonly string[] | undefined;
  /** Number of columns. */
  readonly width: number;
  readonly rows: readonly CsvRecord[];
}

/** What has to be known of a table before its rows mean anything. */
export interface TableFormat {
  /** Whether the first line names the columns. */
  readonly header: boolean;
  /** One character; null: found by itself. */
  readonly separator: string | null;
  /** Separates labels within a field, so it is not found by itself between fields. Default none. */
  readonly labelSeparator?: string | null;
}

/** Tried in this order; a blank is one only where none of the others is in the first line. */
const SEPARATORS = [",", ";", "\t", " "] as const;
const NAMES: Readonly<Record<string, string>> = { "\t": "tabs", " ": "blanks" };
/** Rows by which a separator is found. */
const LOOKED_AT = 100;

/**
 * Parses a table. Blanks around fields are taken away, empty lines left out.
 * @param where what errors call it
 * @throws ClassifierTrainingError kind "data": `TABLE_EMPTY`, `TABLE_ROW`; `TABLE_SEPARATOR` where it seems to be
 * another one than was given
 */
export function parseTable(
  text: string,
  where: string,
  { header, separator, labelSeparator = null }: TableFormat,
): Table {
  const found = findSeparator(text, labelSeparator);
  try {
    const table = parse(text, where, header, separator ?? found ?? ",");
    if (table.width > 1 || found === undefined || found === separator) return table;
  } catch (error) {
    if (separator === null || found === undefined || found === separator) throw error;
  }
  const name = (character: string): string => NAMES[character] ?? `"${character}"`;
  const message = `the fields seem to be separated by ${name(found)}, not by ${name(separator ?? ",")}`;
  throw new ClassifierTrainingError("data", "TABLE_SEPARATOR", message, {
    where,
    hint: "set data.separator=null to have it found",
  });
}

function parse(text: string, where: string, header: boolean, separator: string): Table {
  const records = [...csvRecords(text, { separator, where, trim: true })];
  const first = records[0];
  if (first === undefined)
    throw new ClassifierTrainingError("data", "TABLE_EMPTY", "the file is empty", { where });
  const width = first.values.length;
  const expected = header ? `the header names ${width} columns` : `the first row has ${width}`;
  for (const { line, values } of records) {
    if (values.length === width) continue;
    const message = `${values.length} values where ${expected}`;
    throw new ClassifierTrainingError("data", "TABLE_ROW", message, { where: `${where}:${line}` });
  }
  return header
    ? { columns: first.values, width, rows: records.slice(1) }
    : { columns: undefined, width, rows: records };
}

/**
 * The first separator by which all rows have as many fields, and more than one; undefined where there is none.
 * @param except is none
 */
export function findSeparator(text: string, except: string | null = null): string | undefined {
  return SEPARATORS.filter((separator) => separator !== except).find((separator) => {
    if (separator === " " && /[,;\t]/.test(text.slice(0, text.indexOf("\n") + 1 || undefined))) return false;
    const widths = new Set<number>();
    let looked = 0;
    try {
      for (const { values } of csvRecords(text, { separator, trim: true })) {
        widths.add(values.length);
        if (widths.size > 1 || ++looked === LOOKED_AT) break;
      }
    } catch {
      return false;
    }
    return widths.size === 1 && !widths.has(1);
  });
}

/**
 * The text of a table's file.
 * @param key the setting that names it
 * @throws ClassifierTrainingError kind "data", `DATA_ROOT`
 */
export async function readTableFile(file: string, key: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ClassifierTrainingError("data", "DATA_ROOT", missing ? "no such file" : "cannot be read", {
      where: file,
      hint: `give it as ${key}=PATH`,
      cause: error,
    });
  }
}
