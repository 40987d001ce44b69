// Looks at the configured data before anything is trained on it: counts, damage, duplicates, augmented batches.
import {
  type ComponentRegistry,
  type Composition,
  fromPlain,
  resolveConfig,
  toPlain,
} from "../../config/index.ts";
import { ClassifierTrainingError, type TaskName } from "../../core/index.ts";
import { type DataModule, type DatasetSplits, labelChangesLine } from "../../data/index.ts";
import {
  type DataStatistics,
  type DuplicateGroup,
  datasetStatistics,
  findDuplicates,
  type PictureProblem,
  previewBatch,
  type VerificationReport,
  verifyDataset,
} from "../../inspect/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { encodePng } from "../../plots/index.ts";
import { countPictures, firstNames, leftOutLine } from "../run/bad-pictures.ts";
import { LOG_LEVELS, type Notify, noticesFrom } from "../run/notices.ts";
import { RunParts } from "../run/run-parts.ts";
import { readTask } from "../run/settings.ts";
import { writeDuplicateSheet } from "./duplicate-sheet.ts";

/** The configuration whose data is looked at. */
export interface DataToolRequest {
  readonly composition: Composition;
  readonly registry: ComponentRegistry;
  /** Receives each warning about the data, as `log_level` lets through; default: nobody. */
  readonly write?: (line: string) => void;
}

/** Pictures that are there more than once, and those that could not be compared. */
export interface DuplicateReport {
  /** How the pictures are labelled. */
  readonly task: TaskName;
  readonly groups: readonly DuplicateGroup[];
  readonly unreadable: readonly PictureProblem[];
}

/** Class names and their counts, sizes and channel means. */
export function dataStatistics(request: DataToolRequest): Promise<DataStatistics> {
  return withPictures(request, (splits) => datasetStatistics(splits));
}

/** Decodes every picture. */
export function verifyData(request: DataToolRequest): Promise<VerificationReport> {
  return withPictures(request, (splits) => verifyDataset(splits));
}

/**
 * Pictures that are there more than once; those that cannot be read are warned of.
 * @param sheet the PNG to write pairs of them to
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
 */
export function duplicatesIn(
  request: DataToolRequest,
  { sheet }: { readonly sheet?: string | undefined } = {},
): Promise<DuplicateReport> {
  return withPictures(request, async (splits) => {
    const unreadable: PictureProblem[] = [];
    const groups = await findDuplicates(splits, { onUnreadable: (problem) => unreadable.push(problem) });
    if (unreadable.length > 0) {
      const count = countPictures(unreadable.length);
      noticesOf(request)("WARNING", `${count} cannot be read, so not compared: ${firstNames(unreadable)}`);
    }
    if (sheet !== undefined) await writeDuplicateSheet(splits, groups, sheet);
    return { task: readTask(request.composition), groups, unreadable };
  });
}

/**
 * Writes a PNG grid of the first training batch, augmented as training will see it.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`, or kind "data" `NO_BATCH`.
 */
export function previewData(request: DataToolRequest, path: string): Promise<void> {
  return withData(request, async (data) => {
    for await (const batch of data.trainLoader(0)) {
      const png = encodePng(previewBatch(batch, data.preprocessing));
      await writeDurably(path, [png]);
      const leftOut = leftOutLine(data, "classifier-training data verify says why");
      if (leftOut !== undefined) noticesOf(request)("WARNING", leftOut);
      return;
    }
    throw new ClassifierTrainingError("data", "NO_BATCH", "an epoch of this data has no batch to show", {
      hint: "classifier-training data verify lists the pictures that cannot be read",
    });
  });
}

/** The pictures in the parts that they come in, not set up for training; their warnings are written. */
export async function withPictures<T>(
  request: DataToolRequest,
  use: (splits: DatasetSplits) => Promise<T>,
): Promise<T> {
  const splits = await picturesOf(request);
  const notify = noticesOf(request);
  for (const warning of splits.warnings) notify("WARNING", warning);
  tellOfChanges(splits, notify);
  return await use(splits);
}

/** The pictures in the parts that they come in. */
export async function picturesOf({ composition, registry }: DataToolRequest): Promise<DatasetSplits> {
  const parts = new RunParts(composition, registry);
  await using data = await parts.dataModule(undefined, await parts.model());
  return await data.asTheyLie();
}

/**
 * The configured data set up, for as long as `use` takes. Its warnings are written, and given to `use`. Data that is
 * less than one batch, with which no training begins, is opened as one batch of what there is.
 */
export async function withData<T>(
  request: DataToolRequest,
  use: (data: DataModule, warnings: readonly string[]) => Promise<T>,
): Promise<T> {
  const { data: opened, warnings } = await openData(request);
  await using data = opened;
  const notify = noticesOf(request);
  for (const warning of warnings) notify("WARNING", warning);
  tellOfChanges(data.splits, notify);
  return await use(data, warnings);
}

async function openData(
  request: DataToolRequest,
): Promise<{ readonly data: DataModule; readonly warnings: readonly string[] }> {
  try {
    const data = await openBatched(request);
    return { data, warnings: data.warnings };
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.code !== "FEWER_THAN_BATCH") throw error;
    const data = await openBatched(request, await countOfTraining(request));
    const advice = error.hint === undefined ? "" : `; to train, ${error.hint}`;
    return { data, warnings: [...data.warnings, `${error.message}${advice}`] };
  }
}

async function countOfTraining(request: DataToolRequest): Promise<number> {
  await using data = await openBatched(request, 1);
  return data.splits.train.labels.length;
}

/** @param batchSize instead of the configured one */
async function openBatched(
  { composition, registry }: DataToolRequest,
  batchSize?: number,
): Promise<DataModule> {
  const composed = batchSize === undefined ? composition : withBatchSize(composition, batchSize);
  const parts = new RunParts(composed, registry);
  return parts.data(undefined, await parts.model());
}

function withBatchSize(composition: Composition, size: number): Composition {
  const { config } = composition;
  const data = config.entries.get("data");
  if (data?.kind !== "map") return composition;
  const sized = { ...data, entries: new Map(data.entries).set("batch_size", fromPlain(size)) };
  return { ...composition, config: { ...config, entries: new Map(config.entries).set("data", sized) } };
}

function tellOfChanges({ labelChanges }: DatasetSplits, notify: Notify): void {
  if (labelChanges !== undefined) notify("INFO", labelChangesLine(labelChanges));
}

function noticesOf({ composition, write = () => undefined }: DataToolRequest): Notify {
  const { log_level } = toPlain(resolveConfig(composition)) as Readonly<Record<string, unknown>>;
  return noticesFrom(LOG_LEVELS.find((level) => level === log_level) ?? "INFO", write);
}
