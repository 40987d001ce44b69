// Kernels that reduce the rows of a matrix [rows, columns], columns side by side in memory, in a fixed order.
import type { DeviceTraits } from "../plan/device-traits.ts";
import { KernelFrame, type Operand } from "./kernel.ts";

/** What is reduced, and the WGSL of each stage. */
export interface ColumnReduction {
  readonly rows: number;
  readonly columns: number;
  /** Rows that one workgroup takes. */
  readonly chunk: number;
  /** Columns that one invocation takes. */
  readonly width: 1 | 4;
  /** Of a workgroup: `reducersOf`. */
  readonly reducers: number;
  readonly operands: readonly Operand[];
  /** What an invocation keeps: names and first values; `V` is the type of its columns. */
  readonly state: readonly { readonly name: string; readonly type: string; readonly start: string }[];
  /** Before the rows are walked through, where `column` (or group of four) is one of the matrix. */
  readonly prepare?: (frame: KernelFrame) => string;
  /** At each `row`. */
  readonly step: (frame: KernelFrame) => string;
  /** After the last row. */
  readonly finish?: string;
  /** Merges the state of another invocation, whose names end in `_b`, into one whose names end in `_a`. */
  readonly merge: string;
  /** For each `column`, and `chunk`, at the end. */
  readonly store: (frame: KernelFrame) => string;
}

/**
 * Invocations of a workgroup. Software writes out, element by element, that the memory of a workgroup begins as zeros: with 256
 * of them a kernel takes five times as long to compile.
 */
export function reducersOf({ isSoftware }: Pick<DeviceTraits, "isSoftware">): number {
  return isSoftware ? 64 : 256;
}

/** Columns side by side in a workgroup, in units of `width`: a power of two. */
export function lanesFor(columns: number, width: number): number {
  const units = Math.ceil(columns / width);
  let lanes = 1;
  while (lanes < units && lanes < (width === 4 ? 16 : 32)) lanes *= 2;
  return lanes;
}

/** Workgroups that lie side by side over the columns. */
export function columnBlocks(columns: number, width: number): number {
  return Math.ceil(columns / width / lanesFor(columns, width));
}

/** The kernel; its workgroups are [column blocks, chunks]. */
export function columnReduction(spec: ColumnReduction): {
  readonly code: string;
  readonly frame: KernelFrame;
} {
  const { rows, columns, chunk, width, reducers, state } = spec;
  const frame = new KernelFrame(spec.operands);
  const lanes = lanesFor(columns, width);
  const height = reducers / lanes;
  const names = state.map(({ name }) => name);
  const main = `NO_SEGMENTS let column = wid.x * ${lanes}u + lane % ${lanes}u;
  let line = lane / ${lanes}u;
  let chunk = wid.y;
  let begin = chunk * ${chunk}u;
  let end = min(begin + ${chunk}u, ${rows}u);
  ${state.map(({ name, type, start }) => `var ${name}: ${type} = ${start};`).join(" ")}
  if (column < ${Math.ceil(columns / width)}u) {
    ${spec.prepare?.(frame) ?? ""}
    for (var row = begin + line; row < end; row += ${height}u) {
      ${spec.step(frame)}
    }
    ${spec.finish ?? ""}
  }
  ${names.map((name) => `all_${name}[lane] = ${name};`).join(" ")}
  workgroupBarrier();
  for (var half = ${height / 2}u; half > 0u; half /= 2u) {
    if (line < half) {
      let other = lane + half * ${lanes}u;
      ${names.map((name) => `var ${name}_a = all_${name}[lane]; let ${name}_b = all_${name}[other];`).join(" ")}
      ${spec.merge}
      ${names.map((name) => `all_${name}[lane] = ${name}_a;`).join(" ")}
    }
    workgroupBarrier();
  }
  if (line == 0u && column < ${Math.ceil(columns / width)}u) {
    ${names.map((name) => `${name} = all_${name}[lane];`).join(" ")}
    ${spec.store(frame)}
  }`;
  const declarations = [
    `alias V = ${width === 4 ? "vec4f" : "f32"};`,
    ...state.map(({ name, type }) => `var<workgroup> all_${name}: array<${type}, ${reducers}>;`),
  ].join("\n");
  return { code: frame.code({ main, declarations, workgroupSize: reducers }), frame };
}
