// Joins a study as one more worker, and shows what is in it.
import { existsSync } from "node:fs";
import type { ComponentRegistry } from "../../config/index.ts";
import { assertOneProcess } from "../processes/processes.ts";
import { type OpenedStudy, openStudy, type StudyReference } from "./open-study.ts";
import type { StudyJob } from "./study-job.ts";
import { describeStudy, studyCsv } from "./study-table.ts";
import { type WorkRequest, work } from "./worker.ts";

/** Which study is joined, and how. */
export interface JoinRequest extends StudyReference, Pick<WorkRequest, "own" | "signal" | "write" | "tell"> {
  /** Loads the modules of the study's trials. */
  readonly load: (modules: readonly string[]) => Promise<void>;
  /** Called once they are loaded. */
  readonly registry: () => ComponentRegistry;
}

/** Works on a study until nothing is left to do. Relative paths count from where the study was begun, if that is here. */
export async function joinStudy({ load, registry, ...request }: JoinRequest): Promise<void> {
  assertOneProcess("what a worker of the study does");
  await using opened: OpenedStudy = await openStudy(request, { signal: request.signal });
  const { store, study } = opened;
  const job = study.definition.job as StudyJob;
  if (existsSync(job.cwd)) process.chdir(job.cwd);
  await load(job.modules);
  await work({ ...request, store, study, registry: registry() });
}

/** The study as a table, with its best settings as a command. */
export async function showStudy(reference: StudyReference): Promise<string> {
  await using opened = await openStudy(reference);
  const { store, study } = opened;
  return describeStudy(study.name, study.definition, await store.trials(study.name));
}

/** The study as CSV. */
export async function exportStudy(reference: StudyReference): Promise<string> {
  await using opened = await openStudy(reference);
  const { store, study } = opened;
  return studyCsv(study.definition, await store.trials(study.name));
}
