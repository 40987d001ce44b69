// A picture inside an ONNX graph: the value that holds it, and its size, which is known when the model runs.

import type { Emitter } from "../../onnx/index.ts";
import { onnxType } from "../../onnx/index.ts";

/** A number in the graph: a vector of one int64. */
export type Whole = string;

/** Pictures of one size, levels 0 to 255. */
export interface PictureValue {
  /** `rows`: uint8 [N, H, W, 3], as they come. `planes`: float32 [N, 3, H, W]. */
  readonly layout: "rows" | "planes";
  readonly name: string;
  readonly height: Whole;
  readonly width: Whole;
}

/** The picture as float32 planes. */
export function planesOf(emit: Emitter, { layout, name }: PictureValue): string {
  return layout === "planes" ? name : toFloat(emit, emit.transpose(name, [0, 3, 1, 2]));
}

/** The value in float32. */
export function toFloat(emit: Emitter, name: string): string {
  return emit.node("Cast", [name], { to: onnxType("float32") });
}

/** The value in int64, its fraction cut off. */
export function toWhole(emit: Emitter, name: string): Whole {
  return emit.node("Cast", [name], { to: onnxType("int64") });
}
