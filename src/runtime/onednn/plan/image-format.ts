// The layouts of images [N, C, H, W], and which of them a program's images have.
import type { Shape } from "../../../core/index.ts";
import type { BoundProgram } from "../../../graph/index.ts";
import type { DnnlType, Engine, Layout } from "../ffi/index.ts";

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

/** The layout with the channels of a place side by side. */
export function channelsLast(engine: Engine, type: DnnlType, shape: Shape): Layout {
  const [, channels, height, width] = shape as readonly [number, number, number, number];
  return engine.layout(type, shape, [channels * height * width, 1, width * channels, channels]);
}

/** The layout that kernels like most; undefined where there is none. */
export function blockedImage(engine: Engine, type: DnnlType, shape: Shape): Layout | undefined {
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
