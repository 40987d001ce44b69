// Ops each element of whose result depends on the same element of its operands alone.
import { BINARY_OPS, COMPARE_OPS, type OpName, UNARY_OPS } from "../../graph/index.ts";

/** Their operands may broadcast; `cast` and `oneHot` are not among them. */
export const ELEMENTWISE: ReadonlySet<OpName> = new Set([
  ...UNARY_OPS,
  ...BINARY_OPS,
  ...COMPARE_OPS,
  "select",
]);
