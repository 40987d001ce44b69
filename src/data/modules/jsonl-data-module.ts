// The data module of JSONL annotations: rows of `image`, `suffix` (the class) and more, beside their pictures.
import { dirname, isAbsolute, join, relative } from "node:path";
import * as z from "zod";
import {
  ClassifierTrainingError,
  compareCodePoints,
  didYouMean,
  parseOptions,
  type TaskName,
} from "../../core/index.ts";
import { type LabelRow, labelsOfRows } from "../datasets/label-table.ts";
import { readClassNames } from "../files/class-names.ts";
import { DiskTree } from "../files/disk-tree.ts";
import { readTableFile } from "../files/table.ts";
import { isToolEntry } from "../files/tool-entries.ts";
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
import { besideSplits, splitFolders } from "./image-folder-data-module.ts";
import {
  type ClassNames,
  checkListFiles,
  type ListFileOptions,
  listFileFields,
  nameOf,
  orderedClasses,
  type ResolvedListFileOptions,
} from "./list-files.ts";
import { openTables, pictureRoot, type TablePart, type TableParts } from "./table-parts.ts";

/** Where the annotations are, and what keeps rows together in a split. */
export interface JSONLDataModuleOptions extends DataModuleOptions, AutoSplitOptions, ListFileOptions {
  /**
   * A folder with `train` and `val` (or `valid`, `validation`) and perhaps `test`, in any case, searched for .jsonl
   * files; or a folder without those, whose rows are then split. Beside `trainFile`: what the pictures' paths are
   * relative to. Default: each file's own folder.
   */
  readonly root?: string | null;
  /** The key of a row's `metadata` whose value keeps rows together when they are split here. Default none. */
  readonly groupKey?: string | null;
}

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  ...listFileFields,
  root: z.string().min(1, "give the folder of your annotations as data.root=PATH").nullable().default(null),
  groupKey: z.string().nullable().default(null),
});

const rowFields = {
  image: z.string().min(1, "the image has no name"),
  metadata: z.record(z.string(), z.unknown()).nullish(),
};
const label = z.union([z.string(), z.number()]).transform(String);

/** Rows of a task, with the labels that they name. */
const ROWS = {
  multi_class: z.looseObject({ ...rowFields, suffix: label.transform((name) => [name]) }),
  multi_label: z.looseObject({
    ...rowFields,
    suffix: z.union([
      label.transform((name) => [name]),
      z.array(label),
      z.null().transform((): string[] => []),
    ]),
  }),
} as const satisfies Record<TaskName, z.ZodType>;
type Row = z.infer<(typeof ROWS)[TaskName]>;

const EXAMPLES: Readonly<Record<TaskName, string>> = {
  multi_class: `{"image": "file.jpg", "prefix": "", "suffix": "class"}`,
  multi_label: `{"image": "file.jpg", "suffix": ["label", "other label"]}`,
};

/** Trains on pictures annotated by JSONL files; paths are absolute or relative to the file that names them. */
export class JSONLDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #root: string | null;
  readonly #groupKey: string | null;
  readonly #lists: ResolvedListFileOptions;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: JSONLDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#root = resolved.root;
    this.#groupKey = resolved.groupKey;
    this.#lists = resolved;
    this.#autoSplit = resolved;
    checkListFiles("data.root", resolved.root !== null, resolved);
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    const { trainFile, classNamesFile } = this.#lists;
    const names = classNamesFile === null ? undefined : await readClassNames(classNamesFile);
    const { warnings, ...parts } =
      trainFile === null
        ? await this.#readFolders(this.#root!, names)
        : { ...(await this.#readFiles(trainFile, names)), warnings: [] };
    const classes = orderedClasses(labelsOfRows(parts.train.rows), names);
    const opened = openTables(parts, this.options.task, classes);
    const given = { ...opened, warnings: [...warnings, ...opened.warnings] };
    const setting: GroupSetting = { key: "data.group_key", value: this.#groupKey };
    const splits = await completeSplits(given, options, this.options.seed, this.#autoSplit, setting);
    return { ...splits, root: pictureRoot({ root: this.#root ?? parts.train.root }) };
  }

  /** The annotations of one folder for each split, or of one for all. */
  async #readFolders(
    root: string,
    names: ClassNames,
  ): Promise<TableParts & { readonly warnings: readonly string[] }> {
    const { folders } = await new DiskTree(root).list("");
    const splits = splitFolders(root, folders);
    const { task } = this.options;
    const read = async (folder: string, groupKey: string | null): Promise<TablePart> => {
      const path = join(root, folder);
      const files = (await findFiles(path)).map((file) => join(path, file));
      const rows = await readAnnotations(files, {
        task,
        root: path,
        where: path,
        base: null,
        groupKey,
        names,
      });
      return { root: path, table: path, rows };
    };
    const part = async (folder: string | undefined): Promise<TablePart | undefined> =>
      folder === undefined ? undefined : read(folder, null);
    return {
      train: await read(splits.train ?? "", this.#groupKey),
      val: await part(splits.val),
      test: await part(splits.test),
      warnings: besideSplits(root, splits, await annotated(root, splits.others)),
    };
  }

  /** The annotations of one file for each split. */
  async #readFiles(trainFile: string, names: ClassNames): Promise<TableParts> {
    const { valFile, testFile } = this.#lists;
    const { task } = this.options;
    const read = async (file: string, groupKey: string | null): Promise<TablePart> => {
      const root = this.#root ?? dirname(file);
      const from = { task, root, where: file, base: this.#root, groupKey, names };
      return { root, table: file, rows: await readAnnotations([file], from) };
    };
    const part = async (file: string | null): Promise<TablePart | undefined> =>
      file === null ? undefined : read(file, null);
    return {
      train: await read(trainFile, this.#groupKey),
      val: await part(valFile),
      test: await part(testFile),
    };
  }
}

/** Those of the folders that have annotations. */
async function annotated(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) if ((await findFiles(join(root, folder))).length > 0) found.push(folder);
  return found;
}

/** What rows mean. */
interface RowFormat {
  readonly task: TaskName;
  /** What the pictures' paths are relative to, unless the row's is absolute. */
  readonly root: string;
  /** What errors call the files. */
  readonly where: string;
  /** What the rows' own paths are relative to; null: the folder of the file that names them. */
  readonly base: string | null;
  readonly groupKey: string | null;
  readonly names: ClassNames;
}

async function readAnnotations(
  files: readonly string[],
  { task, root, where, base, groupKey, names }: RowFormat,
): Promise<LabelRow[]> {
  const rows: LabelRow[] = [];
  const keys = new Set<string>();
  for (const path of files) {
    const lines = (await readTableFile(path, "data.train_file")).replace(/^\uFEFF/, "").split("\n");
    for (const [index, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const at = `${path}:${index + 1}`;
      const row = parseRow(line, task, at);
      const image = isAbsolute(row.image)
        ? row.image
        : relative(root, join(base ?? dirname(path), row.image));
      const metadata = row.metadata ?? {};
      for (const key of Object.keys(metadata)) keys.add(key);
      const labels = row.suffix.filter((name) => name !== "").map((name) => nameOf(name, names, at));
      rows.push({ path: image, labels, group: groupOf(metadata, groupKey) });
    }
  }
  if (rows.length === 0)
    throw new ClassifierTrainingError("data", "TABLE_EMPTY", "no .jsonl file with rows here", {
      where,
    });
  if (groupKey !== null && !keys.has(groupKey)) {
    const message = `no row's metadata has the key "${groupKey}"`;
    throw new ClassifierTrainingError("data", "TABLE_COLUMN", message, {
      where,
      hint: didYouMean(groupKey, [...keys].sort(compareCodePoints)),
    });
  }
  return rows;
}

/** The group of a row; undefined where its metadata names none, so that it is a group of its own. */
function groupOf(metadata: Readonly<Record<string, unknown>>, key: string | null): string | undefined {
  const value = key !== null && Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function parseRow(line: string, task: TaskName, where: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ClassifierTrainingError("data", "TABLE_ROW", "not a JSON object", { where, cause: error });
  }
  const result = ROWS[task].safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const several = task === "multi_class" && ROWS.multi_label.safeParse(value).success;
  throw new ClassifierTrainingError(
    "data",
    "TABLE_ROW",
    `${issue?.path.join(".") || "row"}: ${issue?.message}`,
    {
      where,
      hint: several
        ? "where pictures may have several labels or none, set task=multi_label"
        : `a row is ${EXAMPLES[task]}`,
    },
  );
}

/** The .jsonl files below a folder, by path, without those of tools. */
async function findFiles(root: string): Promise<string[]> {
  const tree = new DiskTree(root);
  const found: string[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const { folders, files } = await tree.list(folder);
    for (const name of folders) if (!isToolEntry(name)) pending.push(join(folder, name));
    for (const name of files) {
      if (name.toLowerCase().endsWith(".jsonl") && !isToolEntry(name)) found.push(join(folder, name));
    }
  }
  return found.sort(compareCodePoints);
}
