// Layouts of the library as kernels in WebAssembly walk them.
import type { Layout } from "../ffi/index.ts";
import type { ImageShape, WeightShape } from "./shape.ts";

const FLOAT = 4;
/** Channels that a kernel takes at a time. */
const LANES = 4;

interface Axis {
  /** Indices in a block (1: none), bytes from one to the next within and from block to block. */
  readonly block: number;
  readonly innerBytes: number;
  readonly outerBytes: number;
}

/** An axis with at most one level of blocks. */
function axisOf({ dims, strides, blocks }: Layout, axis: number): Axis | undefined {
  const own = blocks.flatMap(([dim, size], i) => (dim === axis ? [{ size, i }] : []));
  if (own.length > 1) return undefined;
  const outerBytes = strides[axis]! * FLOAT;
  const [found] = own;
  if (found === undefined) return { block: 1, innerBytes: 0, outerBytes };
  if (dims[axis]! % found.size !== 0) return undefined;
  const inner = blocks.slice(found.i + 1).reduce((product, [, size]) => product * size, 1);
  return { block: found.size, innerBytes: inner * FLOAT, outerBytes };
}

/** An axis whose indices lie side by side, all of them or in blocks that whole vectors fill. */
function sideBySide(layout: Layout, axis: number): { block: number; blockBytes: number } | undefined {
  const found = axisOf(layout, axis);
  const size = layout.dims[axis]!;
  if (found === undefined || size % LANES !== 0) return undefined;
  const { block, innerBytes, outerBytes } = found;
  if (block > 1)
    return innerBytes === FLOAT && block % LANES === 0 ? { block, blockBytes: outerBytes } : undefined;
  return outerBytes === FLOAT ? { block: size, blockBytes: size * FLOAT } : undefined;
}

const isPlain = ({ type, format, offset }: Layout): boolean =>
  type === "f32" && format === "blocked" && offset === 0;

/** An image [N, C, H, W] as kernels walk it; undefined where its channels do not lie side by side. */
export function imageShapeOf(layout: Layout): ImageShape | undefined {
  const [, channels, height, width] = layout.dims as [number, number, number, number];
  const along = isPlain(layout) ? sideBySide(layout, 1) : undefined;
  const axes = [0, 2, 3].map((axis) => axisOf(layout, axis));
  if (along === undefined || axes.some((axis) => axis?.block !== 1)) return undefined;
  const [imageBytes, rowBytes, columnBytes] = axes.map((axis) => axis!.outerBytes);
  return {
    ...{ channels, height, width, ...along },
    imageBytes: imageBytes!,
    rowBytes: rowBytes!,
    columnBytes: columnBytes!,
  };
}

/** Weights [O, C, 3, 3] as kernels walk them; undefined where output channels do not lie side by side. */
export function weightShapeOf(layout: Layout): WeightShape | undefined {
  const along = isPlain(layout) ? sideBySide(layout, 0) : undefined;
  const [inputs, rows, columns] = [1, 2, 3].map((axis) => axisOf(layout, axis));
  if (along === undefined || inputs === undefined || rows?.block !== 1 || columns?.block !== 1)
    return undefined;
  return {
    ...along,
    rowBytes: rows.outerBytes,
    columnBytes: columns.outerBytes,
    inner: inputs.block,
    innerBytes: inputs.innerBytes,
    outerBytes: inputs.outerBytes,
  };
}
