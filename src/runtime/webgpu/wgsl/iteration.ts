// Walking tensors of one shape together: axes merged where they can be, offsets as WGSL.
import type { Shape } from "../../../core/index.ts";

/** Axes, outermost first, and every operand's strides along them. */
export interface Iteration {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * The axes of `shape`, longest stride of the first operand first; axes of size 1 are left out, neighbours that every
 * operand walks through in one stride become one.
 */
export function iterationOver(shape: Shape, operands: readonly (readonly number[])[]): Iteration {
  const axes = shape.map((size, axis) => ({ size, strides: operands.map((strides) => strides[axis]!) }));
  const real = axes.filter(({ size }) => size !== 1);
  real.sort((a, b) => b.strides[0]! - a.strides[0]!);
  const merged: { size: number; strides: number[] }[] = [];
  for (const { size, strides } of real) {
    const outer = merged.at(-1);
    if (outer?.strides.every((stride, i) => stride === strides[i]! * size)) {
      merged[merged.length - 1] = { size: outer.size * size, strides };
    } else merged.push({ size, strides });
  }
  return {
    sizes: merged.map(({ size }) => size),
    strides: operands.map((_, i) => merged.map(({ strides }) => strides[i]!)),
  };
}

/** Whether four neighbours along the innermost axis can be taken at once from every operand, or are one element of it. */
export function isWide({ sizes, strides }: Iteration, offsets: readonly number[]): boolean {
  const inner = sizes.length - 1;
  if (inner < 0 || sizes[inner]! % 4 !== 0) return false;
  return strides.every((own, i) => {
    if (own[inner] === 0) return true;
    return (
      own[inner] === 1 &&
      offsets[i]! % 4 === 0 &&
      own.every((stride, axis) => axis === inner || stride % 4 === 0)
    );
  });
}

/** Statements that split `index` into `prefix0`, `prefix1`, ...: positions along axes of these sizes. */
export function splitIndex(prefix: string, index: string, sizes: readonly number[]): string {
  if (sizes.length === 0) return "";
  if (sizes.length === 1) return `let ${prefix}0 = ${index};`;
  const lines = [`var ${prefix}_rest = ${index};`];
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    lines.push(`let ${prefix}${axis} = ${prefix}_rest % ${sizes[axis]}u; ${prefix}_rest /= ${sizes[axis]}u;`);
  }
  lines.push(`let ${prefix}0 = ${prefix}_rest;`);
  return lines.join("\n  ");
}

/** The offset at positions `prefix0`, `prefix1`, ... with these strides. */
export function offsetAt(prefix: string, strides: readonly number[]): string {
  const terms = strides.flatMap((stride, axis) => {
    if (stride === 0) return [];
    return [stride === 1 ? `${prefix}${axis}` : `${prefix}${axis} * ${stride}u`];
  });
  return terms.length === 0 ? "0u" : terms.join(" + ");
}
