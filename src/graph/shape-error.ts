// What shape inference throws; the graph adds op, operands and module path.

/** Operands that do not fit an op, in words that need neither its name nor its place. */
export class ShapeError extends Error {}

/** @throws ShapeError with `message` unless `condition` holds. */
export function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ShapeError(message);
}
