// What is explained: a run's network with its weights, or an exported model alone.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ComponentRegistry } from "../../../config/index.ts";
import { ClassifierTrainingError, RandomStream } from "../../../core/index.ts";
import { type Classify, ExplainedNetwork } from "../../../explain/index.ts";
import { type ImageSource, type ImageTensor, isImage, readImage } from "../../../image/index.ts";
import { Classifier, openOnnxSession, type Reading } from "../../../inference/index.ts";
import { readBytes } from "../../../platform/index.ts";
import type { Normalization } from "../../../plots/index.ts";
import {
  describePreprocessing,
  type Transform,
  transformFromDescription,
} from "../../../transforms/index.ts";
import { readingOf } from "../../export/model-reading.ts";
import { modelOf } from "../../export/write-export.ts";
import { runFolderOf } from "../../run/run-folder.ts";
import { chooseRuntime } from "../../runtimes.ts";
import { trainedNetwork } from "../trained-network.ts";

/** Which model, with what differs from how it was trained. */
export interface SubjectRequest {
  /** The folder of a run or a checkpoint in one, or an exported model. */
  readonly model: string;
  readonly overrides?: readonly string[] | undefined;
  readonly labelsPath?: string | undefined;
  readonly registry: ComponentRegistry;
}

/** A classifier whose decisions can be asked about. */
export interface Subject extends AsyncDisposable, Reading {
  readonly normalization: Normalization;
  readonly classify: Classify;
  /** What gradients are taken of; undefined for an exported model alone. */
  readonly network: ExplainedNetwork | undefined;
  /**
   * The picture as the network is given it.
   * @param name what errors call it
   * @throws ClassifierTrainingError kind "data" where it cannot be read
   */
  prepare(source: ImageSource, name: string): Promise<ImageTensor>;
}

/** Whether a path names an exported model and no run. */
export function isExport(path: string): boolean {
  return !existsSync(join(path, ".hydra", "config.yaml")) && modelOf(path).endsWith(".onnx");
}

/** An exported model: nothing of it is known but what it computes. */
export async function exportedSubject({ model, labelsPath }: SubjectRequest): Promise<Subject> {
  const path = modelOf(model);
  // Labels are asked for first: without them there is nothing to explain.
  await using classifier = await Classifier.load(path, { labelsPath });
  const { classNames, task, thresholds, labels, takesTensors, calibration } = classifier;
  if (!takesTensors) {
    const message = "the model prepares pictures by itself, so nothing in them can be covered";
    throw new ClassifierTrainingError("usage", "EXPLAIN_PIXELS", message, {
      where: path,
      hint: "explain the model that takes preprocessed pictures: model.onnx",
    });
  }
  const session = await openOnnxSession(await readBytes(path), path);
  const transform = transformFromDescription({
    name: "Compose",
    options: { transforms: labels.transforms as never },
  });
  return {
    ...{ classNames, task, thresholds, calibration },
    normalization: labels.normalization,
    classify: (images) => session.run(images),
    network: undefined,
    prepare: (source, name) => prepare(source, name, transform),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}

/**
 * The best weights of a run, or those of a checkpoint, computed in float32.
 * @throws ClassifierTrainingError kind "usage" `NOT_A_RUN`, `NO_WEIGHTS`
 */
export async function trainedSubject({ model: path, ...request }: SubjectRequest): Promise<Subject> {
  const folder = runFolderOf(path);
  const isBest = !path.endsWith(".safetensors") || resolve(path) === folder.bestCheckpoint;
  if (isBest && !existsSync(folder.bestCheckpoint)) throw noWeights(folder);
  const { model, settings, weights, transform } = await trainedNetwork(path, {
    registry: request.registry,
    overrides: request.overrides ?? [],
  });
  const { runtime } = await chooseRuntime(settings.runtime, "32-true");
  const { threads } = settings.trainer;
  const network = await ExplainedNetwork.open({ network: model.network, weights, runtime, threads });
  const { classNames, labels } = model;
  const { task = "multi_class" } = labels;
  const reading =
    isBest && existsSync(folder.modelFile)
      ? await readingOf(folder.modelFile, classNames.length, task)
      : { calibration: undefined, thresholds: undefined };
  return {
    ...{ classNames, task, ...reading },
    normalization: describePreprocessing(transform),
    classify: (images) => network.classify(images),
    network,
    prepare: (source, name) => prepare(source, name, transform),
    [Symbol.asyncDispose]: () => network.dispose(),
  };
}

async function prepare(source: ImageSource, name: string, transform: Transform): Promise<ImageTensor> {
  const image = await readImage(source, name);
  const tensor = await transform.apply(image, new RandomStream(0, "explain"));
  if (!isImage(tensor)) return tensor;
  throw new ClassifierTrainingError(
    "usage",
    "EXPLAIN_TRANSFORMS",
    "the transforms do not end with a tensor",
    {
      where: "transforms.val_transforms",
    },
  );
}

function noWeights({
  path,
  bestCheckpoint,
  modelFile,
}: ReturnType<typeof runFolderOf>): ClassifierTrainingError {
  const hint = existsSync(modelFile)
    ? `occlusion needs no more than its export: explain ${modelFile}`
    : "train it on, or name a checkpoint of it";
  return new ClassifierTrainingError(
    "usage",
    "NO_WEIGHTS",
    `the run has no weights: ${bestCheckpoint} is missing`,
    {
      where: path,
      hint,
    },
  );
}
