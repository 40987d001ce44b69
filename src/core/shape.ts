// Shapes: sizes of a tensor's dimensions, row-major, outermost first.

/** Sizes of the dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements; 1 for a scalar (`[]`). */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A dimension by its size, or by a name where that is not known. */
type Named = number | string;

/** Equal rank and equal sizes; nothing is broadcast. */
export function sameShape(a: readonly Named[], b: readonly Named[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/**
 * The shape two shapes broadcast to under NumPy's rule (align right; a dimension of 1 stretches),
 * or `undefined` where they do not fit.
 */
export function broadcastShapes<D extends Named>(
  a: readonly (D | 1)[],
  b: readonly (D | 1)[],
): (D | 1)[] | undefined {
  const rank = Math.max(a.length, b.length);
  const result = new Array<D | 1>(rank);
  for (let i = 1; i <= rank; i++) {
    const p = a[a.length - i] ?? 1;
    const q = b[b.length - i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) return undefined;
    result[rank - i] = p === 1 ? q : p;
  }
  return result;
}

/** As messages name a shape: `[32, 3, 224, 224]`. */
export function formatShape(shape: readonly Named[]): string {
  return `[${shape.join(", ")}]`;
}
