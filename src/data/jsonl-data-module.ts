// The data module of JSONL annotations: rows of `image`, `suffix` (the class) and more, beside their pictures.
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { ClassifierTrainingError } from "../core/index.ts";
import {
  type AutoSplitOptions,
  autoSplit,
  autoSplitFields,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import { compareCodePoints } from "./code-points.ts";
import { DataModule, type DataModuleOptions, type DatasetSplits, dataModuleFields } from "./data-module.ts";
import { DiskTree } from "./folder-tree.ts";
import { splitFolders } from "./image-folder-data-module.ts";
import { TableDataset, type TableRow } from "./table-dataset.ts";
import { parseOptions } from "./transforms/transform.ts";

export interface JSONLDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /**
   * A folder with `train` and `val` (or `valid`, `validation`) and perhaps `test`, searched for .jsonl files; or a
   * folder without those, whose rows are then split.
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

/** Trains on pictures annotated by JSONL files; paths are relative to the file that names them. */
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
    const open = async (folder: string, classes?: readonly string[]): Promise<TableDataset> => {
      const path = join(root, folder);
      return new TableDataset(path, await readAnnotations(path, this.#groupKey), classes);
    };
    const train = await open(names.train ?? "");
    const part = async (folder: string | undefined): Promise<TableDataset | undefined> =>
      folder === undefined ? undefined : open(folder, train.classes);
    const [val, test] = [await part(names.val), await part(names.test)];
    const warnings = [train, val, test].flatMap((dataset) => dataset?.warnings ?? []);
    if (val !== undefined) return { train, val, test, split: undefined, warnings };
    const options = names.train === undefined ? this.#autoSplit : { ...this.#autoSplit, testFraction: 0 };
    const splits = await autoSplit(train, this.options.seed, options);
    return { ...splits, test: test ?? splits.test, warnings: [...warnings, ...splits.warnings] };
  }
}

/** The rows of all .jsonl files below a folder, files by path; the pictures' paths are relative to `root`. */
async function readAnnotations(root: string, groupKey: string | null): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for (const file of await findFiles(root)) {
    const path = join(root, file);
    const lines = (await readFile(path, "utf8")).split("\n");
    for (const [index, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const row = parseRow(line, `${path}:${index + 1}`);
      const image = relative(root, join(dirname(path), row.image));
      const group = groupKey === null ? undefined : row.metadata?.[groupKey];
      rows.push({ path: image, label: row.suffix, group: group === undefined ? undefined : String(group) });
    }
  }
  if (rows.length > 0) return rows;
  throw new ClassifierTrainingError("data", "TABLE_EMPTY", "no .jsonl file with rows here", { where: root });
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

async function findFiles(root: string): Promise<string[]> {
  const tree = new DiskTree(root);
  const found: string[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const { folders, files } = await tree.list(folder);
    for (const name of folders) if (!name.startsWith(".")) pending.push(join(folder, name));
    for (const name of files) if (name.toLowerCase().endsWith(".jsonl")) found.push(join(folder, name));
  }
  return found.sort(compareCodePoints);
}
