// Cross-validation: a training for each fold, and what all of them together say about every picture.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { RunReport } from "../../callbacks/index.ts";
import { type ComponentRegistry, quoteText, runFolder } from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { assertOneProcess } from "../processes/processes.ts";
import { type ConfigurationRequest, composeRun } from "../run/configuration.ts";
import { RunFolder } from "../run/run-folder.ts";
import { readTask } from "../run/settings.ts";
import { train } from "../run/train.ts";
import { poolClasses } from "./pool-classes.ts";
import { poolLabels, summaryOf } from "./pool-labels.ts";

/** What is cross-validated, and how it is watched and stopped. */
export interface CrossValidationRequest extends ConfigurationRequest {
  /** Default: `data.folds` of the overrides, else 5. */
  readonly folds?: number | undefined;
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** What came of it. */
export interface CrossValidationResult {
  readonly folder: string;
  /** Accuracy, or mean average precision, of each fold and of all pictures; undefined where it was interrupted: it goes on in the same folder. */
  readonly table: string | undefined;
}

/**
 * Trains each fold in a folder of its own, those that have ended before left out; writes `out_of_fold.csv`, what was said of
 * each picture by a model that has not seen it, and `cross_validation.json`, the pooled metrics with 95 % intervals.
 */
export async function crossValidate(request: CrossValidationRequest): Promise<CrossValidationResult> {
  assertOneProcess("the cross-validation");
  const { registry, signal, write, folds: given, overrides, ...configuration } = request;
  const count = given ?? foldsOf(overrides);
  const words = [...overrides.filter((word) => !FOLDS.test(word)), `data.folds=${count}`];
  const planned = await composeRun({ ...configuration, overrides: words });
  const folder = new RunFolder(runFolder(planned));
  const trained: RunFolder[] = [];
  for (let fold = 0; fold < count; fold++) {
    const own = new RunFolder(join(folder.path, `fold=${fold}`));
    write(`fold ${fold + 1} of ${count}: ${own.path}`);
    if (!(await hasEnded(own))) {
      const composition = await composeRun({
        ...configuration,
        overrides: [...words, `data.fold=${fold}`, `hydra.run.dir=${quoteText(own.path, "'")}`],
      });
      const checkpoint = existsSync(own.lastCheckpoint) ? own.lastCheckpoint : undefined;
      const kept = new Kept({ dirpath: own.path });
      const { status } = await train(
        { composition, folder: own, checkpoint, warnings: [] },
        { registry, signal, write, callbacks: [kept] },
      );
      if (status === "interrupted") return { folder: folder.path, table: undefined };
    }
    trained.push(own);
  }
  const several = readTask(planned) === "multi_label";
  const table = await (several ? poolLabels : poolClasses)(folder, trained);
  return { folder: folder.path, table };
}

/** Keeps the predictions also where the configuration has no report. */
class Kept extends RunReport {
  override readonly stateKey: string = "CrossValidation";
}

const FOLDS = /^\+{0,2}data\.folds?=/;

function foldsOf(overrides: readonly string[]): number {
  const word = overrides.findLast((each) => /^\+{0,2}data\.folds=/.test(each));
  const count = word === undefined ? 5 : Number(word.slice(word.indexOf("=") + 1));
  if (Number.isInteger(count) && count >= 2) return count;
  throw new ClassifierTrainingError("usage", "CONFIG_VALUE", "must be a whole number from 2", {
    where: "data.folds",
  });
}

async function hasEnded(folder: RunFolder): Promise<boolean> {
  if (!existsSync(folder.summaryFile) || !existsSync(folder.predictionsFile)) return false;
  const { status } = await summaryOf(folder);
  return status === "completed" || status === "stopped";
}
