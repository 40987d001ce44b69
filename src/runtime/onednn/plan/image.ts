// Images [N, C, H, W] in layouts that kernels work on.
import type { Shape } from "../../../core/index.ts";
import type { BoundValue } from "../../../graph/index.ts";
import type { Layout } from "../ffi/index.ts";
import { blockedImage, channelsLast } from "./image-format.ts";
import type { Planner } from "./planner.ts";
import { ROW_MAJOR, type Tensor } from "./tensor.ts";

/** The layout that kernels like for an image of activations. */
export function preferredImage({ engine, activation, images }: Planner, shape: Shape): Layout {
  if (images === "channels last") return channelsLast(engine, activation, shape);
  return blockedImage(engine, activation, shape) ?? engine.layout(activation, shape);
}

/** Whether an image lies with the channels of a place side by side, and not row by row as well. */
export function isChannelsLast({ order, layout, shape }: Tensor, { engine }: Planner): boolean {
  if (shape.length !== 4 || order === ROW_MAJOR || layout === undefined) return false;
  return layout.key === channelsLast(engine, layout.type, shape).key;
}

/** Whether an image lies in blocks of channels, without gaps. */
export function isBlockedByChannels({ order, layout, shape }: Tensor): boolean {
  if (shape.length !== 4 || layout === undefined || order.startsWith("padded")) return false;
  return layout.blocks.length > 0 && layout.blocks.every(([axis]) => axis === 1);
}

/** A float image as it is held, if that is a layout that kernels work on; else in one that they do. */
export function imageOf(planner: Planner, x: BoundValue): Tensor {
  const held = planner.readable(x);
  if (held.type !== "f32" && held.type !== "bf16") return planner.rowMajor(x, "f32");
  if (held.order === ROW_MAJOR || isBlockedByChannels(held) || isChannelsLast(held, planner)) return held;
  return planner.inLayout(x, preferredImage(planner, x.shape));
}
