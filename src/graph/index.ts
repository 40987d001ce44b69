// The graph: values, nodes, ops, programs and variables. It knows no runtime.
export * from "./build.ts";
export { Graph } from "./graph.ts";
export { isOp, type Node, type Value, type ValueType } from "./node.ts";
export * from "./ops/index.ts";
export { printProgram } from "./print.ts";
export {
  countFlops,
  createProgram,
  flopsOf,
  type Program,
  type ProgramParts,
  type Update,
  variablesRead,
} from "./program.ts";
export { type Storage, storageOf, type VariableRef, type VariableSpec, wholeStorage } from "./storage.ts";
