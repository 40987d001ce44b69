// Exports the best weights of a run that goes on or has just ended; the same weights once.
import type { BestWeightsExporter, KeptCheckpoint, ModelCheckpoint } from "../../callbacks/index.ts";
import { loadCheckpoint } from "../../train/index.ts";
import type { Notify } from "../run/notices.ts";
import { type ExportResult, type ModelExport, writeExport } from "./write-export.ts";

/** What an export takes, but for the weights, which the checkpoints have. */
export interface BestExportParts extends Omit<ModelExport, "weights" | "warn"> {
  readonly checkpoints: ModelCheckpoint;
  readonly notify: Notify;
}

/** Exports what is best at the time of the call; the same weights are not exported twice. */
export class BestExport implements BestWeightsExporter {
  readonly #parts: BestExportParts;
  #latest: { readonly of: KeptCheckpoint | undefined; readonly result: ExportResult } | undefined;

  constructor(parts: BestExportParts) {
    this.#parts = parts;
  }

  get best(): KeptCheckpoint | undefined {
    return this.#parts.checkpoints.best;
  }

  /** @throws ClassifierTrainingError `EXPORT_MISMATCH`, `EXPORT_IMAGE_SIZE`, or kind "storage". */
  async export(): Promise<ExportResult> {
    const { checkpoints, notify, ...request } = this.#parts;
    const { best } = this;
    if (this.#latest !== undefined && this.#latest.of === best) return this.#latest.result;
    const { tensors } = await loadCheckpoint(checkpoints.bestPath);
    const warn = (line: string): void => notify("WARNING", line);
    const result = await writeExport({ ...request, weights: tensors, warn });
    const difference = result.difference.toExponential(1);
    notify("INFO", `exported ${result.path} (equal to the trained model within ${difference})`);
    this.#latest = { of: best, result };
    return result;
  }
}
