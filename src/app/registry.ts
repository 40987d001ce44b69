// The built-in components by the names that `_target_` gives; each is imported when a configuration uses it.
import type * as z from "zod";
import { type Buildable, type ComponentRegistry, componentRegistry } from "../config/index.ts";
import { parseOptions } from "../core/index.ts";
import { METRIC_SCHEMAS } from "./metric-schemas.ts";

type Load = () => Promise<Buildable>;

/** Components of one module, by name. */
function from<M>(load: () => Promise<M>, names: readonly (keyof M & string)[]): [string, Load][] {
  return names.map((name) => [name, async () => (await load())[name] as Buildable]);
}

/** Of a class that knows nothing of its schema: built with the defaults that stand there. */
async function withDefaults(name: string, load: Load, schema: z.ZodType): Promise<Buildable> {
  const Target = (await load()) as new (options: unknown) => unknown;
  return (options: unknown) => new Target(parseOptions(name, schema, options));
}

const BUILT_INS: Readonly<Record<string, readonly [string, Load][]>> = {
  model: from(
    () => import("../models/index.ts"),
    [
      "ClassificationModel",
      "ResNet18ClassificationModel",
      "ResNet34ClassificationModel",
      "ResNet50ClassificationModel",
      "ResNetClassificationModel",
    ],
  ),
  data: from(
    () => import("../data/index.ts"),
    ["COCODataModule", "CSVDataModule", "ImageFolderDataModule", "JSONLDataModule", "KnownDataModule"],
  ),
  transforms: from(
    () => import("../transforms/index.ts"),
    [
      "AugMix",
      "AutoAugment",
      "BilinearDownscale",
      "CenterCrop",
      "ColorJitter",
      "Compose",
      "CutMix",
      "GaussianBlur",
      "GaussianNoise",
      "Grayscale",
      "JPEGCompression",
      "Letterbox",
      "MixUp",
      "Normalize",
      "Pad",
      "Pixelate",
      "RandAugment",
      "RandomAffine",
      "RandomApply",
      "RandomChoice",
      "RandomCrop",
      "RandomErasing",
      "RandomGrayscale",
      "RandomHorizontalFlip",
      "RandomOrder",
      "RandomPerspective",
      "RandomResizedCrop",
      "RandomRotation",
      "RandomVerticalFlip",
      "Resize",
      "ToDtype",
      "ToImage",
      "ToTensor",
      "TrivialAugmentWide",
      "ZoomIn",
      "ZoomOut",
    ],
  ),
  metrics: from(
    () => import("../metrics/index.ts"),
    Object.keys(METRIC_SCHEMAS) as (keyof typeof import("../metrics/index.ts") & string)[],
  ),
  optimizer: from(
    () => import("../optim/index.ts"),
    ["Adagrad", "Adam", "AdamW", "NAdam", "RAdam", "RMSprop", "SGD"],
  ),
  scheduler: from(
    () => import("../optim/index.ts"),
    [
      "ChainedScheduler",
      "ConstantLR",
      "CosineAnnealingLR",
      "CosineAnnealingWarmRestarts",
      "CyclicLR",
      "ExponentialLR",
      "LinearLR",
      "MultiStepLR",
      "OneCycleLR",
      "PolynomialLR",
      "ReduceLROnPlateau",
      "SequentialLR",
      "StepLR",
      "WarmupCosine",
    ],
  ),
  logger: from(
    () => import("../loggers/index.ts"),
    ["CSVLogger", "ConsoleLogger", "JSONLinesLogger", "MLflowLogger", "TensorBoardLogger", "WandbLogger"],
  ),
  callbacks: from(
    () => import("../callbacks/index.ts"),
    [
      "ConfusionMatrix",
      "DatasetStatistics",
      "EMA",
      "EarlyStopping",
      "GradientNorm",
      "LearningRateMonitor",
      "ModelCheckpoint",
      "ModelSummary",
      "NonFiniteGuard",
      "OnnxExport",
      "ProgressLine",
      "RunReport",
      "SampleVisualization",
      "SamplerDistribution",
      "StochasticWeightAveraging",
      "Timer",
      "TopLosses",
      "TrainingHistory",
    ],
  ),
};

/** Everything that a configuration may name: the built-in components beside those that `register` was called with. */
export function allComponents(): ComponentRegistry {
  for (const [group, components] of Object.entries(BUILT_INS)) {
    for (const [name, load] of components) {
      const schema = METRIC_SCHEMAS[name];
      if (componentRegistry.has(name)) continue;
      if (schema === undefined) componentRegistry.registerLazy(name, load, { group });
      else componentRegistry.registerLazy(name, () => withDefaults(name, load, schema), { group, schema });
    }
  }
  return componentRegistry;
}
