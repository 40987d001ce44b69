// Elementwise kernels: any expressions over operands of one shape, elements in fours where memory allows.
import { type Shape, sizeOf } from "../../../core/index.ts";
import type { DeviceTraits } from "../plan/device-traits.ts";
import { type Dispatch, spread, type Work } from "../plan/dispatch.ts";
import { type Tensor, valueTypeOf } from "../plan/tensor.ts";
import { WGSL_TYPES } from "./expressions.ts";
import { isWide, iterationOver, offsetAt, splitIndex } from "./iteration.ts";
import { KernelFrame } from "./kernel.ts";

/** What is computed at each element, and what it is called in reports. */
export interface ElementwiseKernel {
  readonly work: Work;
  readonly label: string;
  readonly shape: Shape;
  /** Of `shape`; strides of 0 where they are broadcast. */
  readonly inputs: readonly Tensor[];
  /** Of `shape`. */
  readonly outputs: readonly Tensor[];
  /** Float32 numbers `c0`, `c1`, ... that kernels of one text may differ in; default: none. */
  readonly constants?: readonly number[];
  /** Statements that define `y0`, `y1`, ... from `x0`, `x1`, ... */
  readonly body: string;
}

const WORKGROUP = 256;

/** The dispatch of an elementwise kernel. */
export function elementwiseKernel(
  kernel: ElementwiseKernel,
  traits: DeviceTraits,
): Omit<Dispatch, "scope" | "reads" | "writes"> {
  const { shape, inputs, outputs, body, work, label, constants = [] } = kernel;
  const tensors = [...outputs, ...inputs];
  const iteration = iterationOver(
    shape,
    tensors.map(({ strides }) => strides),
  );
  const { sizes, strides } = iteration;
  const wide =
    tensors.every(({ type }) => type !== "i64") &&
    isWide(
      iteration,
      tensors.map(({ offset }) => offset),
    );
  const inner = sizes.length - 1;
  const steps = wide ? sizes.map((size, axis) => (axis === inner ? size / 4 : size)) : sizes;
  const count = sizeOf(steps);
  const frame = new KernelFrame(
    tensors.map((tensor, i) => ({
      tensor,
      written: i < outputs.length,
      width: wide && strides[i]![inner] !== 0 ? 4 : 1,
    })),
    [count, ...new Uint32Array(Float32Array.from(constants).buffer)],
  );
  const place = (operand: number): string => {
    const own = strides[operand]!;
    return offsetAt(
      "i",
      wide && own[inner] !== 0 ? own.map((stride, axis) => (axis === inner ? 1 : stride / 4)) : own,
    );
  };
  const isVector = (operand: number): boolean => wide && strides[operand]![inner] !== 0;
  const loads = inputs.map((_, i) => {
    const operand = outputs.length + i;
    const value = isVector(operand)
      ? frame.read4(operand, place(operand))
      : frame.read(operand, place(operand));
    return `let x${i} = ${value};`;
  });
  const parameters = [
    ...inputs.map(({ type }, i) => `x${i}: ${WGSL_TYPES[valueTypeOf(type)]}`),
    ...constants.map((_, i) => `c${i}: f32`),
  ];
  const numbers = constants.map((_, i) => `bitcast<f32>(${frame.number(1 + i)})`);
  const lanes = wide ? ["x", "y", "z", "w"] : [""];
  const calls = lanes.map((lane) => {
    const args = inputs.map((_, i) =>
      lane !== "" && isVector(outputs.length + i) ? `x${i}.${lane}` : `x${i}`,
    );
    return `let r${lane} = compute(${[...args, ...numbers].join(", ")});`;
  });
  const stores = outputs.map(({ type }, i) => {
    if (!wide) return frame.write(i, place(i), `r.y${i}`);
    return frame.write4(
      i,
      place(i),
      `vec4<${WGSL_TYPES[valueTypeOf(type)]}>(${lanes.map((lane) => `r${lane}.y${i}`).join(", ")})`,
    );
  });
  const declarations = `struct Results { ${outputs.map(({ type }, i) => `y${i}: ${WGSL_TYPES[valueTypeOf(type)]},`).join(" ")} }
fn compute(${parameters.join(", ")}) -> Results {
  ${body}
  return Results(${outputs.map((_, i) => `y${i}`).join(", ")});
}`;
  const main = `let i = group * ${WORKGROUP}u + lane;
  if (i >= ${frame.number(0)}) { return; }
  ${splitIndex("i", "i", steps)}
  ${[...loads, ...calls, ...stores].join("\n  ")}`;
  return {
    work,
    label,
    code: frame.code({ main, declarations, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(count / WORKGROUP), traits.workgroups), 1],
    mergeable: true,
  };
}
