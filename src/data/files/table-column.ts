// Finds the columns of a table: by their names, or by their numbers where there is no header.
import * as z from "zod";
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import { hasImageExtension } from "../../image/extensions.ts";
import type { Table } from "./table.ts";

/** The name of a column, or its number from 0. */
export type Column = string | number;

/** A column as settings give it. */
export const columnSchema: z.ZodType<Column> = z.union([z.string(), z.int().min(0)]);

/**
 * Where a column is: by its name where there is a header, else by its number.
 * @throws ClassifierTrainingError kind "data", `TABLE_COLUMN`
 */
export function columnPosition({ columns, width }: Table, column: Column, where: string): number {
  const named = columns?.indexOf(String(column)) ?? -1;
  if (named >= 0 && columns!.includes(String(column), named + 1))
    throw new ClassifierTrainingError("data", "TABLE_COLUMN", `two columns have the name "${column}"`, {
      where,
      hint: "give each a name of its own",
    });
  if (named >= 0) return named;
  const number = columns === undefined || typeof column === "number" ? Number(column) : Number.NaN;
  if (Number.isInteger(number) && number >= 0 && number < width) return number;
  throw new ClassifierTrainingError("data", "TABLE_COLUMN", `there is no column "${column}"`, {
    where,
    hint: columnHint(column, columns, width),
  });
}

function columnHint(column: Column, columns: Table["columns"], width: number): string | undefined {
  if (columns === undefined) return `columns have the numbers 0 to ${width - 1}`;
  if (columns.some(hasImageExtension))
    return "its first line names a picture; where no line names the columns, set data.header=false";
  return didYouMean(String(column), columns);
}
