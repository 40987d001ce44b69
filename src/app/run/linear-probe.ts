// A linear probe: the classifier trained alone on features that are computed once and kept with the run.
import { existsSync } from "node:fs";
import { ClassifierTrainingError, type HostTensor, sizeOf } from "../../core/index.ts";
import { type DataModule, fingerprint } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import { Backbone, type StateDict } from "../../nn/index.ts";
import {
  computeFeatures,
  FeatureDataModule,
  type Features,
  hashContent,
  loadCheckpoint,
  onFeatures,
  type Stage,
  saveCheckpoint,
  separable,
  type TrainableModel,
  type Trainer,
} from "../../train/index.ts";
import type { Notify } from "./notices.ts";
import { rememberedSamples } from "./remembered-samples.ts";
import type { RunFolder } from "./run-folder.ts";

/** The parts of a run whose classifier is trained alone. */
export interface LinearProbeRequest {
  readonly model: BaseClassificationModel;
  readonly data: DataModule;
  readonly trainer: Trainer;
  readonly folder: RunFolder;
  readonly notify: Notify;
  readonly signal: AbortSignal | undefined;
  /** Whether this process writes what is kept. */
  readonly isMain: boolean;
}

/** What the trainer works with instead of pictures and the whole model. */
export interface LinearProbe {
  readonly model: TrainableModel;
  readonly data: FeatureDataModule;
}

/** Features of a split that take more are computed again when the run is resumed. */
const MOST_BYTES_KEPT = 256e6;
/** Milliseconds between two lines of progress. */
const REPORT_EVERY = 10_000;

/**
 * A model and data for training the classifier alone. Features are computed when they are first needed, with the
 * weights that the trainer then has and the transforms of evaluation.
 * @throws ClassifierTrainingError kind "usage": `NO_CLASSIFIER`, `FEATURES_AUGMENTED`
 */
export function linearProbe(request: LinearProbeRequest): LinearProbe {
  const { model, data } = request;
  const probe = onFeatures(model);
  refuseAugmentation(data);
  const compute = async (stage: Stage): Promise<Features | undefined> => {
    const found = await features(request, probe, stage);
    if (stage === "train" && found !== undefined && model.options.head === "knn") {
      const engine = await request.trainer.open(probe);
      await engine.writeWeights(rememberedSamples(found, data.splits.train));
    }
    return found;
  };
  return { model: probe, data: new FeatureDataModule(data, compute) };
}

/** @throws ClassifierTrainingError kind "usage" `FEATURES_AUGMENTED` where training pictures are to be changed at random. */
function refuseAugmentation({ options }: DataModule): void {
  const { trainTransforms, valTransforms, batchTransforms } = options;
  const same = JSON.stringify(trainTransforms?.describe()) === JSON.stringify(valTransforms?.describe());
  const given =
    trainTransforms !== undefined && !same
      ? "transforms.train_transforms"
      : batchTransforms.length > 0
        ? "data.batch_transforms"
        : undefined;
  if (given === undefined) return;
  const message = "is given, but features that are computed once know no augmentation";
  throw new ClassifierTrainingError("usage", "FEATURES_AUGMENTED", message, {
    where: given,
    hint: "set transforms.train_transforms=null and data.batch_transforms=[], or train with fine_tuning=head",
  });
}

/** The features of a split: those of the run's folder where they are the same, else computed. */
async function features(
  request: LinearProbeRequest,
  probe: TrainableModel,
  stage: Stage,
): Promise<Features | undefined> {
  const { model, data, trainer, folder, notify, signal, isMain } = request;
  const engine = await trainer.open(probe);
  const path = folder.featuresFile(stage);
  const key = await keyOf(request, await engine.readWeights(), stage, engine.session);
  const kept = await keptFeatures(path, key);
  if (kept !== undefined) {
    notify("INFO", `features: ${stage}, ${kept.indices.data.length} pictures from ${path}`);
    return kept;
  }
  const count = data.splits[stage]!.labels.length;
  const started = performance.now();
  let reported = started;
  // The test follows the fit, which is all that an interruption ends.
  const interrupted = (): boolean => stage !== "test" && signal?.aborted === true;
  const computed = await computeFeatures(
    model,
    engine,
    data.evaluationLoader(stage, { reuseMemory: true })!,
    (done) => {
      if (performance.now() - reported > REPORT_EVERY) {
        reported = performance.now();
        notify("INFO", `features: ${stage}, ${done} of ${count} pictures`);
      }
      return !interrupted();
    },
  );
  if (computed === undefined) return undefined;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  notify("INFO", `features: ${stage}, ${count} pictures in ${seconds} s`);
  const { values, indices } = computed;
  if (isMain && sizeOf(values.shape) * Float32Array.BYTES_PER_ELEMENT <= MOST_BYTES_KEPT) {
    const tensors = new Map<string, HostTensor>([
      ["values", values],
      ["indices", indices],
    ]);
    await saveCheckpoint(path, { kind: "features", tensors, state: { key } });
  }
  return computed;
}

/** Everything that features depend on, as one hash. */
async function keyOf(
  { model, data }: LinearProbeRequest,
  weights: StateDict,
  stage: Stage,
  { runtime, precision }: { readonly runtime: string; readonly precision: string },
): Promise<string> {
  const { imageSize, batchSize, valTransforms, testTransforms, pictureFormat } = data.options;
  const transforms = [valTransforms, testTransforms].map((transform) => transform?.describe() ?? null);
  const pictures = [imageSize, pictureFormat, transforms, await fingerprint(data.splits[stage]!)];
  const rest = [runtime, precision, batchSize, ...pictures];
  const backbone = new Backbone(separable(model.network));
  const names = Array.from(backbone.namedState(), ([name]) => name);
  return hashContent(
    "features",
    JSON.stringify(rest),
    new Map(names.map((name) => [name, weights.get(name)!])),
  );
}

async function keptFeatures(path: string, key: string): Promise<Features | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const { tensors, state } = await loadCheckpoint(path);
    if ((state as { key: string }).key !== key) return undefined;
    return { values: tensors.get("values"), indices: tensors.get("indices") } as Features;
  } catch {
    // A damaged file is replaced.
    return undefined;
  }
}
