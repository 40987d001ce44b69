// Planning for runtimes that own their memory: what is computed together, what lives how long, and where it lies.
export { withEarlyUpdates } from "./early-updates.ts";
export { type CanJoin, groupElementwise } from "./elementwise-groups.ts";
export { fuse } from "./fusion.ts";
export { LastReads } from "./last-reads.ts";
export {
  type ArenaShape,
  type MemoryPlan,
  type MemoryUse,
  type Outside,
  planMemory,
  type Region,
  tooLargeTensor,
  withinSlab,
} from "./memory-plan.ts";
export { type Remade, type Remaking, withRecomputation } from "./recomputation.ts";
export { matchReluGradient, type ReluGradient, scalarConstant } from "./relu-gradient.ts";
export { type ElementwiseMember, nodesOf, type Unit } from "./units.ts";
export { Uses } from "./uses.ts";
