// Kernels over channels-last maps with an invocation for each position, for four channels at once where they divide by 4.
import { type Shape, sizeOf } from "../../../core/index.ts";
import type { Pair } from "../../../graph/index.ts";
import { type Dispatch, spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { KernelFrame, type Operand } from "../wgsl/kernel.ts";

const WORKGROUP = 256;

/** How a kernel's body reads and writes, for one channel or four. */
export interface Elements {
  readonly width: 1 | 4;
  /** Types of values and of positions. */
  readonly f: string;
  readonly u: string;
  read(input: number, index: string): string;
  /** Of a vector over all channels those of the invocation. */
  readVector(vector: number): string;
  write(output: number, value: string): string;
}

/** What is computed at every position, and of what. */
export interface WindowsKernel extends Pick<Dispatch, "work" | "label" | "flops"> {
  /** Of the results, [N, C, H, W]. */
  readonly shape: Shape;
  readonly inputs: readonly Tensor[];
  /** Default: none. */
  readonly vectors?: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Whether four channels may be taken at once; default true. */
  readonly mayBeWide?: boolean;
  /** Statements; in scope: `image`, `channel` (or group of four), `row`, `column`. */
  body(elements: Elements): string;
}

/** Appends the kernel. */
export function emitWindows(planner: Planner, kernel: WindowsKernel): void {
  const { work, label, flops, shape, inputs, vectors = [], outputs, mayBeWide = true, body } = kernel;
  const [images, channels, height, width] = shape as [number, number, number, number];
  const wide =
    mayBeWide && channels % 4 === 0 && [...inputs, ...outputs].every(({ offset }) => offset % 4 === 0);
  const step = wide ? 4 : 1;
  const operands: Operand[] = [
    ...outputs.map((tensor): Operand => ({ tensor, written: true, width: step })),
    ...inputs.map((tensor): Operand => ({ tensor, width: step })),
    ...vectors.map((tensor): Operand => ({ tensor })),
  ];
  const frame = new KernelFrame(operands);
  const count = sizeOf([images, height, width, channels / step]);
  const text = body({
    width: step,
    f: wide ? "vec4f" : "f32",
    u: wide ? "vec4u" : "u32",
    read: (input, index) =>
      wide ? frame.read4(outputs.length + input, index) : frame.read(outputs.length + input, index),
    readVector: (vector) => {
      const operand = outputs.length + inputs.length + vector;
      return wide ? frame.read4(operand, "channel") : frame.read(operand, "channel");
    },
    write: (output, value) => (wide ? frame.write4(output, "i", value) : frame.write(output, "i", value)),
  });
  const main = `NO_SEGMENTS let i = group * ${WORKGROUP}u + lane;
  if (i >= ${count}u) { return; }
  let channel = i % ${channels / step}u;
  let pixel = i / ${channels / step}u;
  let column = pixel % ${width}u;
  let row = (pixel / ${width}u) % ${height}u;
  let image = pixel / ${width * height}u;
  ${text}`;
  planner.emit({
    work,
    label,
    ...(flops === undefined ? {} : { flops }),
    code: frame.code({ main, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(count / WORKGROUP), planner.traits.workgroups), 1],
    mergeable: false,
  });
}

/** Offset of the invocation's channels (or of `channel`) at a row and a column of maps of this shape. */
export function offsetOf(
  row: string,
  column: string,
  [, channels, height, width]: readonly number[],
  step: number,
  channel = "channel",
): string {
  return `((image * ${height}u + ${row}) * ${width}u + ${column}) * ${channels! / step}u + ${channel}`;
}

/** A window over maps of shape `input`. */
export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  /** Default 1. */
  readonly dilation?: Pair;
  readonly input: Shape;
}

/** `body` at every element `y`, `x` of the window at `row`, `column`, `ky` and `kx` counting in it. */
export function windowLoop(
  { kernel, stride, padding, dilation = [1, 1], input }: Window,
  body: string,
): string {
  return `for (var ky = 0u; ky < ${kernel[0]}u; ky++) {
    let y = row * ${stride[0]}u + ky * ${dilation[0]}u - ${padding[0]}u;
    if (y >= ${input[2]}u) { continue; }
    for (var kx = 0u; kx < ${kernel[1]}u; kx++) {
      let x = column * ${stride[1]}u + kx * ${dilation[1]}u - ${padding[1]}u;
      if (x >= ${input[3]}u) { continue; }
      ${body}
    }
  }`;
}
