// The weights that a model starts from: published ones, or those of a file.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import { type BaseClassificationModel, NETWORK_NAMES } from "../../models/index.ts";
import { ClassificationNetwork, type StateDict, stateEntries } from "../../nn/index.ts";
import { describePreprocessing, type PictureFormat } from "../../transforms/index.ts";
import {
  countFitting,
  type DownloadProgress,
  fetchPretrained,
  listNames,
  loadStateDict,
  matchStateDict,
  openWeights,
  type PretrainedSource,
  prefixNote,
  preprocessingOf,
  pretrainedSource,
  type StateDictMatch,
  type WeightsFile,
} from "../../weights/index.ts";
import type { Notify } from "./notices.ts";
import { fittingOf, recognizeNetwork } from "./recognize-network.ts";

/**
 * Loads what `model.pretrained` names, downloading it where needed; undefined where it names nothing. The
 * classifier is left out unless the classes are the same.
 * @throws ClassifierTrainingError as the source is unknown, out of reach, damaged or of another architecture.
 */
export async function loadPretrained(
  model: BaseClassificationModel,
  notify: Notify,
  signal?: AbortSignal,
): Promise<StateDict | undefined> {
  const source = pretrainedSource(model.architecture, model.options.pretrained);
  if (source === undefined) return undefined;
  const path = await fetchPretrained(source, { onProgress: progressTo(notify), signal });
  using file = openWeights(path);
  const own =
    source.kind === "catalog" ? source.entry.classNames : trainedClasses(file.metadata.get("state"));
  const entries = stateEntries(model.network);
  const options = {
    ...(model.network instanceof ClassificationNetwork ? fittingOf(model.network) : {}),
    classNames: model.classNames,
    weightsClassNames: own,
  };
  refuseOthers(matchStateDict(entries, file.tensors, options), file, model);
  const { tensors, match } = loadStateDict(file, entries, options);
  notify("INFO", `pretrained: ${describeMatch(match, nameOf(source, path))}`);
  return new Map(tensors);
}

/** `120 tensors of FILE (names without "module."); new: fc.weight, fc.bias; not used: head.weight`. */
function describeMatch({ sources, prefix, replaced, unexpected }: StateDictMatch, name: string): string {
  const found = `${sources.size} tensors of ${name}${prefixNote(prefix)}`;
  return [found, listNames("new", replaced), listNames("not used", unexpected)].filter(Boolean).join("; ");
}

/**
 * A ResNet-34 has every tensor of a ResNet-18, and others between them: what is left over is looked at as well. A model
 * of one's own may be what the catalogue has and more, and need no more than its own tensors.
 * @throws ClassifierTrainingError `WEIGHTS_MISMATCH` where a file is another network's of the catalogue
 */
function refuseOthers(match: StateDictMatch, file: WeightsFile, model: BaseClassificationModel): void {
  const { missing, misshapen, foreign, unexpected } = match;
  const fits = missing.length + misshapen.length + foreign.length === 0;
  const isOwn = !NETWORK_NAMES.some((name) => name === model.architecture);
  if (fits && (unexpected.length === 0 || isOwn)) return;
  const known = recognizeNetwork(file, model.architecture);
  if (known === undefined || known === model.architecture) return;
  throw new ClassifierTrainingError("data", "WEIGHTS_MISMATCH", countFitting(match, model.architecture), {
    where: file.name,
    hint: `choose model=${known}: these are its weights`,
  });
}

/** What the published weights of a model expect of pictures of `imageSize`; undefined where nothing is known of them. */
export function expectedPictures(
  model: BaseClassificationModel,
  imageSize: number,
): Required<PictureFormat> | undefined {
  const source = pretrainedSource(model.architecture, model.options.pretrained);
  const preprocessing = source === undefined ? undefined : preprocessingOf(source);
  if (preprocessing === undefined) return undefined;
  const { resizeSize, cropSize, ...others } = preprocessing;
  return { ...others, resizeSize: Math.round((imageSize * resizeSize) / cropSize) };
}

/** One line about pictures that are prepared as published weights expect; undefined where they are not. */
export function picturesLine(model: BaseClassificationModel, data: DataModule): string | undefined {
  const source = pretrainedSource(model.architecture, model.options.pretrained);
  const { trainTransforms, valTransforms } = data.options;
  if (source === undefined || preprocessingOf(source) === undefined) return undefined;
  if (trainTransforms !== undefined && valTransforms !== undefined) return undefined;
  const { interpolation, mean, std, resizeSize } = data.options.pictureFormat;
  const { imageSize } = data.options;
  const sizes = `${resizeSize} pixels on the shorter side, ${imageSize} of them, ${interpolation}`;
  return `pictures as ${nameOf(source, model.architecture)} expects them: ${sizes}, mean ${mean?.join(" ")}, std ${std?.join(" ")}`;
}

/** One line where training pictures that a configuration lists transforms of are normalised otherwise than the others. */
export function normalizationWarning({ options, preprocessing }: DataModule): string | undefined {
  if (options.trainTransforms === undefined) return undefined;
  const [train, val] = [describePreprocessing(options.trainTransforms), preprocessing].map(
    ({ mean, std }) => `mean ${mean.join(" ")}, std ${std.join(" ")}`,
  );
  return train === val
    ? undefined
    : `pictures are normalised by ${train} for training, by ${val} for validation: set Normalize in transforms alike`;
}

/** Class names of weights that a run of ours has saved. */
function trainedClasses(state: string | undefined): readonly string[] | undefined {
  if (state === undefined) return undefined;
  const { identity } = JSON.parse(state) as { identity?: { classes?: readonly string[] } };
  return identity?.classes;
}

function nameOf(source: PretrainedSource, path: string): string {
  return source.kind === "catalog" ? `${source.entry.architecture} ${source.entry.name}` : path;
}

const REPORT_EVERY = 10_000_000;

/** A line for every 10 MB. */
function progressTo(notify: Notify): (progress: DownloadProgress) => void {
  let reported = 0;
  return ({ receivedBytes, totalBytes }) => {
    if (receivedBytes - reported < REPORT_EVERY && receivedBytes !== totalBytes) return;
    reported = receivedBytes;
    const total = totalBytes === undefined ? "" : ` of ${(totalBytes / 1e6).toFixed(1)}`;
    notify("INFO", `download: ${(receivedBytes / 1e6).toFixed(1)}${total} MB`);
  };
}
