// Looks at the configured data before anything is trained on it: counts, damage, duplicates, augmented batches.
import { writeFile } from "node:fs/promises";
import type { ComponentRegistry, Composition } from "../config/index.ts";
import {
  type DataModule,
  type DataStatistics,
  type DuplicateGroup,
  datasetStatistics,
  findDuplicates,
  previewBatch,
  type VerificationReport,
  verifyDataset,
} from "../data/index.ts";
import { encodePng } from "../plots/index.ts";
import { writeFailed } from "../train/index.ts";
import { RunParts } from "./run-parts.ts";

export interface DataToolRequest {
  readonly composition: Composition;
  readonly registry: ComponentRegistry;
}

/** Class names and their counts, sizes and channel means. */
export function dataStatistics(request: DataToolRequest): Promise<DataStatistics> {
  return withData(request, (data) => datasetStatistics(data.splits));
}

/** Decodes every picture. */
export function verifyData(request: DataToolRequest): Promise<VerificationReport> {
  return withData(request, (data) => verifyDataset(data.splits));
}

/** Pictures that are there more than once, exactly or to the eye. */
export function duplicatesIn(request: DataToolRequest): Promise<DuplicateGroup[]> {
  return withData(request, (data) => findDuplicates(data.splits));
}

/**
 * Writes a PNG grid of the first training batch, augmented as training will see it.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`.
 */
export function previewData(request: DataToolRequest, path: string): Promise<void> {
  return withData(request, async (data) => {
    for await (const batch of data.trainLoader(0)) {
      const png = encodePng(previewBatch(batch, data.preprocessing));
      await writeFile(path, png).catch((error: unknown) => {
        throw writeFailed(path, error);
      });
      return;
    }
  });
}

/** The configured data set up, for as long as `use` takes. */
export async function withData<T>(
  { composition, registry }: DataToolRequest,
  use: (data: DataModule) => Promise<T>,
): Promise<T> {
  const parts = new RunParts(composition, registry);
  await using data = await parts.data(null, await parts.model());
  return await use(data);
}
