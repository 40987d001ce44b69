// The data module of tables: columns for the picture, its class, and perhaps its split and group.
import { dirname } from "node:path";
import * as z from "zod";
import { ClassifierTrainingError, compareCodePoints, parseOptions } from "../../core/index.ts";
import { type LabelRow, labelsOfRows } from "../datasets/label-table.ts";
import { readClassNames } from "../files/class-names.ts";
import { parseTable, readTableFile, type Table } from "../files/table.ts";
import { type Column, columnPosition, columnSchema } from "../files/table-column.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type GroupSetting,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import {
  DataModule,
  type DataModuleOptions,
  type DatasetSplits,
  dataModuleFields,
  type OpenOptions,
} from "./data-module.ts";
import {
  checkLabelCells,
  columnReader,
  type LabelCellOptions,
  type LabelReader,
  labelCellFields,
  nameReader,
} from "./label-cells.ts";
import {
  type ClassNames,
  checkListFiles,
  type ListFileOptions,
  listFileFields,
  orderedClasses,
} from "./list-files.ts";
import { openTables, pictureRoot, type TablePart } from "./table-parts.ts";

/** Where the tables are, and what their columns are called. */
export interface CSVDataModuleOptions
  extends DataModuleOptions,
    AutoSplitOptions,
    ListFileOptions,
    LabelCellOptions {
  /** The table of all pictures. Default: `trainFile` and those beside it. */
  readonly file?: string | null;
  /** The folder that the pictures' paths are relative to, unless they are absolute. Default: that of each table. */
  readonly root?: string | null;
  /** Whether the first line names the columns. Default true. */
  readonly header?: boolean;
  /** Column of the picture's path. Default "image"; without a header, 0. */
  readonly imageColumn?: Column | null;
  /** Column of the class. Default "label"; without a header, 1. */
  readonly labelColumn?: Column | null;
  /** Column of `file` with train, val (or valid, validation) or test. Default "split" where there is one. */
  readonly splitColumn?: Column | null;
  /** Column whose equal values stay together when the table is split here. Default none. */
  readonly groupColumn?: Column | null;
  /** One character; a blank stands for any number of blanks. Default: found by itself among comma, `;`, tab and blank. */
  readonly separator?: string | null;
}

const column: z.ZodType<Column | null> = columnSchema.nullable().default(null);

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  ...listFileFields,
  ...labelCellFields,
  file: z.string().min(1).nullable().default(null),
  root: z.string().nullable().default(null),
  header: z.boolean().default(true),
  imageColumn: column,
  labelColumn: column,
  splitColumn: column,
  groupColumn: column,
  separator: z.string().length(1, "a separator is one character").nullable().default(null),
});

type Part = "train" | "val" | "test";
/** Rows by split, and the labels that have a column. */
type ReadRows = Record<Part, LabelRow[]> & Pick<LabelReader, "columns">;
const PARTS: Readonly<Record<string, Part>> = {
  train: "train",
  val: "val",
  valid: "val",
  validation: "val",
  test: "test",
};

/** Trains on the pictures that tables list. */
export class CSVDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #tables: z.infer<typeof schema>;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: CSVDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#tables = resolved;
    this.#autoSplit = resolved;
    checkListFiles("data.file", resolved.file !== null, resolved);
    checkLabelCells(resolved.task, resolved.labelColumn, resolved);
    if (resolved.file !== null || resolved.splitColumn === null) return;
    throw new ClassifierTrainingError("usage", "DATA_FILES", "has no effect: each split has a file", {
      where: "data.split_column",
      hint: "leave it out, or give one table as data.file=PATH",
    });
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    const { file, trainFile, valFile, testFile, classNamesFile, groupColumn } = this.#tables;
    const names = classNamesFile === null ? undefined : await readClassNames(classNamesFile);
    const empty: ReadRows = { columns: undefined, train: [], val: [], test: [] };
    const read = async (path: string | null, part: Part): Promise<ReadRows> =>
      path === null ? empty : this.#read(path, part, names);
    const whole = file === null ? undefined : await this.#read(file, undefined, names);
    const rows = {
      train: whole ?? (await read(trainFile, "train")),
      val: whole ?? (await read(valFile, "val")),
      test: whole ?? (await read(testFile, "test")),
    };
    const { columns } = rows.train;
    const part = (name: Part, path: string | null): TablePart => {
      const table = path ?? file!;
      requireColumns(rows[name].columns, columns, table);
      return { root: this.#tables.root ?? dirname(table), table, rows: rows[name][name] };
    };
    const other = (name: Part, path: string | null): TablePart | undefined =>
      path === null && rows[name][name].length === 0 ? undefined : part(name, path);
    const labels =
      columns === undefined ? labelsOfRows(rows.train.train) : [...columns].sort(compareCodePoints);
    const parts = {
      train: part("train", trainFile),
      val: other("val", valFile),
      test: other("test", testFile),
    };
    const opened = openTables(parts, this.options.task, orderedClasses(labels, names));
    const given = {
      ...opened,
      warnings: [...this.#unseparated(labels, trainFile ?? file!), ...opened.warnings],
    };
    const value = groupColumn === null ? null : String(groupColumn);
    const setting: GroupSetting = { key: "data.group_column", value };
    const splits = await completeSplits(given, options, this.options.seed, this.#autoSplit, setting);
    return { ...splits, root: pictureRoot(parts.train) };
  }

  /** The rows of a table by split: all those of one split's table, else as its column for it says. */
  async #read(file: string, own: Part | undefined, names: ClassNames): Promise<ReadRows> {
    const { header, imageColumn, groupColumn } = this.#tables;
    const key = own === undefined ? "data.file" : `data.${own}_file`;
    const table = parseTable(await readTableFile(file, key), file, this.#tables);
    const image = columnPosition(table, imageColumn ?? (header ? "image" : 0), file);
    const group = groupColumn === null ? undefined : columnPosition(table, groupColumn, file);
    const split = own === undefined ? this.#splitColumn(table, file) : undefined;
    const reader = this.#labelReader(table, file, [image, group, split], names);
    const rows: ReadRows = { columns: reader.columns, train: [], val: [], test: [] };
    for (const { line, values } of table.rows) {
      const where = `${file}:${line}`;
      const part = split === undefined ? (own ?? "train") : PARTS[values[split]!.toLowerCase()];
      if (part === undefined)
        throw badRow(`"${values[split!]}" is no split`, where, "write train, val or test");
      if (values[image] === "") {
        const hint = `fill in its column "${table.columns?.[image] ?? image}" or remove the row`;
        throw badRow("the row names no picture", where, hint);
      }
      rows[part].push({
        path: values[image]!,
        ...reader.read(values, where),
        group: group === undefined ? undefined : values[group]!,
      });
    }
    return rows;
  }

  #labelReader(
    table: Table,
    file: string,
    others: readonly (number | undefined)[],
    names: ClassNames,
  ): LabelReader {
    const { header, labelColumn, labelColumns } = this.#tables;
    if (labelColumns !== null) return columnReader(table, file, this.#tables, others, names);
    return nameReader(
      columnPosition(table, labelColumn ?? (header ? "label" : 1), file),
      this.#tables,
      names,
    );
  }

  /** One line where labels look like several in one cell and nobody has said so. */
  #unseparated(labels: readonly string[], table: string): string[] {
    const { task, labelSeparator, labelColumns } = this.#tables;
    const joined = labels.find((label) => label.includes("|"));
    if (task !== "multi_label" || labelSeparator !== null || labelColumns !== null || joined === undefined)
      return [];
    return [`${table}: "${joined}" is one label; data.label_separator='|' makes several of it`];
  }

  #splitColumn(table: Table, file: string): number | undefined {
    const { splitColumn } = this.#tables;
    if (splitColumn !== null) return columnPosition(table, splitColumn, file);
    const index = table.columns?.indexOf("split") ?? -1;
    return index < 0 ? undefined : index;
  }
}

/** @throws ClassifierTrainingError kind "data", `TABLE_COLUMN`, where a table lacks a label's column that training has */
function requireColumns(own: LabelReader["columns"], training: LabelReader["columns"], where: string): void {
  const missing = training?.find((label) => own?.includes(label) === false);
  if (missing === undefined) return;
  const message = `there is no column for the label "${missing}" of training`;
  throw new ClassifierTrainingError("data", "TABLE_COLUMN", message, { where });
}

function badRow(message: string, where: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "TABLE_ROW", message, { where, hint });
}
