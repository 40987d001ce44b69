// The data module of tables: columns for the picture, its class, and perhaps its split and group.
import { dirname } from "node:path";
import * as z from "zod";
import { ClassifierTrainingError, didYouMean, parseOptions } from "../../core/index.ts";
import { hasImageExtension } from "../../image/extensions.ts";
import { TableDataset, type TableRow } from "../datasets/table-dataset.ts";
import { readClassNames } from "../files/class-names.ts";
import { parseTable, readTableFile, type Table } from "../files/table.ts";
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
  checkListFiles,
  type ListFileOptions,
  listFileFields,
  nameOf,
  orderedClasses,
} from "./list-files.ts";

/** The name of a column, or its number from 0. */
export type Column = string | number;

/** Where the tables are, and what their columns are called. */
export interface CSVDataModuleOptions extends DataModuleOptions, AutoSplitOptions, ListFileOptions {
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

const column: z.ZodType<Column | null> = z.union([z.string(), z.int().min(0)]).nullable();

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  ...listFileFields,
  file: z.string().min(1).nullable().default(null),
  root: z.string().nullable().default(null),
  header: z.boolean().default(true),
  imageColumn: column.default(null),
  labelColumn: column.default(null),
  splitColumn: column.default(null),
  groupColumn: column.default(null),
  separator: z.string().length(1, "a separator is one character").nullable().default(null),
});

type Part = "train" | "val" | "test";
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
    if (resolved.file !== null || resolved.splitColumn === null) return;
    throw new ClassifierTrainingError("usage", "DATA_FILES", "has no effect: each split has a file", {
      where: "data.split_column",
      hint: "leave it out, or give one table as data.file=PATH",
    });
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    const { file, trainFile, valFile, testFile, classNamesFile, groupColumn } = this.#tables;
    const names = classNamesFile === null ? undefined : await readClassNames(classNamesFile);
    const read = async (path: string | null, part: Part): Promise<TableRow[]> =>
      path === null ? [] : (await this.#read(path, part, names))[part];
    const rows =
      file !== null
        ? await this.#read(file, undefined, names)
        : {
            train: await read(trainFile, "train"),
            val: await read(valFile, "val"),
            test: await read(testFile, "test"),
          };
    const classes = orderedClasses(rows.train, names);
    const open = (part: Part, path: string | null): TableDataset | undefined => {
      const table = path ?? file!;
      if (part !== "train" && path === null && rows[part].length === 0) return undefined;
      return new TableDataset(this.#tables.root ?? dirname(table), rows[part], classes, table);
    };
    const [train, val, test] = [open("train", trainFile)!, open("val", valFile), open("test", testFile)];
    const warnings = [train, val, test].flatMap((dataset) => dataset?.warnings ?? []);
    const value = groupColumn === null ? null : String(groupColumn);
    const setting: GroupSetting = { key: "data.group_column", value };
    const given = { train, val, test, warnings };
    return completeSplits(given, options, this.options.seed, this.#autoSplit, setting);
  }

  /** The rows of a table by split: all those of one split's table, else as its column for it says. */
  async #read(
    file: string,
    own: Part | undefined,
    names: ReadonlyMap<string, string> | undefined,
  ): Promise<Record<Part, TableRow[]>> {
    const { header, imageColumn, labelColumn, groupColumn } = this.#tables;
    const key = own === undefined ? "data.file" : `data.${own}_file`;
    const table = parseTable(await readTableFile(file, key), file, this.#tables);
    const image = position(table, imageColumn ?? (header ? "image" : 0), file);
    const label = position(table, labelColumn ?? (header ? "label" : 1), file);
    const group = groupColumn === null ? undefined : position(table, groupColumn, file);
    const split = own === undefined ? this.#splitColumn(table, file) : undefined;
    const parts: Record<Part, TableRow[]> = { train: [], val: [], test: [] };
    for (const { line, values } of table.rows) {
      const where = `${file}:${line}`;
      const part = split === undefined ? (own ?? "train") : PARTS[values[split]!.toLowerCase()];
      if (part === undefined)
        throw badRow(`"${values[split!]}" is no split`, where, "write train, val or test");
      if (values[image] === "") {
        const hint = `fill in its column "${table.columns?.[image] ?? image}" or remove the row`;
        throw badRow("the row names no picture", where, hint);
      }
      parts[part].push({
        path: values[image]!,
        label: nameOf(values[label]!, names, where),
        group: group === undefined ? undefined : values[group]!,
      });
    }
    return parts;
  }

  #splitColumn(table: Table, file: string): number | undefined {
    const { splitColumn } = this.#tables;
    if (splitColumn !== null) return position(table, splitColumn, file);
    const index = table.columns?.indexOf("split") ?? -1;
    return index < 0 ? undefined : index;
  }
}

/** Where a column is: by its name where there is a header, else by its number. */
function position({ columns, width }: Table, column: Column, where: string): number {
  const named = columns?.indexOf(String(column)) ?? -1;
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

function badRow(message: string, where: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "TABLE_ROW", message, { where, hint });
}
