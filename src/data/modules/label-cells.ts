// How the cells of a table say which labels a picture has: in one column, or in a column for each label.
import * as z from "zod";
import { ClassifierTrainingError, type TaskName } from "../../core/index.ts";
import type { LabelRow } from "../datasets/label-table.ts";
import type { Table } from "../files/table.ts";
import { type Column, columnPosition, columnSchema } from "../files/table-column.ts";
import { type ClassNames, nameOf } from "./list-files.ts";

/** How labels are written where pictures may have several. */
export interface LabelCellOptions {
  /** One character between the labels of a cell; blanks around them do not count. Default: a cell is one label. */
  readonly labelSeparator?: string | null;
  /**
   * A column for each label, or "*" for all that say nothing else, in place of one column with names. Their cells are 1 or 0,
   * true or false, yes or no, x or empty. Default none.
   */
  readonly labelColumns?: readonly Column[] | "*" | null;
  /**
   * What an empty cell says: "absent", the picture has no label, or not that of the column; "unknown", nobody has looked, so
   * that losses and metrics leave the entry out, or of an empty cell of names all entries. Default "absent".
   */
  readonly emptyLabel?: "absent" | "unknown";
}

/** The same with every default filled in. */
export type ResolvedLabelCellOptions = Required<LabelCellOptions>;

/** The fields of `LabelCellOptions`, for the schema of the data module. */
export const labelCellFields: {
  readonly [K in keyof ResolvedLabelCellOptions]: z.ZodType<ResolvedLabelCellOptions[K]>;
} = {
  labelSeparator: z.string().length(1, "a separator is one character").nullable().default(null),
  labelColumns: z
    .union([z.literal("*"), z.array(columnSchema).min(1, "name a column at least").readonly()])
    .nullable()
    .default(null),
  emptyLabel: z.enum(["absent", "unknown"]).default("absent"),
};

/**
 * Refuses settings that contradict each other or have no effect.
 * @throws ClassifierTrainingError kind "usage", `LABEL_SETTINGS`
 */
export function checkLabelCells(
  task: TaskName,
  labelColumn: Column | null,
  { labelSeparator, labelColumns, emptyLabel }: ResolvedLabelCellOptions,
): void {
  const given = [
    ["data.label_columns", labelColumns !== null],
    ["data.label_separator", labelSeparator !== null],
    ["data.empty_label", emptyLabel !== "absent"],
  ] as const;
  const [single] = given.find(([, isGiven]) => isGiven) ?? [];
  if (task !== "multi_label" && single !== undefined)
    throw refused(
      single,
      "has no effect: each picture has one class",
      "set task=multi_label, or leave it out",
    );
  if (labelColumns === null) return;
  const hint = "labels are in one column or in one each: give one of the two";
  if (labelColumn !== null) throw refused("data.label_columns", "is given beside data.label_column", hint);
  if (labelSeparator !== null)
    throw refused("data.label_columns", "is given beside data.label_separator", hint);
}

function refused(where: string, message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "LABEL_SETTINGS", message, { where, hint });
}

/** Reads the labels of a table's rows. */
export interface LabelReader {
  /** The labels that have a column; undefined where cells name them. */
  readonly columns: readonly string[] | undefined;
  /** @param where the row, for errors. @throws ClassifierTrainingError kind "data": `TABLE_ROW`, `CLASS_NAMES` */
  read(values: readonly string[], where: string): Pick<LabelRow, "labels" | "unknown">;
}

/** Reads labels from one column. */
export function nameReader(
  column: number,
  { labelSeparator, emptyLabel }: ResolvedLabelCellOptions,
  names: ClassNames,
): LabelReader {
  return {
    columns: undefined,
    read: (values, where) => {
      const cell = values[column]!;
      const parts = labelSeparator === null ? [cell] : cell.split(labelSeparator).map((part) => part.trim());
      const labels = parts.filter((part) => part !== "").map((part) => nameOf(part, names, where));
      return { labels, unknown: labels.length === 0 && emptyLabel === "unknown" ? "all" : undefined };
    },
  };
}

/** What a cell of a label's column may say, in lower case. */
const ANSWERS: Readonly<Record<string, boolean>> = {
  ...{ "1": true, "1.0": true, true: true, yes: true, x: true },
  ...{ "0": false, "0.0": false, false: false, no: false },
};

/**
 * Reads labels from a column each.
 * @param others positions of columns that "*" does not stand for
 * @throws ClassifierTrainingError kind "data", `TABLE_COLUMN`; kind "usage", `LABEL_SETTINGS` where a column is given twice or
 * has another meaning
 */
export function columnReader(
  table: Table,
  file: string,
  { labelColumns, emptyLabel }: ResolvedLabelCellOptions,
  others: readonly (number | undefined)[],
  names: ClassNames,
): LabelReader {
  const nameAt = (position: number): string => table.columns?.[position] ?? String(position);
  const positions =
    labelColumns === "*"
      ? Array.from({ length: table.width }, (_, i) => i).filter((i) => !others.includes(i))
      : labelColumns!.map((column) => columnPosition(table, column, file));
  const wrong = positions.find((at, i) => others.includes(at) || positions.indexOf(at) !== i);
  if (wrong !== undefined) {
    const reason = others.includes(wrong) ? "has another meaning" : "is there twice";
    throw refused("data.label_columns", `column "${nameAt(wrong)}" ${reason}`, "leave it out");
  }
  if (positions.length === 0)
    throw new ClassifierTrainingError("data", "TABLE_COLUMN", "no column is left for a label", {
      where: file,
    });
  const columns = positions.map((at) => nameOf(nameAt(at), names, file));
  const doubled = columns.find((name, i) => columns.includes(name, i + 1));
  if (doubled !== undefined) throw unclear(`two columns have the label "${doubled}"`, file);
  if (columns.includes("")) throw unclear("a column without a name cannot be a label", file);
  return {
    columns,
    read: (values, where) => {
      const [labels, unknown]: [string[], string[]] = [[], []];
      for (const [i, at] of positions.entries()) {
        const cell = values[at]!;
        const isPresent = cell === "" ? false : ANSWERS[cell.toLowerCase()];
        if (isPresent === undefined) throw noAnswer(cell, nameAt(at), where);
        if (isPresent) labels.push(columns[i]!);
        else if (cell === "" && emptyLabel === "unknown") unknown.push(columns[i]!);
      }
      return { labels, unknown };
    },
  };
}

function unclear(message: string, where: string): ClassifierTrainingError {
  const hint =
    "give each a name of its own, or list those that are labels as data.label_columns=[red,striped]";
  return new ClassifierTrainingError("data", "TABLE_COLUMN", message, { where, hint });
}

function noAnswer(cell: string, column: string, where: string): ClassifierTrainingError {
  const message = `"${cell}" in column "${column}" does not say whether the picture has this label`;
  return new ClassifierTrainingError("data", "TABLE_ROW", message, {
    where,
    hint: "write 1 or 0, true or false, yes or no, x or nothing",
  });
}
