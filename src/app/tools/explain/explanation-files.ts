// Files of explanations: the heat map over the picture, what is said of it as JSON, the bare map for other programs.
import { mkdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { npyHeader } from "../../../core/index.ts";
import type { Prediction } from "../../../inference/index.ts";
import { writeDurably, writeFailed } from "../../../platform/index.ts";
import { explanationPicture, renderPng } from "../../../plots/index.ts";
import type { Explanation } from "./explain.ts";

/** Where files go, and which. */
export interface ExplanationFiles {
  /** Folder that receives them. */
  readonly out: string;
  /** Folder that pictures are named from; see `commonFolder`. */
  readonly root: string;
  /** Whether the bare map is written too. */
  readonly npy: boolean;
}

/** Classes that the JSON names; of several labels it names all. */
const NAMED = 5;

/**
 * Writes `PICTURE.METHOD.CLASS.png`, `.json` and, where asked for, `.npy` (float32 [height, width] of the network's input,
 * in the method's own unit), below `out` in the folders that the pictures lie in below `root`.
 * @returns the files, the picture first
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
 */
export async function writeExplanation(
  explanation: Explanation,
  { out, root, npy }: ExplanationFiles,
): Promise<string[]> {
  const { picture, method, explained, map } = explanation;
  const name = relative(root, resolve(picture));
  const base = join(out, `${name}.${method}.${fileName(explained.label)}`);
  try {
    await mkdir(dirname(base), { recursive: true });
  } catch (error) {
    throw writeFailed(dirname(base), error);
  }
  const json = `${JSON.stringify(describe(explanation), null, 2)}\n`;
  const files: [string, readonly Uint8Array[]][] = [
    [`${base}.png`, [await drawn(explanation, name)]],
    [`${base}.json`, [new TextEncoder().encode(json)]],
  ];
  const { buffer, byteOffset, byteLength } = map.values;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (npy) files.push([`${base}.npy`, [npyHeader([map.height, map.width]), bytes]]);
  for (const [path, content] of files) await writeDurably(path, content);
  return files.map(([path]) => path);
}

/** What an explanation says, for other programs: as the JSON files have it. */
export function describe({
  picture,
  method,
  predictions,
  explained,
  map,
  finding,
}: Explanation): Readonly<Record<string, unknown>> {
  const named = ({ classId, label, confidence, present, unsure }: typeof explained) => ({
    class_id: classId,
    label,
    confidence,
    present,
    unsure,
  });
  return {
    picture,
    method,
    explained: named(explained),
    predictions: (explained.present === undefined ? predictions.slice(0, NAMED) : predictions).map(named),
    map: { width: map.width, height: map.height, strongest: finding.limit, quantity: finding.quantity },
    ...finding.details,
  };
}

/** A class with its probability, for people. */
export function saidOf({ label, confidence, present, unsure }: Prediction): string {
  const said = `${label} ${(confidence * 100).toFixed(1)} %${present === false ? " (not present)" : ""}`;
  return unsure === undefined ? said : `unsure (${unsure}): ${said}`;
}

/** The deepest folder that holds every picture. */
export function commonFolder(pictures: readonly string[]): string {
  const folders = pictures.map((path) => dirname(resolve(path)));
  return folders.reduce((common, folder) => {
    let shared = common;
    while (relative(shared, folder).startsWith("..")) shared = dirname(shared);
    return shared;
  });
}

async function drawn(
  { image, predictions, explained, map, finding }: Explanation,
  name: string,
): Promise<Uint8Array> {
  const [best] = predictions;
  const other = explained.present !== undefined || best === explained ? "" : ` (predicted: ${saidOf(best!)})`;
  const { signed, limit, ends, quantity, how } = finding;
  return renderPng(
    explanationPicture({
      image,
      map,
      signed,
      limit,
      ends,
      quantity,
      title: `${saidOf(explained)}${other}`,
      subtitle: `${name}: ${how}`,
    }),
  );
}

/** A class as part of a file's name. */
function fileName(label: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: file systems refuse them
  return label.replaceAll(/[\s/\\:*?"<>|\u0000-\u001f]+/g, "_");
}
