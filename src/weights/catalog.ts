// torchvision's ImageNet weights for the architectures that we have: one row each, facts only.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import { IMAGENET_CLASSES } from "./imagenet-classes.ts";
import { IMAGENET_WEIGHTS, type ImageNetWeights } from "./imagenet-weights.ts";

/** How images must be prepared for a set of weights; what the weights were evaluated with. */
export interface WeightsPreprocessing {
  /** Pixels of the shorter side after resizing. */
  readonly resizeSize: number;
  /** Pixels of both sides of the centre crop. */
  readonly cropSize: number;
  readonly interpolation: ImageNetWeights["interpolation"];
  /** Mean and standard deviation of the channels red, green and blue, of values in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** One published file of weights: where it is, how to know it, and what pictures it expects. */
export interface WeightsEntry {
  readonly architecture: string;
  /** torchvision's name: V1 is the paper's recipe, V2 the newer one of 2021, SWAG's come from hashtags. */
  readonly name: `IMAGENET1K_${ImageNetWeights["version"]}`;
  readonly fileName: string;
  readonly url: string;
  /** The first digits of the file's SHA-256, which are part of its name. */
  readonly sha256Prefix: string;
  readonly fileSizeMiB: number;
  readonly parameters: number;
  /** Accuracy on ImageNet's validation set in percent. */
  readonly accuracyTop1: number;
  readonly accuracyTop5: number;
  readonly preprocessing: WeightsPreprocessing;
  readonly classNames: readonly string[];
  /** Where the terms of use stand, if they are narrower than torchvision's. */
  readonly license?: string;
}

const HOST = "https://download.pytorch.org/models/";

const SWAG_LICENSE = "https://github.com/facebookresearch/SWAG/blob/main/LICENSE";

const NORMALIZATIONS = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} as const;

/** Every entry; of one architecture the one to prefer comes last. */
export const WEIGHTS_CATALOG: readonly WeightsEntry[] = IMAGENET_WEIGHTS.map(
  ({ version, file, resizeSize, cropSize, interpolation, normalization, ...facts }) => ({
    ...facts,
    name: `IMAGENET1K_${version}`,
    fileName: `${file}.pth`,
    url: `${HOST}${file}.pth`,
    sha256Prefix: file.slice(file.lastIndexOf("-") + 1),
    preprocessing: { resizeSize, cropSize, interpolation, ...NORMALIZATIONS[normalization] },
    classNames: IMAGENET_CLASSES,
    ...(version.startsWith("SWAG") ? { license: SWAG_LICENSE } : {}),
  }),
);

/**
 * The entry that torchvision would choose: the named one, or the one to prefer for "DEFAULT".
 * @throws ClassifierTrainingError `WEIGHTS_UNKNOWN` where the architecture has no such entry.
 */
export function findWeights(architecture: string, name = "DEFAULT"): WeightsEntry {
  const entries = WEIGHTS_CATALOG.filter((entry) => entry.architecture === architecture);
  const entry = name === "DEFAULT" ? entries.at(-1) : entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = ["DEFAULT", ...entries.map((candidate) => candidate.name)];
  throw entries.length === 0
    ? new ClassifierTrainingError(
        "usage",
        "WEIGHTS_UNKNOWN",
        `there are no pretrained weights for "${architecture}"`,
        {
          hint: didYouMean(architecture, [...new Set(WEIGHTS_CATALOG.map((row) => row.architecture))]),
        },
      )
    : new ClassifierTrainingError(
        "usage",
        "WEIGHTS_UNKNOWN",
        `${architecture} has no weights named "${name}"`,
        {
          hint: didYouMean(name, names),
        },
      );
}
