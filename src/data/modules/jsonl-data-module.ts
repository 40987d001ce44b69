// The data module of JSONL annotations: rows of `image`, `suffix` (the class) and more, beside their pictures.
import { dirname, isAbsolute, join, relative } from "node:path";
import * as z from "zod";
import { ClassifierTrainingError, compareCodePoints, didYouMean, parseOptions } from "../../core/index.ts";
import { TableDataset, type TableRow } from "../datasets/table-dataset.ts";
import { readClassNames } from "../files/class-names.ts";
import { DiskTree } from "../files/disk-tree.ts";
import { readTableFile } from "../files/table.ts";
import { isToolEntry } from "../files/tool-entries.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type GivenParts,
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
  checkListFiles,
  type ListFileOptions,
  listFileFields,
  nameOf,
  orderedClasses,
  type ResolvedListFileOptions,
} from "./list-files.ts";

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

const rowSchema = z.looseObject({
  image: z.string().min(1, "the image has no name"),
  suffix: z.union([z.string(), z.number()]).transform(String),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

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
    const parts =
      trainFile === null
        ? await this.#openFolders(this.#root!, names)
        : await this.#openFiles(trainFile, names);
    const setting: GroupSetting = { key: "data.group_key", value: this.#groupKey };
    return completeSplits(parts, options, this.options.seed, this.#autoSplit, setting);
  }

  /** The annotations of one folder for each split, or of one for all. */
  async #openFolders(root: string, names: ClassNames): Promise<GivenParts> {
    const { folders } = await new DiskTree(root).list("");
    const splits = splitFolders(root, folders);
    const read = async (folder: string, groupKey: string | null): Promise<Annotations> => {
      const path = join(root, folder);
      const files = (await findFiles(path)).map((file) => join(path, file));
      return { root: path, table: path, rows: await readAnnotations(path, path, files, groupKey, names) };
    };
    const part = async (folder: string | undefined): Promise<Annotations | undefined> =>
      folder === undefined ? undefined : read(folder, null);
    const train = await read(splits.train ?? "", this.#groupKey);
    const parts = partsOf(train, await part(splits.val), await part(splits.test), names);
    const beside = besideSplits(root, splits, await annotated(root, splits.others));
    return { ...parts, warnings: [...beside, ...parts.warnings] };
  }

  /** The annotations of one file for each split. */
  async #openFiles(trainFile: string, names: ClassNames): Promise<GivenParts> {
    const { valFile, testFile } = this.#lists;
    const read = async (file: string, groupKey: string | null): Promise<Annotations> => {
      const root = this.#root ?? dirname(file);
      return {
        root,
        table: file,
        rows: await readAnnotations(root, file, [file], groupKey, names, this.#root),
      };
    };
    const part = async (file: string | null): Promise<Annotations | undefined> =>
      file === null ? undefined : read(file, null);
    return partsOf(await read(trainFile, this.#groupKey), await part(valFile), await part(testFile), names);
  }
}

type ClassNames = ReadonlyMap<string, string> | undefined;

/** The rows of a split, what their pictures' paths are relative to, and what messages call them. */
interface Annotations {
  readonly root: string;
  readonly table: string;
  readonly rows: readonly TableRow[];
}

/** The data sets of the splits; all have the classes of training. */
function partsOf(
  train: Annotations,
  val: Annotations | undefined,
  test: Annotations | undefined,
  names: ClassNames,
): GivenParts {
  const classes = orderedClasses(train.rows, names);
  const open = ({ root, rows, table }: Annotations): TableDataset =>
    new TableDataset(root, rows, classes, table);
  const parts = { train: open(train), val: val && open(val), test: test && open(test) };
  const warnings = [parts.train, parts.val, parts.test].flatMap((dataset) => dataset?.warnings ?? []);
  return { ...parts, warnings };
}

/** Those of the folders that have annotations. */
async function annotated(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) if ((await findFiles(join(root, folder))).length > 0) found.push(folder);
  return found;
}

/**
 * The rows of files; the pictures' paths are absolute where the row's is, else relative to `root`.
 * @param where what errors call them all
 * @param base what the rows' own paths are relative to; null: the folder of the file that names them
 */
async function readAnnotations(
  root: string,
  where: string,
  files: readonly string[],
  groupKey: string | null,
  names: ClassNames,
  base: string | null = null,
): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  const keys = new Set<string>();
  for (const path of files) {
    const lines = (await readTableFile(path, "data.train_file")).replace(/^\uFEFF/, "").split("\n");
    for (const [index, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const at = `${path}:${index + 1}`;
      const row = parseRow(line, at);
      const image = isAbsolute(row.image)
        ? row.image
        : relative(root, join(base ?? dirname(path), row.image));
      const metadata = row.metadata ?? {};
      for (const key of Object.keys(metadata)) keys.add(key);
      rows.push({ path: image, label: nameOf(row.suffix, names, at), group: groupOf(metadata, groupKey) });
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

function parseRow(line: string, where: string): z.infer<typeof rowSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ClassifierTrainingError("data", "TABLE_ROW", "not a JSON object", { where, cause: error });
  }
  const result = rowSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ClassifierTrainingError(
    "data",
    "TABLE_ROW",
    `${issue?.path.join(".") || "row"}: ${issue?.message}`,
    {
      where,
      hint: `a row is {"image": "file.jpg", "prefix": "", "suffix": "class"}`,
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
