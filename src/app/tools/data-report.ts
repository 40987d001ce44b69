// The report of the configured data: everything the data tools find out, in one HTML file.
import { writeFile } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { resolveConfig, toPlain } from "../../config/index.ts";
import type { DataModule } from "../../data/index.ts";
import { encodeJpeg, type Image, readImage } from "../../image/index.ts";
import {
  type DuplicateGroup,
  datasetStatistics,
  findDuplicates,
  previewBatch,
  verifyDataset,
} from "../../inspect/index.ts";
import { writeFailed } from "../../platform/index.ts";
import { type DuplicateSet, renderDataReport } from "../../report/index.ts";
import { resize } from "../../transforms/index.ts";
import { type DataToolRequest, withData } from "./data-tools.ts";

/** Longest side of a duplicate's picture, in pixels, and how many of them a page holds. */
const SIDE = 112;
const MOST_PICTURES = 400;
const QUALITY = 82;

/**
 * Looks at every picture and writes what it finds as one HTML file.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`.
 */
export function reportOnData(request: DataToolRequest, path: string): Promise<void> {
  return withData(request, async (data, warnings) => {
    const page = await describe(data, nameOf(request), warnings);
    await writeFile(path, page).catch((error: unknown) => {
      throw writeFailed(path, error);
    });
  });
}

/** The setting that says where the data is, or what it is called. */
function nameOf({ composition }: DataToolRequest): string {
  const { data } = toPlain(resolveConfig(composition)) as {
    readonly data: Readonly<Record<string, unknown>>;
  };
  return String(data.root ?? data.file ?? data.train_file ?? data.name);
}

/** A picture's name within the data set: its path without the folder's. */
function within(root: string, name: string): string {
  const path = relative(root, name);
  return isAbsolute(name) && !path.startsWith("..") ? path : name;
}

async function describe(data: DataModule, name: string, warnings: readonly string[]): Promise<string> {
  const { splits } = data;
  const statistics = await datasetStatistics(splits);
  const verified = await verifyDataset(splits);
  const duplicates = await findDuplicates(splits);
  return renderDataReport({
    name,
    classes: statistics.classes,
    splits: Object.entries(statistics.counts).map(([part, counts]) => ({ name: part, counts })),
    warnings,
    colours: statistics,
    sizes: statistics.sizes,
    problems: verified.problems.map((problem) => ({ ...problem, name: within(name, problem.name) })),
    duplicates: await withThumbnails(data, name, duplicates),
    batch: await firstBatch(data),
    transforms: data.trainTransformNames,
  });
}

async function withThumbnails(
  data: DataModule,
  root: string,
  groups: readonly DuplicateGroup[],
): Promise<DuplicateSet[]> {
  let left = MOST_PICTURES;
  const sets: DuplicateSet[] = [];
  for (const { kind, acrossParts, contradicting, pictures } of groups) {
    const shown: DuplicateSet["pictures"][number][] = [];
    for (const { part, index, name, className } of pictures) {
      const picture = left-- > 0 ? await thumbnail(data, part, index) : undefined;
      shown.push({ name: within(root, name), part, className, picture });
    }
    sets.push({ kind, acrossSplits: acrossParts, contradicting, pictures: shown });
  }
  return sets;
}

async function thumbnail(
  { splits }: DataModule,
  part: "train" | "val" | "test",
  index: number,
): Promise<string> {
  const dataset = splits[part]!;
  const image = await readImage(await dataset.source(index), dataset.name(index));
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return address(resize(image, side(image.width), side(image.height)));
}

/** Undefined where the first pictures cannot be read: they are listed as problems. */
async function firstBatch(data: DataModule): Promise<string | undefined> {
  try {
    for await (const batch of data.trainLoader(0))
      return await address(previewBatch(batch, data.preprocessing));
  } catch {
    return undefined;
  }
  return undefined;
}

async function address(image: Image): Promise<string> {
  return `data:image/jpeg;base64,${Buffer.from(await encodeJpeg(image, QUALITY)).toString("base64")}`;
}
