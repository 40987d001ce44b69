// Copies of tensors between layouts, by way of a third where the library's own copy is wrong.
import type { Shape } from "../../../core/index.ts";
import { ARG, type Engine, formatLayout, isDense, type Layout, type Primitive } from "../ffi/index.ts";
import type { Tensor } from "./tensor.ts";

/** What a copy needs of the plan that it becomes a part of. */
interface Plan {
  readonly engine: Engine;
  allocate(shape: Shape, layout: Layout): Tensor;
  add(primitive: Primitive, step: CopyStep): void;
}

interface CopyStep {
  readonly work: "reorder";
  readonly label: string;
  readonly reads: readonly (readonly [argument: number, tensor: Tensor])[];
  readonly writes: readonly (readonly [argument: number, tensor: Tensor])[];
}

/** Copies a tensor into another of the same shape, converting layout and type. */
export function addReorder(plan: Plan, source: Tensor, target: Tensor, label: string): void {
  const stop = stopBetween(plan.engine, source.layout!, target.layout!);
  const from =
    stop === undefined || stop.key === source.layout!.key ? source : copied(plan, source, stop, label);
  addCopy(plan, from, target, label);
}

function copied(plan: Plan, source: Tensor, layout: Layout, label: string): Tensor {
  const target = plan.allocate(source.shape, layout);
  addCopy(plan, source, target, label);
  return target;
}

function addCopy(plan: Plan, source: Tensor, target: Tensor, label: string): void {
  const [from, to] = [source.layout!, target.layout!];
  plan.add(plan.engine.primitive({ kind: "reorder", src: from, dst: to }), {
    work: "reorder",
    label: `reorder ${label} ${formatLayout(from)} -> ${formatLayout(to)}`,
    reads: [[ARG.src, source]],
    writes: [[ARG.dst, target]],
  });
}

/** Where to stop on the way, which oneDNN 3.7 makes wrong in two cases; generation 2 makes it right. */
function stopBetween(engine: Engine, source: Layout, target: Layout): Layout | undefined {
  if (engine.library.abi.generation !== 3 || isDense(target)) return undefined;
  // Between places that lie alike it copies as many elements as there are, what is in the gaps among them.
  if (isPlaced(source, target)) return engine.layout(target.type, target.dims);
  return unblocked(engine, target);
}

function isPlaced(source: Layout, target: Layout): boolean {
  return `${source.strides};${source.blocks}` === `${target.strides};${target.blocks}`;
}

/**
 * On the way to weights in blocks that their channels do not fill: some are left out and the gaps not cleared, unless the
 * axes lie in the order of the blocks, those without blocks first. Axes of one entry keep a place in it by a gap.
 */
function unblocked(engine: Engine, { dims, blocks, type }: Layout): Layout | undefined {
  const blocked = new Set(blocks.map(([axis]) => axis));
  const isImage = dims.length === 4 && !blocked.has(0);
  if (blocked.size === 0 || isImage) return undefined;
  const axes = dims.map((_, axis) => axis);
  const inward = [
    ...axes.filter((axis) => blocked.has(axis)),
    ...axes.filter((axis) => !blocked.has(axis)).reverse(),
  ];
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (const axis of inward) {
    strides[axis] = stride;
    stride *= Math.max(dims[axis]!, 2);
  }
  return engine.layout(type, dims, strides);
}
