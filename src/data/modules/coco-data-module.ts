// The data module of COCO-style annotations: objects in pictures, reduced to which categories each picture shows.
import { dirname } from "node:path";
import * as z from "zod";
import {
  ClassifierTrainingError,
  compareCodePoints,
  listNames,
  parseOptions,
  type TaskName,
} from "../../core/index.ts";
import { type LabelRow, labelsOfRows } from "../datasets/label-table.ts";
import { readTableFile } from "../files/table.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type ResolvedAutoSplitOptions,
} from "./auto-split.ts";
import {
  DataModule,
  type DataModuleOptions,
  type DatasetSplits,
  dataModuleFields,
  type OpenOptions,
} from "./data-module.ts";
import { openTables, pictureRoot, type TablePart } from "./table-parts.ts";

/** Where the annotations and the pictures are. */
export interface COCODataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /** The annotations of the training pictures. */
  readonly trainFile: string;
  /** Those of the validation pictures. Default: some of those of training. */
  readonly valFile?: string | null;
  /** Those of the test pictures. Default none. */
  readonly testFile?: string | null;
  /** The folder that `file_name` is relative to. Default: that of each file of annotations. */
  readonly root?: string | null;
  /** That of the validation pictures. Default: `root`. */
  readonly valRoot?: string | null;
  /** That of the test pictures. Default: `root`. */
  readonly testRoot?: string | null;
}

const path = z.string().min(1).nullable().default(null);

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  trainFile: z.string().min(1, "give the annotations of your training pictures as data.train_file=PATH"),
  valFile: path,
  testFile: path,
  root: path,
  valRoot: path,
  testRoot: path,
});

const id = z.union([z.number(), z.string()]);

const annotationsSchema = z.object({
  images: z.array(z.object({ id, file_name: z.string().min(1) })),
  annotations: z.array(z.object({ id: id.optional(), image_id: id, category_id: id })),
  categories: z.array(z.object({ id, name: z.string().min(1) })),
});
type Content = z.infer<typeof annotationsSchema>;

/** Trains on pictures whose objects are annotated in the format of COCO; boxes and outlines are not looked at. */
export class COCODataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #files: z.infer<typeof schema>;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: COCODataModuleOptions) {
    const resolved = parseOptions("data", schema, options);
    super(resolved);
    this.#files = resolved;
    this.#autoSplit = resolved;
    for (const part of ["val", "test"] as const) {
      if (resolved[`${part}Root`] === null || resolved[`${part}File`] !== null) continue;
      throw new ClassifierTrainingError("usage", "DATA_FILES", `has no effect without data.${part}_file`, {
        where: `data.${part}_root`,
        hint: `leave it out, or give the annotations as data.${part}_file=PATH`,
      });
    }
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    const { trainFile, valFile, testFile, root, valRoot, testRoot } = this.#files;
    const { task, seed } = this.options;
    const read = async (file: string, folder: string | null, key: string): Promise<ReadPart> => {
      const content = parseContent(await readTableFile(file, key), file);
      return { ...rowsOf(content, task, file), root: folder ?? dirname(file), table: file };
    };
    const other = async (name: "val" | "test", file: string | null, folder: string | null) =>
      file === null ? undefined : read(file, folder ?? root, `data.${name}_file`);
    const train = await read(trainFile, root, "data.train_file");
    const [val, test] = [await other("val", valFile, valRoot), await other("test", testFile, testRoot)];
    const opened = openTables({ train, val, test }, task, labelsOfRows(train.rows));
    const warnings = [...unusedCategories(train), ...opened.warnings];
    const splits = await completeSplits({ ...opened, warnings }, options, seed, this.#autoSplit);
    return { ...splits, root: pictureRoot(train) };
  }
}

interface ReadPart extends TablePart {
  readonly categories: readonly string[];
}

function parseContent(text: string, file: string): Content {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new ClassifierTrainingError("data", "COCO_FILE", "not a JSON file", { where: file, cause: error });
  }
  const result = annotationsSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(file, `${issue?.path.join(".") || "file"}: ${issue?.message}`);
}

/** Each picture with the names of its categories. @throws ClassifierTrainingError kind "data", `COCO_FILE` */
function rowsOf(
  { images, annotations, categories }: Content,
  task: TaskName,
  file: string,
): Pick<ReadPart, "rows" | "categories"> {
  const nameOf = byId(categories, "category", file);
  const names = [...nameOf.values()].map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong(file, `two categories have the name "${twice}"`);
  const pictures = byId(images, "image", file);
  const labelsOf = new Map(images.map((image) => [image.id, new Set<string>()]));
  for (const [i, { id: own, image_id, category_id }] of annotations.entries()) {
    const what = own === undefined ? `annotations.${i}` : `annotation ${own}`;
    const labels = labelsOf.get(image_id);
    if (labels === undefined) throw wrong(file, `${what} is of image ${image_id}, which is not there`);
    const category = nameOf.get(category_id);
    if (category === undefined)
      throw wrong(file, `${what} is of category ${category_id}, which is not there`);
    labels.add(category.name);
  }
  const rows = Array.from(pictures.values(), ({ id: image, file_name }): LabelRow => {
    const labels = [...labelsOf.get(image)!].sort(compareCodePoints);
    if (task === "multi_class" && labels.length > 1) throw severalCategories(file, image, labels);
    return { path: file_name, labels };
  });
  return { rows, categories: names };
}

function byId<T extends { readonly id: string | number }>(
  items: readonly T[],
  what: string,
  file: string,
): ReadonlyMap<string | number, T> {
  const found = new Map<string | number, T>();
  for (const item of items) {
    if (found.has(item.id)) throw wrong(file, `${what} ${item.id} is there twice`);
    found.set(item.id, item);
  }
  return found;
}

function unusedCategories({ categories, rows, table }: ReadPart): string[] {
  const used = new Set(labelsOfRows(rows));
  const unused = categories.filter((name) => !used.has(name));
  if (unused.length === 0) return [];
  const some = `${unused.length} of ${categories.length} categories`;
  return [`${table}: ${some} have no picture and are left out: ${listNames(unused)}`];
}

function wrong(where: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "COCO_FILE", message, {
    where,
    hint: "the format of COCO has images, annotations and categories, each with an id",
  });
}

function severalCategories(
  where: string,
  image: string | number,
  labels: readonly string[],
): ClassifierTrainingError {
  const message = `image ${image} has several categories: ${labels.join(", ")}`;
  return new ClassifierTrainingError("data", "COCO_FILE", message, {
    where,
    hint: "set task=multi_label",
  });
}
