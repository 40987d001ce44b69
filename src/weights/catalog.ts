// torchvision's ImageNet weights for the architectures that we have: one row each, facts only.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import { IMAGENET_CLASSES } from "./imagenet-classes.ts";

/** How images must be prepared for a set of weights; what the weights were evaluated with. */
export interface WeightsPreprocessing {
  /** Pixels of the shorter side after resizing. */
  readonly resizeSize: number;
  /** Pixels of both sides of the centre crop. */
  readonly cropSize: number;
  readonly interpolation: "bilinear";
  /** Mean and standard deviation of the channels red, green and blue, of values in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** One published file of weights: where it is, how to know it, and what pictures it expects. */
export interface WeightsEntry {
  readonly architecture: string;
  /** torchvision's name: V1 is the paper's recipe, V2 the newer one of 2021. */
  readonly name: "IMAGENET1K_V1" | "IMAGENET1K_V2";
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
}

const HOST = "https://download.pytorch.org/models/";

/** [architecture, V1 or V2, hash, MiB, parameters, top-1, top-5, resize]; torchvision 0.29's models/resnet.py. */
const ROWS: readonly (readonly [string, 1 | 2, string, number, number, number, number, number])[] = [
  ["resnet18", 1, "f37072fd", 44.661, 11_689_512, 69.758, 89.078, 256],
  ["resnet34", 1, "b627a593", 83.275, 21_797_672, 73.314, 91.42, 256],
  ["resnet50", 1, "0676ba61", 97.781, 25_557_032, 76.13, 92.862, 256],
  ["resnet50", 2, "11ad3fa6", 97.79, 25_557_032, 80.858, 95.434, 232],
  ["resnet101", 1, "63fe2227", 170.511, 44_549_160, 77.374, 93.546, 256],
  ["resnet101", 2, "cd907fc2", 170.53, 44_549_160, 81.886, 95.78, 232],
  ["resnet152", 1, "394f9c45", 230.434, 60_192_808, 78.312, 94.046, 256],
  ["resnet152", 2, "f82ba261", 230.474, 60_192_808, 82.284, 96.002, 232],
  ["resnext50_32x4d", 1, "7cdf4587", 95.789, 25_028_904, 77.618, 93.698, 256],
  ["resnext50_32x4d", 2, "1a0047aa", 95.833, 25_028_904, 81.198, 95.34, 232],
  ["resnext101_32x8d", 1, "8ba56ff5", 339.586, 88_791_336, 79.312, 94.526, 256],
  ["resnext101_32x8d", 2, "110c445d", 339.673, 88_791_336, 82.834, 96.228, 232],
  ["resnext101_64x4d", 1, "173b62eb", 319.318, 83_455_272, 83.246, 96.454, 232],
  ["wide_resnet50_2", 1, "95faca4d", 131.82, 68_883_240, 78.468, 94.086, 256],
  ["wide_resnet50_2", 2, "9ba9bcbe", 263.124, 68_883_240, 81.602, 95.758, 232],
  ["wide_resnet101_2", 1, "32ee1156", 242.896, 126_886_696, 78.848, 94.284, 256],
  ["wide_resnet101_2", 2, "d733dc28", 484.747, 126_886_696, 82.51, 96.02, 232],
];

/** Every entry; of one architecture the better one comes last. */
export const WEIGHTS_CATALOG: readonly WeightsEntry[] = ROWS.map(
  ([architecture, version, hash, fileSizeMiB, parameters, accuracyTop1, accuracyTop5, resizeSize]) => {
    const fileName = `${architecture}-${hash}.pth`;
    return {
      architecture,
      name: `IMAGENET1K_V${version}`,
      fileName,
      url: HOST + fileName,
      sha256Prefix: hash,
      fileSizeMiB,
      parameters,
      accuracyTop1,
      accuracyTop5,
      preprocessing: {
        resizeSize,
        cropSize: 224,
        interpolation: "bilinear",
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
      classNames: IMAGENET_CLASSES,
    };
  },
);

/**
 * The entry that torchvision would choose: the named one, or the best one for "DEFAULT".
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
