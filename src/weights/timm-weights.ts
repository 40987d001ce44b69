// The weights to prefer of networks that timm has and torchvision has not: where they are, and which pictures they expect.
import type { WeightsPreprocessing } from "./catalog.ts";

/** A file of weights in a repository of the Hugging Face Hub. */
export interface TimmWeights {
  /** Owner and name. */
  readonly repository: string;
  readonly preprocessing: WeightsPreprocessing;
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
const CLIP = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;

type Normalization = Pick<WeightsPreprocessing, "mean" | "std">;

function weights(
  file: string,
  resizeSize: number,
  cropSize: number,
  normalization: Normalization,
): TimmWeights {
  const preprocessing = { resizeSize, cropSize, interpolation: "bicubic", ...normalization } as const;
  return { repository: `timm/${file}`, preprocessing };
}

const dinov2 = (name: string): [string, TimmWeights] => [
  name,
  weights(`${name}.lvd142m`, 518, 518, IMAGENET),
];

const ROWS: ReadonlyMap<string, TimmWeights> = new Map([
  dinov2("vit_small_patch14_dinov2"),
  dinov2("vit_base_patch14_dinov2"),
  dinov2("vit_large_patch14_dinov2"),
  dinov2("vit_giant_patch14_dinov2"),
  dinov2("vit_small_patch14_reg4_dinov2"),
  dinov2("vit_base_patch14_reg4_dinov2"),
  dinov2("vit_large_patch14_reg4_dinov2"),
  dinov2("vit_giant_patch14_reg4_dinov2"),
  ["vit_base_patch32_clip_224", weights("vit_base_patch32_clip_224.laion2b", 248, 224, CLIP)],
  ["vit_base_patch16_clip_224", weights("vit_base_patch16_clip_224.laion2b", 224, 224, CLIP)],
  ["vit_large_patch14_clip_224", weights("vit_large_patch14_clip_224.laion2b", 224, 224, HALF)],
  // One file for both activations: which it was trained with is not in it.
  ["vit_base_patch32_clip_quickgelu_224", weights("vit_base_patch32_clip_224.openai", 248, 224, CLIP)],
  ["vit_base_patch16_clip_quickgelu_224", weights("vit_base_patch16_clip_224.openai", 248, 224, CLIP)],
  ["vit_large_patch14_clip_quickgelu_224", weights("vit_large_patch14_clip_224.openai", 224, 224, CLIP)],
]);

/** timm's weights to prefer of an architecture with timm's name; undefined for another one. */
export function findTimmWeights(architecture: string): TimmWeights | undefined {
  return ROWS.get(architecture);
}
