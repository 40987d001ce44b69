// A kernel's text: its bindings, the numbers it is given, how it reads and writes its operands.
import type { Binding } from "../plan/dispatch.ts";
import {
  bytesOf,
  type ElementType,
  type HalfType,
  isHalf,
  type Region,
  type Tensor,
  valueTypeOf,
} from "../plan/tensor.ts";
import { WGSL_TYPES } from "./expressions.ts";
import { FLOAT_FUNCTIONS } from "./float-functions.ts";
import { HALVES, HALVES_IN_32 } from "./half.ts";
import { INT64_FUNCTIONS } from "./int64.ts";

/** A tensor that a kernel reads, or writes where `written`. */
export interface Operand {
  readonly tensor: Tensor;
  readonly written?: boolean;
  /** Elements that are read or written at once; 4 only if all of them lie behind one another on a multiple of 4. */
  readonly width?: 1 | 4;
}

/** The part of a kernel's text that is its own. */
export interface KernelBody {
  /** Statements of the entry point; in scope: `group` (workgroup), `lane` (invocation in it), `wid`. */
  readonly main: string;
  readonly workgroupSize: number;
  /** Functions and workgroup variables. */
  readonly declarations?: string;
  /** Where the text itself has float16 numbers. */
  readonly half?: HalfType | undefined;
}

interface Bound extends Omit<Binding, "bytes"> {
  readonly name: string;
  readonly wide: boolean;
  readonly type: ElementType;
}

/** The WGSL type of an element in memory. */
const STORED: Readonly<Record<ElementType, string>> = { ...WGSL_TYPES, f16: "f16", f16in32: "f32" };

/**
 * The operands of a kernel, bound: operands in one region share a binding. `numbers` come first in every segment,
 * offsets of operands behind them.
 */
export class KernelFrame {
  readonly bindings: readonly Binding[];
  readonly numbers: readonly number[];
  readonly #bound: readonly Bound[];
  readonly #operands: readonly { readonly bound: Bound; readonly offset: string }[];
  readonly #own: number;

  constructor(operands: readonly Operand[], numbers: readonly number[] = []) {
    const regions = [...new Set(operands.map(({ tensor }) => tensor.region))];
    this.#bound = regions.map((region, i) => {
      const uses = operands.filter(({ tensor }) => tensor.region === region);
      return {
        region,
        written: uses.some(({ written }) => written === true),
        name: `b${i + 1}`,
        wide: uses.every(({ width }) => width === 4),
        type: uses[0]!.tensor.type,
      };
    });
    this.bindings = this.#bound.map(({ region, written }) => ({
      region,
      written,
      bytes: operands
        .filter(({ tensor }) => tensor.region === region)
        .reduce((bytes, { tensor }) => bytes + bytesOf(tensor), 0),
    }));
    this.#own = numbers.length;
    const offsets: number[] = [];
    this.#operands = operands.map(({ tensor }) => {
      const bound = this.#bound.find(({ region }) => region === tensor.region)!;
      if (!isOffset(tensor)) return { bound, offset: "" };
      offsets.push(tensor.offset);
      return { bound, offset: `o${offsets.length}` };
    });
    this.numbers = [...numbers, ...offsets];
  }

  /** The value of the `index`-th number. */
  number(index: number): string {
    return `P[segment + ${Math.floor(index / 4)}u].${"xyzw"[index % 4]}`;
  }

  /** An element of an operand, by an expression for its index from the operand's beginning. */
  read(operand: number, index: string): string {
    const { type } = this.#operands[operand]!.bound;
    return type === "f16" ? `f32(${this.#at(operand, index)})` : this.#at(operand, index);
  }

  /** Four elements, the first at four times `quad`. */
  read4(operand: number, quad: string): string {
    const { bound, offset } = this.#operands[operand]!;
    const { type, name, wide } = bound;
    if (wide) {
      const held = `${name}[${offset === "" ? quad : `(${offset} >> 2u) + ${quad}`}]`;
      return type === "f16" ? `vec4f(${held})` : held;
    }
    const elements = [0, 1, 2, 3].map((i) => this.read(operand, `4u * (${quad}) + ${i}u`));
    return `vec4<${WGSL_TYPES[valueTypeOf(type)]}>(${elements.join(", ")})`;
  }

  write(operand: number, index: string, value: string): string {
    const { type } = this.#operands[operand]!.bound;
    return `${this.#at(operand, index)} = ${isHalf(type) ? `to_half(${value})` : value};`;
  }

  write4(operand: number, quad: string, value: string): string {
    const { bound, offset } = this.#operands[operand]!;
    if (bound.wide) {
      const place = `${bound.name}[${offset === "" ? quad : `(${offset} >> 2u) + ${quad}`}]`;
      return `${place} = ${isHalf(bound.type) ? `to_half4(${value})` : value};`;
    }
    const elements = [0, 1, 2, 3].map((i) => this.write(operand, `4u * (${quad}) + ${i}u`, `v[${i}]`));
    return `{ let v = ${value}; ${elements.join(" ")} }`;
  }

  /** Whether an operand's elements are float16. */
  isHalf(operand: number): boolean {
    return isHalf(this.#operands[operand]!.bound.type);
  }

  /** The whole module. */
  code({ main, workgroupSize, declarations = "", half }: KernelBody): string {
    const offsets = this.#operands
      .filter(({ offset }) => offset !== "")
      .map(({ offset }, i) => `let ${offset} = ${this.number(this.#own + i)};`);
    const text = `${declarations}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = wid.y * grid.x + wid.x;
  let segment = ${main.includes("NO_SEGMENTS") ? "0u" : `wid.z * ${Math.max(Math.ceil(this.numbers.length / 4), 1)}u`};
  ${offsets.join("\n  ")}
  ${main.replace("NO_SEGMENTS", "")}
}`;
    const variables = this.#bound.map(({ name, type, wide, region, written }, i) => {
      const element = wide ? `vec4<${STORED[type]}>` : STORED[type];
      return `@group(0) @binding(${i + 1}) var<storage, ${isReadOnly(region, written) ? "read" : "read_write"}> ${name}: array<${element}>;`;
    });
    const isNative = half === "f16" || this.#bound.some(({ type }) => type === "f16");
    return [
      isNative ? "enable f16;" : "",
      "@group(0) @binding(0) var<storage, read> P: array<vec4u>;",
      ...variables,
      /\bf_[a-z_]+\(|f32_of_bits|is_nan/.test(text) ? FLOAT_FUNCTIONS : "",
      /\bto_half4?\(/.test(text) ? (isNative ? HALVES : HALVES_IN_32) : "",
      /i64_|_i64/.test(text) ? INT64_FUNCTIONS : "",
      text,
    ].join("\n");
  }

  #at(operand: number, index: string): string {
    const { bound, offset } = this.#operands[operand]!;
    const place = offset === "" ? index : `${offset} + ${index}`;
    return bound.wide ? `${bound.name}[(${place}) >> 2u][(${place}) & 3u]` : `${bound.name}[${place}]`;
  }
}

/**
 * The arena is one buffer, and a buffer that is written in a dispatch may not be bound for reading alone: whatever
 * lies there is bound for both.
 */
export function isReadOnly(region: Region, written: boolean): boolean {
  return region.fixed !== undefined && !written;
}

/** Whether an operand's offset is a number of the segment; kernels that differ in it alone are one. */
function isOffset({ region, offset }: Tensor): boolean {
  return offset !== 0 || region.isShared;
}
