// Processes that train together: the one that is alone, and those that MPI has started.
export { processesStarted, rankStarted } from "../platform/launcher.ts";
export type { Collective } from "../runtime/collective.ts";
export { localCollective } from "./local.ts";
export type { MpiCollective } from "./mpi/mpi-collective.ts";
export { openCollective, type StrategyName } from "./open-collective.ts";
