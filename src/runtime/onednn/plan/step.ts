// A step of a plan: what runs, which memory it reads and writes, and what it is called in reports.
import type { MemoryUse } from "../../planning/index.ts";
import type { ElementArray } from "./element-type.ts";
import type { Region, Tensor } from "./tensor.ts";

/** Kinds of work that a step's time is reported under. */
export type Work =
  | "convolution"
  | "batch norm"
  | "layer norm"
  | "softmax"
  | "pooling"
  | "matmul"
  | "elementwise"
  | "reduction"
  | "reorder"
  | "host";

/** Finds tensors once every region has its place. */
export interface Memory {
  addressOf(tensor: Pick<Tensor, "region" | "byteOffset">): number;
  /** Where in the memory that kernels in WebAssembly work in, in bytes. */
  offsetOf(tensor: Pick<Tensor, "region" | "byteOffset">): number;
  /** The elements, for loops in JavaScript. */
  elementsOf(tensor: Tensor): ElementArray;
}

/** One piece of work, in the order of the plan. */
export interface Step extends MemoryUse<Region> {
  readonly work: Work;
  /** Op and operands, for reports and errors. */
  readonly label: string;
  /** Module path of the node it computes. */
  readonly scope: string;
  /** Name of the library's implementation; absent for loops in JavaScript. */
  readonly implementation?: string;
  readonly flops?: number;
  /** Makes the step runnable. */
  bind(memory: Memory): () => void;
}
