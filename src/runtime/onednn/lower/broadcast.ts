// Large tensors combined with one that is broadcast to them: a value per channel, per sample, per row.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { ARG, type BinaryAlgorithm, type Layout, type Primitive } from "../ffi/index.ts";
import { ELEMENT_BYTES } from "../plan/element-type.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** Runs of the primitive for one tensor that are better than a loop over its elements. */
const MOST_PARTS = 256;

const COMMUTES: ReadonlySet<BinaryAlgorithm> = new Set<BinaryAlgorithm>(["add", "mul", "max", "min"]);

/** Adds a step that computes the node, unless no primitive does: then it gives false. */
export function lowerBroadcast(planner: Planner, node: BoundNode, algorithm: BinaryAlgorithm): boolean {
  const [a, b] = node.inputs as readonly [BoundValue, BoundValue];
  const y = node.outputs[0]!;
  const size = sizeOf(y.shape);
  const [full, other] = sizeOf(a.shape) === size ? [a, b] : [b, a];
  if (y.dtype !== "float32" || sizeOf(full.shape) !== size) return false;
  if (full === b && !COMMUTES.has(algorithm)) return false;
  const otherShape = [...new Array<number>(y.shape.length - other.shape.length).fill(1), ...other.shape];
  const source = denseOf(planner, full, otherShape);
  const axes = memoryAxes(source.layout!);
  const operand = inMemoryOrder(planner, other, otherShape, source.layout!);
  const plan = partsOf(
    planner,
    algorithm,
    collapsed(axes.map(({ axis, size: length }) => ({ length, isKept: otherShape[axis]! > 1 }))),
    source.type === "bf16" ? "bf16" : "f32",
  );
  if (plan === undefined) return false;
  const target = planner.produce(y, source.layout!);
  addParts(planner, plan, `${node.op} of [${full.shape.join(", ")}] [${other.shape.join(", ")}]`, {
    source,
    operand,
    target,
  });
  return true;
}

/** The value as it is held if its elements lie without gaps and as the other's can lie too, else row by row. */
function denseOf(planner: Planner, value: BoundValue, otherShape: readonly number[]): Tensor {
  const held = planner.readable(value);
  const { order, layout } = held;
  const isKnown = layout?.format === "blocked" && layout.dims.join() === value.shape.join();
  const fits = isKnown && !order.startsWith("padded") && !isInterleaved(layout, otherShape);
  return fits ? held : planner.rowMajor(value, held.type);
}

/** Whether another axis of the operand comes between the blocks of an axis and what is in them. */
function isInterleaved(layout: Layout, otherShape: readonly number[]): boolean {
  const kept = memoryAxes(layout).filter(({ axis }) => otherShape[axis]! > 1);
  const changes = kept.filter(({ axis }, i) => i === 0 || kept[i - 1]!.axis !== axis);
  return changes.length > new Set(kept.map(({ axis }) => axis)).size;
}

/** The axes of a dense layout from the slowest to the quickest; a blocked one appears more than once. */
function memoryAxes({ dims, strides, blocks }: Layout): { readonly axis: number; readonly size: number }[] {
  const inner = blocks.map(([axis, size]) => ({ axis, size }));
  const outer = dims.map((dim, axis) => ({
    axis,
    size: dim / blocks.reduce((size, [blocked, block]) => (blocked === axis ? size * block : size), 1),
  }));
  return [...outer.sort((a, b) => strides[b.axis]! - strides[a.axis]! || a.axis - b.axis), ...inner];
}

/** The operand row by row, its axes in the order in which they come in `layout`. */
function inMemoryOrder(
  planner: Planner,
  value: BoundValue,
  shape: readonly number[],
  layout: Layout,
): Tensor {
  const order = [...new Set(memoryAxes(layout).map(({ axis }) => axis))].filter((axis) => shape[axis]! > 1);
  const rows = planner.alignedRows(value);
  if (order.every((axis, i) => i === 0 || order[i - 1]! < axis)) return rows;
  const { engine } = planner;
  const strides = new Array<number>(shape.length).fill(1);
  let stride = 1;
  for (const axis of [...order].reverse()) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  const from = planner.view(rows, shape, engine.layout("f32", shape));
  return planner.reorder(from, engine.layout("f32", shape, strides), `%${value.id}`);
}

/** Neighbouring axes along which the other operand is kept, or repeated. */
interface Run {
  readonly length: number;
  readonly isKept: boolean;
}

/** Axes of one kind that follow each other, as one. */
function collapsed(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (run.length === 1) continue;
    if (last?.isKept === run.isKept) result[result.length - 1] = { ...run, length: last.length * run.length };
    else result.push(run);
  }
  return result;
}

/** A primitive for a part of the tensors, and where the parts begin, in elements. */
interface Parts {
  readonly primitive: Primitive;
  readonly layouts: { readonly full: Layout; readonly other: Layout };
  readonly begins: readonly { readonly full: number; readonly other: number }[];
}

/** The primitive for all at once or, where there is none, for each index of the first axis in turn. */
function partsOf(
  planner: Planner,
  algorithm: BinaryAlgorithm,
  runs: readonly Run[],
  type: "f32" | "bf16",
): Parts | undefined {
  const { engine } = planner;
  const full = engine.layout(type, runs.length === 0 ? [1] : runs.map(({ length }) => length));
  const other = engine.layout(
    "f32",
    runs.length === 0 ? [1] : runs.map(({ length, isKept }) => (isKept ? length : 1)),
  );
  const primitive = planner.fastPrimitive({ kind: "binary", algorithm, src0: full, src1: other, dst: full });
  if (primitive !== undefined) {
    return { primitive, layouts: { full, other }, begins: [{ full: 0, other: 0 }] };
  }
  const [first, ...rest] = runs;
  if (first === undefined || rest.length === 0 || first.length > MOST_PARTS) return undefined;
  const parts = partsOf(planner, algorithm, rest, type);
  if (parts === undefined || first.length * parts.begins.length > MOST_PARTS) return undefined;
  const sizes = {
    full: rest.reduce((size, { length }) => size * length, 1),
    other: rest.reduce((size, { length, isKept }) => (isKept ? size * length : size), 1),
  };
  const begins = Array.from({ length: first.length }, (_, i) =>
    parts.begins.map((begin) => ({
      full: begin.full + i * sizes.full,
      other: begin.other + (first.isKept ? i * sizes.other : 0),
    })),
  );
  return { ...parts, begins: begins.flat() };
}

function addParts(
  planner: Planner,
  { primitive, layouts, begins }: Parts,
  label: string,
  { source, operand, target }: Readonly<Record<"source" | "operand" | "target", Tensor>>,
): void {
  const { engine } = planner;
  const at = ({ byteOffset, region, type }: Tensor, begin: number) => ({
    region,
    byteOffset: byteOffset + begin * ELEMENT_BYTES[type],
  });
  const isInPlace = source.byteOffset === target.byteOffset && operand.region !== source.region;
  planner.addStep({
    work: "elementwise",
    label,
    implementation: primitive.implementation,
    reads: [source.region, operand.region],
    writes: [target.region],
    inPlace: isInPlace ? [[target.region, source.region]] : [],
    bind: (memory) => {
      const runs = begins.map((begin) =>
        engine.pack([
          [ARG.src, engine.memory(layouts.full, memory.addressOf(at(source, begin.full)))],
          [ARG.src1, engine.memory(layouts.other, memory.addressOf(at(operand, begin.other)))],
          [ARG.dst, engine.memory(layouts.full, memory.addressOf(at(target, begin.full)))],
        ]),
      );
      return () => {
        for (const args of runs) engine.execute(primitive.handle, args, () => label);
      };
    },
  });
}
