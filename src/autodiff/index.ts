// Differentiation of graphs.
export { gradients } from "./backward.ts";
