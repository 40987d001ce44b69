// The report of the configured data: everything the data tools find out, in one HTML file.
import { isAbsolute, relative } from "node:path";
import { resolveConfig, toPlain } from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { DataModule, DatasetSplits } from "../../data/index.ts";
import {
  type DuplicateGroup,
  datasetStatistics,
  findDuplicates,
  type Part,
  previewBatch,
  verifyDataset,
} from "../../inspect/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { type DataReport, type DuplicateSet, renderDataReport } from "../../report/index.ts";
import { jpegAddress } from "../report/jpeg-address.ts";
import { type DataToolRequest, picturesOf, withData } from "./data-tools.ts";
import { thumbnail } from "./duplicate-sheet.ts";

/** Longest side of a duplicate's picture, in pixels, and how many of them a page holds. */
const SIDE = 112;
const MOST_PICTURES = 400;
const QUALITY = 82;

/**
 * Looks at every picture and writes what it finds as one HTML file. Data that no training begins with is described all
 * the same, without a batch.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`.
 */
export async function reportOnData(request: DataToolRequest, path: string): Promise<void> {
  const splits = await picturesOf(request);
  const { warnings, ...batch } = await firstBatch(request, splits.warnings);
  const page = await describe(splits, nameOf(request), warnings, batch);
  await writeDurably(path, [new TextEncoder().encode(page)]);
}

/** The setting that says where the data is, or what it is called. */
function nameOf({ composition }: DataToolRequest): string {
  const { data } = toPlain(resolveConfig(composition)) as {
    readonly data: Readonly<Record<string, unknown>>;
  };
  return String(data.root ?? data.file ?? data.train_file ?? data.name);
}

/** A picture's name within the data set: its path without the folder's, where it lies in it. */
function within(root: string, name: string): string {
  const path = relative(root, name);
  return path.startsWith("..") || isAbsolute(path) ? name : path;
}

async function describe(
  splits: DatasetSplits,
  name: string,
  warnings: readonly string[],
  batch: Pick<DataReport, "batch" | "transforms">,
): Promise<string> {
  const statistics = await datasetStatistics(splits);
  const verified = await verifyDataset(splits);
  const duplicates = await findDuplicates(splits);
  return renderDataReport({
    name,
    classes: statistics.classes,
    splits: Object.entries(statistics.counts).map(([part, counts]) => ({
      name: part,
      pictures: splits[part as Part]!.labels.length,
      counts,
    })),
    labelSets: statistics.labelSets,
    warnings,
    colours: { sampled: statistics.sampled, mean: statistics.mean ?? [], std: statistics.std ?? [] },
    sizes: statistics.sizes,
    problems: verified.problems.map((problem) => ({ ...problem, name: within(name, problem.name) })),
    duplicates: await withThumbnails(splits, name, duplicates),
    ...batch,
  });
}

async function withThumbnails(
  splits: DatasetSplits,
  root: string,
  groups: readonly DuplicateGroup[],
): Promise<DuplicateSet[]> {
  let left = MOST_PICTURES;
  const sets: DuplicateSet[] = [];
  for (const { kind, acrossParts, contradicting, pictures } of groups) {
    const shown: DuplicateSet["pictures"][number][] = [];
    for (const { part, index, name, className } of pictures) {
      const picture =
        left-- > 0 ? await jpegAddress(await thumbnail(splits[part]!, index, SIDE), QUALITY) : undefined;
      shown.push({ name: within(root, name), part, className, picture });
    }
    sets.push({ kind, acrossSplits: acrossParts, contradicting, pictures: shown });
  }
  return sets;
}

/** The first batch as training will see it, and all warnings. Undefined where its pictures cannot be read: they are listed. */
async function firstBatch(
  request: DataToolRequest,
  warnings: readonly string[],
): Promise<Pick<DataReport, "batch" | "transforms" | "warnings">> {
  try {
    return await withData(request, async (data, all) => {
      const transforms = data.trainTransformNames;
      return { warnings: all, transforms, batch: await previewOf(data) };
    });
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
    const reason = `no training begins with it: ${error.message}`;
    return { warnings: [...warnings, reason], transforms: [], batch: undefined };
  }
}

async function previewOf(data: DataModule): Promise<string | undefined> {
  try {
    for await (const batch of data.trainLoader(0))
      return await jpegAddress(previewBatch(batch, data.preprocessing), QUALITY);
  } catch {
    return undefined;
  }
  return undefined;
}
