// What shape inference throws; the graph adds op, operands and module path.

export class ShapeError extends Error {}

/** @throws ShapeError with `message` unless `condition` holds. */
export function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ShapeError(message);
}
