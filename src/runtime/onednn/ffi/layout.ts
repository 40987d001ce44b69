// How a tensor lies in memory, as the library told it.
import { type DnnlType, TYPE_BYTES } from "./constants.ts";

/** A memory descriptor: the struct itself (generation 2) or the address of an opaque one (generation 3). */
export type NativeLayout = Uint8Array | number;

/** What a memory descriptor says. */
export interface LayoutFacts {
  readonly type: DnnlType;
  readonly dims: readonly number[];
  readonly paddedDims: readonly number[];
  /** In elements, of the outer (unblocked) dimensions. */
  readonly strides: readonly number[];
  /** Inner blocks, outermost first: [dimension, size]. */
  readonly blocks: readonly (readonly [number, number])[];
  /** Element at which the tensor begins. */
  readonly offset: number;
  /** `any`: the library is to choose; `opaque`: not expressible by strides and blocks. */
  readonly format: "any" | "blocked" | "opaque";
}

/** A memory descriptor together with what it says. */
export interface Layout extends LayoutFacts {
  readonly native: NativeLayout;
  /** Bytes of memory it takes, padding included. */
  readonly bytes: number;
  /** Equal for layouts that are the same. */
  readonly key: string;
}

/** Text that two layouts share only when they are the same. */
export function layoutKey(facts: LayoutFacts, bytes: number): string {
  const blocks = facts.blocks.map(([dim, size]) => `${size}${"abcdefghijkl"[dim]}`).join("");
  const parts = [facts.type, facts.dims.join("x"), facts.format, facts.strides.join(","), blocks, bytes];
  return `${parts.join(":")}+${facts.offset}`;
}

/** Whether the elements fill the memory without padding. */
export function isDense(layout: Layout): boolean {
  const elements = layout.dims.reduce((size, dim) => size * dim, 1);
  return layout.format === "blocked" && layout.bytes === elements * TYPE_BYTES[layout.type];
}

/** Readable form, in the library's letters: `f32 16x64x56x56 aBcd16b`. */
export function formatLayout(layout: LayoutFacts): string {
  const { type, dims, strides, blocks, format } = layout;
  if (format !== "blocked") return `${type} ${dims.join("x")} ${format}`;
  const blocked = new Set(blocks.map(([dim]) => dim));
  const outer = dims
    .map((_, dim) => dim)
    .sort((a, b) => strides[b]! - strides[a]! || a - b)
    .map((dim) => (blocked.has(dim) ? "ABCDEFGHIJKL" : "abcdefghijkl")[dim]);
  const inner = blocks.map(([dim, size]) => `${size}${"abcdefghijkl"[dim]}`);
  return `${type} ${dims.join("x")} ${[...outer, ...inner].join("")}`;
}
