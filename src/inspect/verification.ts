// Reads every picture of a data set and lists the ones that are no good.
import { ClassifierTrainingError } from "../core/index.ts";
import { labelText } from "../data/datasets/dataset.ts";
import type { DatasetSplits } from "../data/modules/data-module.ts";
import type { DecodeOptions } from "../image/decode.ts";
import { readImage } from "../image/read-image.ts";
import { type Part, partsOf } from "./statistics.ts";

/** A picture that cannot be read, with the error's code and message. */
export interface PictureProblem {
  readonly part: Part;
  readonly name: string;
  readonly className: string;
  readonly code: string;
  readonly message: string;
}

/** What reading every picture found. */
export interface VerificationReport {
  /** Pictures read. */
  readonly checked: number;
  readonly problems: readonly PictureProblem[];
}

/** How pictures are read, and who is told of progress. */
export interface VerificationOptions {
  readonly read?: DecodeOptions;
  /** Called after each picture. */
  readonly onProgress?: (checked: number, total: number) => void;
}

const CONCURRENCY = 4;

/** Decodes every picture; nothing is moved or changed. Problems are in the order of the data set. */
export async function verifyDataset(
  splits: DatasetSplits,
  { read, onProgress }: VerificationOptions = {},
): Promise<VerificationReport> {
  const all = partsOf(splits).flatMap(([part, dataset]) =>
    Array.from(dataset.labels.keys(), (index) => ({ part, dataset, index })),
  );
  const problems: (PictureProblem | undefined)[] = new Array(all.length);
  let [next, checked] = [0, 0];
  const work = async (): Promise<void> => {
    while (next < all.length) {
      const place = next++;
      const { part, dataset, index } = all[place]!;
      const name = dataset.name(index);
      try {
        await readImage(await dataset.source(index), name, read);
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
        const { code, message } = error;
        problems[place] = { part, name, className: labelText(dataset, index), code, message };
      }
      onProgress?.(++checked, all.length);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { checked: all.length, problems: problems.filter((problem) => problem !== undefined) };
}
