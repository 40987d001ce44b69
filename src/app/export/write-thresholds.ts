// Writes thresholds of labels into an exported model, and into the labels beside it.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { LABELS_METADATA_KEY, type LabelsMapping, parseLabelsMapping } from "../../inference/index.ts";
import { decodeModel, modelMetadata, withMetadata } from "../../onnx/index.ts";
import { writeDurably } from "../../platform/index.ts";

/** What the labels of a model are called beside it. */
const LABELS_FILE = "labels_mapping.json";

/**
 * The bytes of a model with other thresholds.
 * @throws ClassifierTrainingError kind "data" `MODEL_LABELS` where the model does not hold its labels
 */
function withThresholds(bytes: Uint8Array, thresholds: readonly number[], where: string): Uint8Array {
  const text = modelMetadata(decodeModel(bytes)).get(LABELS_METADATA_KEY);
  if (text === undefined) {
    throw new ClassifierTrainingError("data", "MODEL_LABELS", "the model does not hold its labels", {
      where,
      hint: "export it again with classifier-training export",
    });
  }
  const labels = { ...parseLabelsMapping(text, where), thresholds };
  return withMetadata(bytes, LABELS_METADATA_KEY, JSON.stringify(labels));
}

/** Writes a model with thresholds to its file, and them to `labels_mapping.json` beside it where that is of the same model. */
export async function writeThresholds(
  model: string,
  bytes: Uint8Array,
  thresholds: readonly number[],
): Promise<void> {
  const content = withThresholds(bytes, thresholds, model);
  await writeDurably(model, [content]);
  const labels = parseLabelsMapping(modelMetadata(decodeModel(content)).get(LABELS_METADATA_KEY)!, model);
  const beside = join(dirname(model), LABELS_FILE);
  const other = await labelsIn(beside);
  const bare = (of: LabelsMapping): string => JSON.stringify({ ...of, thresholds: undefined });
  if (other === undefined || bare(other) !== bare(labels)) return;
  await writeDurably(beside, [new TextEncoder().encode(`${JSON.stringify(labels, null, 2)}\n`)]);
}

/** What is to be said before an export to a folder drops thresholds that lie there; undefined where there are none. */
export async function droppedThresholds(folder: string): Promise<string | undefined> {
  const labels = await labelsIn(join(folder, LABELS_FILE));
  return (
    labels?.thresholds &&
    "thresholds of labels are not kept in what was exported: classifier-training thresholds chooses them again"
  );
}

async function labelsIn(file: string): Promise<LabelsMapping | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return parseLabelsMapping(await readFile(file, "utf8"), file);
  } catch {
    // It is no file of ours, and stays as it is.
    return undefined;
  }
}
