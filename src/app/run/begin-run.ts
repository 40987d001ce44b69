// The beginning of a training in its folder: it is locked, cleared of what was left half written, and described.
import { removeUnfinished } from "../../platform/durable-file.ts";
import { removeFile } from "../../platform/index.ts";
import { writeHydraFiles } from "./configuration.ts";
import { RunLock } from "./lock/run-lock.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { writeRunRecord } from "./run-record.ts";

/** @returns the lock of the folder @throws ClassifierTrainingError `RUN_LOCKED`, or kind "storage" */
export async function beginRun({ run, data, chosen, notify, log }: PreparedRun): Promise<RunLock> {
  const { folder, composition } = run;
  await folder.create();
  const lock = await RunLock.take(folder.path);
  try {
    log.open();
    const unfinished = await removeUnfinished(folder.path);
    if (unfinished > 0)
      notify("INFO", `removed what a killed run had begun to write: ${unfinished} unfinished file(s)`);
    // It tells how a run has ended, and this one begins.
    await removeFile(folder.summaryFile);
    await writeHydraFiles(run);
    await folder.writeSplit(data.splits.split);
    await folder.writeLabelChanges(data.splits.labelChanges);
    const { name } = chosen.runtime;
    const { detail } = chosen.probe;
    notify("INFO", `${name}: ${detail}`);
    await writeRunRecord(folder, composition, { name, detail });
    return lock;
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}
