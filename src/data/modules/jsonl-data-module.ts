// The data module of JSONL annotations: rows of `image`, `suffix` (the class) and more, beside their pictures.
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { z } from "zod";
import { ClassifierTrainingError, compareCodePoints, didYouMean } from "../../core/index.ts";
import { parseOptions } from "../../transforms/transform.ts";
import { TableDataset, type TableRow } from "../datasets/table-dataset.ts";
import { DiskTree } from "../files/folder-tree.ts";
import { isToolEntry } from "../files/tool-entries.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type GroupSetting,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import { DataModule, type DataModuleOptions, type DatasetSplits, dataModuleFields } from "./data-module.ts";
import { besideSplits, splitFolders } from "./image-folder-data-module.ts";

export interface JSONLDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /**
   * A folder with `train` and `val` (or `valid`, `validation`) and perhaps `test`, in any case, searched for .jsonl
   * files; or a folder without those, whose rows are then split.
   */
  readonly root: string;
  /** The key of a row's `metadata` whose value keeps rows together when they are split here. Default none. */
  readonly groupKey?: string | null;
}

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  root: z.string().min(1, "give the folder of your annotations as data.root=PATH"),
  groupKey: z.string().nullable().default(null),
});

const rowSchema = z.looseObject({
  image: z.string().min(1, "the image has no name"),
  suffix: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** Trains on pictures annotated by JSONL files; paths are absolute or relative to the file that names them. */
export class JSONLDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #root: string;
  readonly #groupKey: string | null;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: JSONLDataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#root = resolved.root;
    this.#groupKey = resolved.groupKey;
    this.#autoSplit = resolved;
  }

  protected override async openSplits(): Promise<DatasetSplits> {
    const root = this.#root;
    const { folders } = await new DiskTree(root).list("");
    const names = splitFolders(root, folders);
    const setting: GroupSetting = { key: "data.group_key", value: this.#groupKey };
    const open = async (
      folder: string,
      groupKey: string | null,
      classes?: readonly string[],
    ): Promise<TableDataset> => {
      const path = join(root, folder);
      return new TableDataset(path, await readAnnotations(path, groupKey), classes);
    };
    const train = await open(names.train ?? "", this.#groupKey);
    const part = async (folder: string | undefined): Promise<TableDataset | undefined> =>
      folder === undefined ? undefined : open(folder, null, train.classes);
    const [val, test] = [await part(names.val), await part(names.test)];
    const warnings = [
      ...besideSplits(root, names, await annotated(root, names.others)),
      ...[train, val, test].flatMap((dataset) => dataset?.warnings ?? []),
    ];
    return completeSplits({ train, val, test, warnings }, this.options.seed, this.#autoSplit, setting);
  }
}

/** Those of the folders that have annotations. */
async function annotated(root: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) if ((await findFiles(join(root, folder))).length > 0) found.push(folder);
  return found;
}

/**
 * The rows of all .jsonl files below a folder, files by path; the pictures' paths are absolute where the row's is, else
 * relative to `root`.
 */
async function readAnnotations(root: string, groupKey: string | null): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  const keys = new Set<string>();
  for (const file of await findFiles(root)) {
    const path = join(root, file);
    const lines = (await readFile(path, "utf8")).replace(/^\uFEFF/, "").split("\n");
    for (const [index, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const row = parseRow(line, `${path}:${index + 1}`);
      const image = isAbsolute(row.image) ? row.image : relative(root, join(dirname(path), row.image));
      const metadata = row.metadata ?? {};
      for (const key of Object.keys(metadata)) keys.add(key);
      rows.push({ path: image, label: row.suffix, group: groupOf(metadata, groupKey) });
    }
  }
  if (rows.length === 0)
    throw new ClassifierTrainingError("data", "TABLE_EMPTY", "no .jsonl file with rows here", {
      where: root,
    });
  if (groupKey !== null && !keys.has(groupKey)) {
    const message = `no row's metadata has the key "${groupKey}"`;
    throw new ClassifierTrainingError("data", "TABLE_COLUMN", message, {
      where: root,
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
