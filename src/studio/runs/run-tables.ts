// Tables of a run's folder by column.
import { readFile } from "node:fs/promises";
import { readCsv } from "../../core/index.ts";
import { insideOf } from "./run-files.ts";

/** A row by column. */
export type Row = Readonly<Record<string, string>>;

/** No rows where there is no such file, or it lies elsewhere. @param name relative to `folder` */
export async function readTable(folder: string, name: string): Promise<Row[]> {
  const text = await readText(folder, name);
  const [header = [], ...rows] = text === undefined ? [] : readCsv(text);
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ""])));
}

/** Undefined where there is no such file, or it lies elsewhere. @param name relative to `folder` */
export async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = await insideOf(folder, name).catch(() => undefined);
  return path === undefined ? undefined : readFile(path, "utf8");
}
