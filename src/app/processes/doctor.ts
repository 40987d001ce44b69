// What each of several processes sees, for doctor.
import { openCollective, processesStarted } from "../../collective/index.ts";
import { type Binding, ownBinding, threadsOf } from "./threads-of-process.ts";

/** One of the processes that a launcher has started. */
export interface ProcessDiagnosis extends Binding {
  readonly rank: number;
  /** Compute threads that it takes unless it is told. */
  readonly threads: number;
}

/** The processes that train together. */
export interface ProcessesDiagnosis {
  /** Which of them this is. */
  readonly rank: number;
  /** Library and version. */
  readonly library: string;
  readonly processes: readonly ProcessDiagnosis[];
}

/**
 * Joins the processes that were started together; undefined where this one was started alone.
 * @throws ClassifierTrainingError `COLLECTIVE_UNAVAILABLE`, `COLLECTIVE_FAILED`
 */
export async function diagnoseProcesses(): Promise<ProcessesDiagnosis | undefined> {
  if (processesStarted() <= 1) return undefined;
  const collective = await openCollective("mpi");
  const all = await collective.gather(ownBinding());
  const processes = all.map((own, rank) => ({ rank, ...own, threads: threadsOf(own, all) }));
  await collective.close();
  const library = "description" in collective ? String(collective.description) : "";
  return { rank: collective.rank, library, processes };
}
