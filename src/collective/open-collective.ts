// The collective that this process was started for.
import type { Collective } from "../runtime/collective.ts";
import { localCollective } from "./local.ts";

/** `single`: this process alone. `mpi`: those that MPI has started. `auto`: `mpi` where there are several. */
export type StrategyName = "auto" | "single" | "mpi";

/** How many processes the launcher says it has started: Open MPI's, MPICH's and Intel's, Slurm's with PMIx; 1 without one. */
export function processesStarted(environment: NodeJS.ProcessEnv): number {
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, PMIX_RANK, SLURM_STEP_NUM_TASKS } = environment;
  const said = OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? (PMIX_RANK === undefined ? "1" : SLURM_STEP_NUM_TASKS);
  return Number(said ?? 1);
}

/**
 * Joins the other processes, where there are any. Alone, no MPI library is loaded.
 * @throws ClassifierTrainingError `COLLECTIVE_UNAVAILABLE` where MPI is needed and not there, `COLLECTIVE_FAILED`
 */
export async function openCollective(
  strategy: StrategyName = "auto",
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Collective> {
  if (strategy === "single" || (strategy === "auto" && processesStarted(environment) <= 1))
    return localCollective;
  return (await import("./mpi/mpi-collective.ts")).openMpiCollective(environment);
}
