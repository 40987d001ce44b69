// Images [N, C, H, W]: the layouts that kernels work on.
import type { Shape } from "../../../core/index.ts";
import type { BoundProgram, BoundValue } from "../../../graph/index.ts";
import type { DnnlType, Engine, Layout } from "../ffi/index.ts";
import type { Planner } from "./planner.ts";
import { ROW_MAJOR, type Tensor } from "./tensor.ts";

/** How the images of a program lie: the channels of a place in blocks, as kernels like it most, or all side by side. */
export type ImageFormat = "blocked" | "channels last";

/**
 * Channels last where the channels of an image leave a block unfilled, which elementwise primitives cannot walk, or
 * where layer norms take all channels of a place.
 */
export function imageFormatOf(engine: Engine, program: BoundProgram): ImageFormat {
  const block = blockedImage(engine, "f32", [1, 64, 8, 8])?.blocks[0]?.[1] ?? 1;
  const needsLast = program.nodes.some(
    ({ op, outputs }) => op === "layerNorm" || (op === "conv2d" && outputs[0]!.shape[1]! % block !== 0),
  );
  return needsLast ? "channels last" : "blocked";
}

/** The layout of an operand of a convolution: the format's own, or up to the library. */
export function convolutionImage(engine: Engine, format: ImageFormat, type: DnnlType, shape: Shape): Layout {
  return format === "blocked" ? engine.layout(type, shape, "any") : channelsLast(engine, type, shape);
}

/** The layout that kernels like for an image of activations. */
export function preferredImage({ engine, activation, images }: Planner, shape: Shape): Layout {
  if (images === "channels last") return channelsLast(engine, activation, shape);
  return blockedImage(engine, activation, shape) ?? engine.layout(activation, shape);
}

function blockedImage(engine: Engine, type: DnnlType, shape: Shape): Layout | undefined {
  const any = engine.layout(type, shape, "any");
  const primitive = engine.tryPrimitive({
    kind: "convolutionForward",
    training: true,
    algorithm: "direct",
    src: any,
    weights: engine.layout(type, [shape[1]!, shape[1]!, 1, 1], "any"),
    dst: any,
    strides: [1, 1],
    dilation: [0, 0],
    paddingBegin: [0, 0],
    paddingEnd: [0, 0],
  });
  return primitive?.layout("src");
}

/** The layout with the channels of a place side by side. */
export function channelsLast(engine: Engine, type: DnnlType, shape: Shape): Layout {
  const [, channels, height, width] = shape as readonly [number, number, number, number];
  return engine.layout(type, shape, [channels * height * width, 1, width * channels, channels]);
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
