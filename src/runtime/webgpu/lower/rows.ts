// Kernels in which a workgroup takes a row along the last axis: softmax, its logarithm and gradient; every sum in one order.
import { type Shape, sizeOf } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import { spread, type Work } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { KernelFrame } from "../wgsl/kernel.ts";

const WIDEST = 256;

/** What a workgroup does with its row. */
export interface RowKernel {
  readonly work: Work;
  readonly label: string;
  readonly shape: Shape;
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  /** Statements; in scope: `row` and `lane`. */
  main(row: RowFrame): string;
}

/** The parts that statements about a row are made of. Operands are numbered outputs first. */
export class RowFrame {
  readonly frame: KernelFrame;
  readonly width: number;
  /** Invocations of the workgroup: a power of two. */
  readonly lanes: number;

  constructor(frame: KernelFrame, width: number) {
    this.frame = frame;
    this.width = width;
    let lanes = 32;
    while (lanes < width && lanes < WIDEST) lanes *= 2;
    this.lanes = lanes;
  }

  /** Statements at every column `i`, of which each invocation takes some. */
  each(statements: string): string {
    return `for (var i = lane; i < ${this.width}u; i += ${this.lanes}u) { ${statements} }`;
  }

  /** Element `i` of the row. */
  element(operand: number): string {
    return this.frame.read(operand, `row * ${this.width}u + i`);
  }

  /** Writes element `i` of the row. */
  store(operand: number, value: string): string {
    return this.frame.write(operand, `row * ${this.width}u + i`, value);
  }

  /** Statements that define `name` for all as every invocation's `value` merged: an expression over `a` and `b`. */
  together(name: string, value: string, merge = "a + b"): string {
    return `shared_values[lane] = ${value};
  workgroupBarrier();
  for (var half = ${this.lanes / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { let a = shared_values[lane]; let b = shared_values[lane + half]; shared_values[lane] = ${merge}; }
    workgroupBarrier();
  }
  let ${name} = shared_values[0];
  workgroupBarrier();`;
  }

  /** Statements that define `name` as the sum over the row of an expression for column `i`. */
  sum(name: string, term: string): string {
    return `var own_${name} = 0.0;
  ${this.each(`own_${name} += ${term};`)}
  ${this.together(name, `own_${name}`)}`;
  }
}

/** Appends the kernel. */
export function emitRows(planner: Planner, kernel: RowKernel): void {
  const { shape, outputs, inputs, work, label } = kernel;
  const width = shape.at(-1)!;
  const rows = sizeOf(shape) / width;
  const frame = new KernelFrame([
    ...outputs.map((tensor) => ({ tensor, written: true })),
    ...inputs.map((tensor) => ({ tensor })),
  ]);
  const row = new RowFrame(frame, width);
  planner.emit({
    work,
    label,
    code: frame.code({
      main: `NO_SEGMENTS let row = group;
  if (row >= ${rows}u) { return; }
  ${kernel.main(row)}`,
      workgroupSize: row.lanes,
      declarations: `var<workgroup> shared_values: array<f32, ${row.lanes}>;`,
    }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(rows, planner.traits.workgroups), 1],
    mergeable: false,
  });
}

/** The row's maximum, its sum, its results. */
export function lowerSoftmax(planner: Planner, node: BoundNode<"softmax"> | BoundNode<"logSoftmax">): void {
  const [x] = node.inputs;
  const source = planner.inStrides(x!);
  emitRows(planner, {
    work: "reduction",
    label: node.op,
    shape: x!.shape,
    outputs: [planner.produce(node.outputs[0]!)],
    inputs: [source],
    main: (row) => {
      const x = row.element(1);
      const result = node.op === "softmax" ? `f_exp(${x} - largest) / total` : `${x} - largest - log_total`;
      return `var own = ${row.frame.read(1, `row * ${row.width}u + min(lane, ${row.width - 1}u)`)};
  ${row.each(`own = f_max(own, ${x});`)}
  ${row.together("largest", "own", "f_max(a, b)")}
  ${row.sum("total", `f_exp(${x} - largest)`)}
  let log_total = f_log(total);
  ${row.each(row.store(0, result))}`;
    },
  });
}

/** The product of the row with its gradient, then its results. */
export function lowerSoftmaxGrad(planner: Planner, node: BoundNode<"softmaxGrad">): void {
  const [dy, y] = node.inputs;
  emitRows(planner, {
    work: "reduction",
    label: "softmaxGrad",
    shape: y!.shape,
    outputs: [planner.produce(node.outputs[0]!)],
    inputs: [planner.inStrides(dy!), planner.inStrides(y!)],
    main: (row) => {
      const [dy, y] = [row.element(1), row.element(2)];
      return `${row.sum("total", `${dy} * ${y}`)}
  ${row.each(row.store(0, `${y} * (${dy} - total)`))}`;
    },
  });
}
