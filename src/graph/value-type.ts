// What a value of a graph is: element type and shape.
import type { DType } from "../core/index.ts";
import type { Dim, Dims } from "./dim.ts";

/** Element type and shape of a value. */
export interface ValueType<D extends Dim = Dim> {
  readonly dtype: DType;
  readonly shape: Dims<D>;
}
