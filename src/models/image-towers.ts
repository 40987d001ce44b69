// Vision transformers trained without labels: DINOv2 (Oquab et al., 2023; registers: Darcet et al., 2023) and CLIP's image
// towers (Radford et al., 2021), with timm's names, for features.
import type { Family, NetworkOptions } from "./family.ts";
import { VisionTransformer, type VisionTransformerOptions } from "./vision-transformer.ts";

type Size = Omit<VisionTransformerOptions, "imageSize" | "numClasses">;

const row =
  (size: Size, published: number) =>
  ({
    numClasses,
    imageSize = published,
    dropout = 0,
    stochasticDepth = 0,
  }: NetworkOptions): VisionTransformer => {
    const chosen = { numClasses, imageSize, dropout, stochasticDepth };
    return new VisionTransformer({ ...size, ...chosen, convention: "timm" });
  };

const small = { layers: 12, heads: 6, channels: 384 };
const base = { layers: 12, heads: 12, channels: 768 };
const large = { layers: 24, heads: 16, channels: 1024 };

/** As wide as timm has it: 2/3 of 4 times the channels are left of it by SwiGLU. */
const giant = { layers: 40, heads: 24, channels: 1536, activation: "swiglu", hidden: 8192 } as const;

const dinov2 = (size: typeof small | typeof giant, registers = 0): ReturnType<typeof row> =>
  row({ ...size, patchSize: 14, layerScale: 1e-5, registers, classPosition: registers === 0 }, 518);

/** timm's names; `reg4` has four registers. */
export type Dinov2Name =
  | "vit_small_patch14_dinov2"
  | "vit_base_patch14_dinov2"
  | "vit_large_patch14_dinov2"
  | "vit_giant_patch14_dinov2"
  | "vit_small_patch14_reg4_dinov2"
  | "vit_base_patch14_reg4_dinov2"
  | "vit_large_patch14_reg4_dinov2"
  | "vit_giant_patch14_reg4_dinov2";

/** DINOv2, small ones first. */
export const dinov2s: Family<Dinov2Name> = {
  vit_small_patch14_dinov2: dinov2(small),
  vit_base_patch14_dinov2: dinov2(base),
  vit_large_patch14_dinov2: dinov2(large),
  vit_giant_patch14_dinov2: dinov2(giant),
  vit_small_patch14_reg4_dinov2: dinov2(small, 4),
  vit_base_patch14_reg4_dinov2: dinov2(base, 4),
  vit_large_patch14_reg4_dinov2: dinov2(large, 4),
  vit_giant_patch14_reg4_dinov2: dinov2(giant, 4),
};

const clip = (size: typeof base, patchSize: number, activation?: "quick_gelu"): ReturnType<typeof row> =>
  row({ ...size, patchSize, activation: activation ?? "gelu", epsilon: 1e-5, preNorm: true }, 224);

/** timm's names; OpenAI's own weights were trained with `quickgelu`, LAION's and others mostly without. */
export type ClipTowerName =
  | "vit_base_patch32_clip_224"
  | "vit_base_patch16_clip_224"
  | "vit_large_patch14_clip_224"
  | "vit_base_patch32_clip_quickgelu_224"
  | "vit_base_patch16_clip_quickgelu_224"
  | "vit_large_patch14_clip_quickgelu_224";

/** CLIP's image towers, small ones first. */
export const clipTowers: Family<ClipTowerName> = {
  vit_base_patch32_clip_224: clip(base, 32),
  vit_base_patch16_clip_224: clip(base, 16),
  vit_large_patch14_clip_224: clip(large, 14),
  vit_base_patch32_clip_quickgelu_224: clip(base, 32, "quick_gelu"),
  vit_base_patch16_clip_quickgelu_224: clip(base, 16, "quick_gelu"),
  vit_large_patch14_clip_quickgelu_224: clip(large, 14, "quick_gelu"),
};
