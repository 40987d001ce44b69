// The collective that this process was started for.
import { processesStarted } from "../platform/launcher.ts";
import type { Collective } from "../runtime/collective.ts";
import { localCollective } from "./local.ts";

/** `single`: this process alone. `mpi`: those that MPI has started. `auto`: `mpi` where there are several. */
export type StrategyName = "auto" | "single" | "mpi";

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
