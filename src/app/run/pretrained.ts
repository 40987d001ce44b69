// The weights that a model starts from: published ones, or those of a file.
import type { BaseClassificationModel } from "../../models/index.ts";
import { type StateDict, stateEntries } from "../../nn/index.ts";
import {
  type DownloadProgress,
  fetchPretrained,
  loadStateDict,
  openWeights,
  type PretrainedSource,
  pretrainedSource,
} from "../../weights/index.ts";
import type { Notify } from "./notices.ts";

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
  const { tensors, match } = loadStateDict(file, stateEntries(model.network), {
    classNames: model.classNames,
    weightsClassNames: own,
  });
  const fresh = match.replaced.length === 0 ? "" : `; new: ${match.replaced.join(", ")}`;
  notify("INFO", `pretrained: ${tensors.size} tensors of ${nameOf(source, path)}${fresh}`);
  return new Map(tensors);
}

/**
 * Shorter side before the central crop that belongs to published weights, for pictures of `imageSize`; undefined
 * where the weights do not say.
 */
export function pretrainedResize(model: BaseClassificationModel, imageSize: number): number | undefined {
  const source = pretrainedSource(model.architecture, model.options.pretrained);
  if (source?.kind !== "catalog") return undefined;
  const { resizeSize, cropSize } = source.entry.preprocessing;
  return Math.round((imageSize * resizeSize) / cropSize);
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
