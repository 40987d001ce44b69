// Pictures as vectors: what a network computes before its classifier.
import { existsSync } from "node:fs";
import type { ComponentRegistry } from "../../config/index.ts";
import { ClassifierTrainingError, hostTensor, RandomStream } from "../../core/index.ts";
import { isImage, readImage } from "../../image/index.ts";
import { featureBatches, Trainer } from "../../train/index.ts";
import { describePreprocessing, type Transform } from "../../transforms/index.ts";
import { composeRun } from "../run/configuration.ts";
import type { Notify } from "../run/notices.ts";
import { loadPretrained } from "../run/pretrained.ts";
import { RunParts } from "../run/run-parts.ts";
import { readSettings, validateRun } from "../run/settings.ts";
import { runtimeOf } from "../runtimes.ts";
import { findPictures } from "./predict.ts";
import { type TrainedNetwork, trainedNetwork } from "./trained-network.ts";

/** The network, its weights, and the pictures. */
export interface EmbedRequest {
  /** The name of an architecture, with its published weights, or the folder of a run or a checkpoint in one. */
  readonly model: string;
  /** Pictures, and folders that are searched for pictures. */
  readonly pictures: readonly string[];
  /** Settings that differ from an architecture's defaults or the run's. */
  readonly overrides?: readonly string[];
  readonly registry: ComponentRegistry;
  readonly notify: Notify;
}

/** What became of one picture: its vector, or the error. */
export type PictureEmbedding =
  | { readonly picture: string; readonly features: Float32Array }
  | { readonly picture: string; readonly error: ClassifierTrainingError };

/** Pictures that are computed together; the next ones are read meanwhile. */
const BATCH = 32;

/**
 * The vectors of pictures, in order, as they are ready, all of one length. A picture that cannot be read is reported in
 * its place; the others go on.
 * @throws ClassifierTrainingError as model, weights or all pictures are not there; `NO_CLASSIFIER` where the network does
 * not say what its classifier is.
 */
export async function* embed(request: EmbedRequest): AsyncGenerator<PictureEmbedding> {
  const pictures = await findPictures(request.pictures);
  const { model, settings, weights, transform } = await (existsSync(request.model)
    ? trainedNetwork(request.model, request)
    : ofArchitecture(request));
  const { runtime } = await runtimeOf(settings);
  await using trainer = new Trainer(settings.trainer, { runtime, seed: settings.seed });
  const engine = await trainer.open(model);
  await engine.writeWeights(weights);
  const failures = new Map<number, ClassifierTrainingError>();
  let next = 0;
  const reported = function* (until: number): Generator<PictureEmbedding> {
    for (; next < until; next++) yield { picture: pictures[next]!, error: failures.get(next)! };
  };
  for await (const { values, indices } of featureBatches(
    model,
    engine,
    batches(pictures, transform, failures),
  )) {
    const length = values.data.length / values.shape[0]!;
    let row = 0;
    for (const index of indices) {
      yield* reported(index);
      const features = (values.data as Float32Array).slice(row * length, ++row * length);
      yield { picture: pictures[next++]!, features };
    }
  }
  yield* reported(pictures.length);
}

/** A published network, as `model=NAME model.pretrained=true`. */
async function ofArchitecture({
  model: name,
  overrides = [],
  registry,
  notify,
}: EmbedRequest): Promise<TrainedNetwork> {
  // The configuration of a training, whose data is not looked at.
  const composition = await composeRun({
    overrides: ["data.root=.", `model=${name}`, "model.pretrained=true", ...overrides],
  });
  await validateRun(composition);
  const parts = new RunParts(composition, registry);
  const model = await parts.model();
  const transform = await parts.evaluationTransform(model);
  // Its classifier is not used, whatever its classes are.
  model.setup({ classNames: ["0", "1"], imageSize: describePreprocessing(transform).imageSize });
  const weights = (await loadPretrained(model, notify)) ?? new Map();
  return { model, settings: readSettings(composition), weights, transform };
}

/** Batches of what can be read; `failures` receives what cannot. */
async function* batches(
  pictures: readonly string[],
  transform: Transform,
  failures: Map<number, ClassifierTrainingError>,
) {
  const read = (first: number) => readBatch(pictures.slice(first, first + BATCH), first, transform, failures);
  let coming = read(0);
  for (let first = 0; first < pictures.length; first += BATCH) {
    const batch = await coming;
    coming = read(first + BATCH);
    if (batch.indices.length > 0) yield batch;
  }
}

async function readBatch(
  pictures: readonly string[],
  first: number,
  transform: Transform,
  failures: Map<number, ClassifierTrainingError>,
) {
  const prepared = await Promise.all(
    pictures.map(async (path, i) => {
      try {
        const tensor = await transform.apply(
          await readImage({ kind: "file", path }, path),
          new RandomStream(0, "embed"),
        );
        if (!isImage(tensor)) return { index: first + i, tensor };
        throw new ClassifierTrainingError(
          "usage",
          "EMBED_TRANSFORMS",
          "the transforms do not end with a tensor",
          {
            where: "transforms.val_transforms",
          },
        );
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
        failures.set(first + i, error);
        return undefined;
      }
    }),
  );
  const readable = prepared.filter((entry) => entry !== undefined);
  const size = readable[0]?.tensor.data.length ?? 0;
  const data = new Float32Array(readable.length * size);
  for (const [i, { tensor }] of readable.entries()) data.set(tensor.data, i * size);
  return {
    images: hostTensor("float32", [readable.length, ...(readable[0]?.tensor.shape ?? [])], data),
    indices: readable.map(({ index }) => index),
  };
}
