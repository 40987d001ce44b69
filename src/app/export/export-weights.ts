// Exports the best weights of a run in a form that is asked for.
import { resolve } from "node:path";
import { loadCheckpoint } from "../../train/index.ts";
import { openRun, type RunRequest } from "../run/open-run.ts";
import { checkForm, type ExportedForm, exportInForm, type FormRequest } from "./export-form.ts";
import { keptReading } from "./model-reading.ts";
import type { ModelExport } from "./write-export.ts";

/** The run, in which form it is exported, and where that goes. */
export interface ExportWeightsRequest extends RunRequest, FormRequest {
  /** Default: the run's folder. */
  readonly output?: string | undefined;
}

/**
 * Exports the best weights of a finished or interrupted run. What `calibrate` and `thresholds` have chosen for the run's own model goes
 * along where it is of the same weights.
 * @throws ClassifierTrainingError as `exportInForm`
 */
export async function exportWeights(request: ExportWeightsRequest): Promise<ExportedForm> {
  checkForm(request);
  await using opened = await openRun(request);
  const { folder, settings, data, model, runtime } = opened;
  const { tensors } = await loadCheckpoint(opened.weightsFile);
  const warn = (line: string): void => request.write?.(`warning: ${line}`);
  const source: ModelExport = {
    ...{ model, weights: tensors, runtime, warn },
    preprocessing: data.preprocessing,
    threads: settings.trainer.threads,
    folder: resolve(request.output ?? folder.path),
  };
  const reading = await keptReading(folder.modelFile, source, request.write);
  return await exportInForm({ ...source, data, name: "float32", reading, notify: request.write }, request);
}
