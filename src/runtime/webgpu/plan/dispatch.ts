// A dispatch: one kernel over memory, with its numbers.
import type { MemoryUse } from "../../planning/index.ts";
import type { Region } from "./tensor.ts";

/** What a dispatch does, for people who look where time goes. */
export type Work =
  | "convolution"
  | "matmul"
  | "normalization"
  | "pooling"
  | "elementwise"
  | "reduction"
  | "movement";

/** A region that a kernel reads or writes. */
export interface Binding {
  readonly region: Region;
  readonly written: boolean;
  /** What of it is read or written: every element once. */
  readonly bytes: number;
}

/** One start of a kernel. */
export interface Dispatch extends MemoryUse<Region> {
  readonly work: Work;
  readonly label: string;
  /** Path of the module that it belongs to. */
  readonly scope: string;
  readonly flops?: number;
  /** WGSL; its bindings 1, 2, ... are `bindings`, binding 0 the numbers of every segment. */
  readonly code: string;
  readonly bindings: readonly Binding[];
  /**
   * Numbers for the kernel, by segment: the workgroups with `z = i` work on segment i. A kernel that uses z for
   * something else has one segment.
   */
  readonly segments: readonly (readonly number[])[];
  /** Of one segment where `byRows`; otherwise x, y, z. */
  readonly workgroups: readonly [number, number, number];
  /** Segments may be added by merging dispatches of the same code and bindings. */
  readonly mergeable: boolean;
}

/** Bytes that a dispatch reads and writes, every element once: the least that its memory has to carry. */
export function trafficOf({ bindings }: Pick<Dispatch, "bindings">): number {
  return bindings.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** How many workgroups along x and y cover `count`, given what one dimension may have. */
export function spread(count: number, most: number): readonly [number, number] {
  if (count <= most) return [Math.max(count, 1), 1];
  const rows = Math.ceil(count / most);
  return [Math.ceil(count / rows), rows];
}
