// The data module of a CSV table: columns for the picture, its class, and perhaps its split and group.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import { parseOptions } from "../../transforms/transform.ts";
import { classesOf, TableDataset, type TableRow } from "../datasets/table-dataset.ts";
import { type CSVTable, parseCSV } from "../files/csv.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type GroupSetting,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import { DataModule, type DataModuleOptions, type DatasetSplits, dataModuleFields } from "./data-module.ts";

export interface CSVDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /** The table; its first line names the columns. */
  readonly file: string;
  /** The folder that the pictures' paths are relative to, unless they are absolute. Default: that of the table. */
  readonly root?: string | null;
  /** Column of the picture's path. Default "image". */
  readonly imageColumn?: string;
  /** Column of the class name. Default "label". */
  readonly labelColumn?: string;
  /** Column with train, val (or valid, validation) or test. Default "split" where there is one. */
  readonly splitColumn?: string | null;
  /** Column whose equal values stay together when the table is split here. Default none. */
  readonly groupColumn?: string | null;
  /** Default ",". */
  readonly separator?: string;
}

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  file: z.string().min(1, "give the table as data.file=PATH"),
  root: z.string().nullable().default(null),
  imageColumn: z.string().default("image"),
  labelColumn: z.string().default("label"),
  splitColumn: z.string().nullable().default(null),
  groupColumn: z.string().nullable().default(null),
  separator: z.string().length(1, "a separator is one character").default(","),
});

const PARTS: Readonly<Record<string, "train" | "val" | "test">> = {
  train: "train",
  val: "val",
  valid: "val",
  validation: "val",
  test: "test",
};

/** Trains on the pictures that a table lists. */
export class CSVDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #table: z.infer<typeof schema>;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: CSVDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#table = resolved;
    this.#autoSplit = resolved;
  }

  protected override async openSplits(): Promise<DatasetSplits> {
    const { file, imageColumn, labelColumn, groupColumn, separator } = this.#table;
    const root = this.#table.root ?? dirname(file);
    const table = parseCSV(await readTable(file), file, separator);
    const [image, label] = [this.#column(table, imageColumn), this.#column(table, labelColumn)];
    const group = groupColumn === null ? undefined : this.#column(table, groupColumn);
    const split = this.#splitColumn(table);
    const parts: Record<"train" | "val" | "test", TableRow[]> = { train: [], val: [], test: [] };
    for (const { line, values } of table.rows) {
      const part = split === undefined ? "train" : PARTS[values[split]!.trim().toLowerCase()];
      if (part === undefined) {
        throw new ClassifierTrainingError("data", "TABLE_ROW", `"${values[split!]}" is no split`, {
          where: `${file}:${line}`,
          hint: "write train, val or test",
        });
      }
      if (values[image]!.trim() === "") {
        throw new ClassifierTrainingError("data", "TABLE_ROW", "the row names no picture", {
          where: `${file}:${line}`,
          hint: `fill in its column "${imageColumn}" or remove the row`,
        });
      }
      parts[part].push({
        path: values[image]!,
        label: values[label]!,
        group: group === undefined ? undefined : values[group]!,
      });
    }
    const setting: GroupSetting = { key: "data.group_column", value: groupColumn };
    const classes = classesOf(parts.train);
    const train = new TableDataset(root, parts.train, classes, file);
    const open = (rows: readonly TableRow[]): TableDataset | undefined =>
      rows.length === 0 ? undefined : new TableDataset(root, rows, classes, file);
    const [val, test] = [open(parts.val), open(parts.test)];
    const warnings = [train, val, test].flatMap((dataset) => dataset?.warnings ?? []);
    return completeSplits({ train, val, test, warnings }, this.options.seed, this.#autoSplit, setting);
  }

  #splitColumn(table: CSVTable): number | undefined {
    const { splitColumn } = this.#table;
    if (splitColumn !== null) return this.#column(table, splitColumn);
    const index = table.columns.indexOf("split");
    return index < 0 ? undefined : index;
  }

  #column({ columns }: CSVTable, name: string): number {
    const index = columns.indexOf(name);
    if (index >= 0) return index;
    throw new ClassifierTrainingError("data", "TABLE_COLUMN", `there is no column "${name}"`, {
      where: this.#table.file,
      hint: didYouMean(name, columns),
    });
  }
}

async function readTable(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ClassifierTrainingError("data", "DATA_ROOT", missing ? "no such file" : "cannot be read", {
      where: file,
      hint: "give the table as data.file=PATH",
      cause: error,
    });
  }
}
