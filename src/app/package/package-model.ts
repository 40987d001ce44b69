// Writes an npm package around an exported model: classify(picture) for Node.js and for pages.
import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { CALIBRATION_METADATA_KEY } from "../../calibrate/index.ts";
import { ClassifierTrainingError, labelsOf } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { type EncodedSource, readSource } from "../../image/index.ts";
import { Classifier } from "../../inference/index.ts";
import { decodeModel, modelMetadata } from "../../onnx/index.ts";
import { readBytes } from "../../platform/index.ts";
import { packageVersion } from "../package-version.ts";
import { type LabelledRequest, labelledPictures } from "../tools/labelled-pictures.ts";
import { describeModel } from "./describe-model.ts";
import { emptyFolder, writeFiles } from "./new-folder.ts";
import { packageFiles } from "./package-files.ts";

/** What is packaged, and as what. */
export interface PackageRequest extends LabelledRequest {
  /** As npm wants it, such as `@me/fruit`. */
  readonly name: string;
  /** Default 0.1.0. */
  readonly version?: string | undefined;
  /** An SPDX identifier; default `UNLICENSED`: all rights reserved. */
  readonly license?: string | undefined;
  /** Pictures of the validation data that become part of the package, for its test; default 4. */
  readonly samples?: number | undefined;
  /** A new or empty folder; default: the name without its scope. */
  readonly output?: string | undefined;
}

/** What was written. */
export interface PackageResult {
  readonly folder: string;
  /** Names of the pictures that are part of it. */
  readonly samples: readonly string[];
  readonly bytes: number;
}

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
/** Dependencies of a package, at the versions that this toolkit is tested with. */
const DEPENDENCIES = [
  "@cornerstonejs/codec-libjpeg-turbo-8bit",
  "onnxruntime-node",
  "onnxruntime-web",
  "sharp",
] as const;

/**
 * @throws ClassifierTrainingError kind "usage" `PACKAGE_NAME`, `PACKAGE_FOLDER` for a folder that holds something,
 * `PACKAGE_TRANSFORMS`; what reading model and data throws.
 */
export async function packageModel(request: PackageRequest): Promise<PackageResult> {
  const { name, version = "0.1.0", license = "UNLICENSED", samples: count = 4 } = request;
  if (!NAME.test(name) || name.length > 214) {
    throw new ClassifierTrainingError("usage", "PACKAGE_NAME", `npm takes no package called "${name}"`, {
      where: "--name",
      hint: "use lower-case letters, digits, - and _, such as fruit or @me/fruit",
    });
  }
  const folder = emptyFolder(request.output ?? basename(name));
  const { model: file, val } = await labelledPictures(request);
  const bytes = await readBytes(file);
  await using classifier = await Classifier.load(file);
  const calibration = modelMetadata(decodeModel(bytes)).get(CALIBRATION_METADATA_KEY);
  const model = describeModel(classifier.labels, calibration, file);
  const facts = { name, version, license, model, versions: versions(), bytes: bytes.length };
  const samples = await sampleFiles(classifier, val, count);
  const text = { ...facts, toolkit: packageVersion(), tested: samples.length > 0 };
  const expected = samples.map(({ file: own, probabilities, labels }) => ({
    file: own,
    ...(labels && { labels }),
    probabilities,
  }));
  await writeFiles(folder, [
    ["model.onnx", bytes],
    ["runtime/node.js", await readBytes(bundleOf("node"))],
    ["runtime/browser.js", await readBytes(bundleOf("browser"))],
    ...packageFiles(text),
    ...samples.map(({ file: own, content }) => [`test/samples/${own}`, content] as const),
    ["test/samples/expected.json", `${JSON.stringify(expected, null, 2)}\n`],
  ]);
  return { folder, samples: samples.map(({ name: from }) => from), bytes: bytes.length };
}

/** Pictures of as many classes, or sets of labels, as there are pictures, as files, and what the model says of each. */
async function sampleFiles(classifier: Classifier, pictures: ImageDataset, count: number) {
  const byClass = new Map<string, number[]>();
  for (const index of pictures.labels.keys()) {
    const labels = labelsOf(pictures.labels, index).join();
    byClass.set(labels, [...(byClass.get(labels) ?? []), index]);
  }
  const rounds = Math.max(0, ...Array.from(byClass.values(), (indices) => indices.length));
  const inTurn = Array.from({ length: rounds }, (_, round) =>
    Array.from(byClass.values()).flatMap((indices) => indices.slice(round, round + 1)),
  ).flat();
  const samples = [];
  for (const [i, index] of inTurn.slice(0, count).entries()) {
    const name = pictures.name(index);
    const content = await readSource((await pictures.source(index)) as EncodedSource, name);
    const [predictions] = await classifier.predict([content], classifier.classNames.length);
    const probabilities = Object.fromEntries(
      predictions!.map(({ label, confidence }) => [label, confidence]),
    );
    const labels =
      classifier.task === "multi_label"
        ? predictions!.filter(({ present }) => present === true).map(({ label }) => label)
        : undefined;
    const file = `${i + 1}${extname(name).toLowerCase() || ".jpg"}`;
    samples.push({ name, file, content, probabilities, labels });
  }
  return samples;
}

/** What `npm run build` has bundled. */
function bundleOf(platform: string): string {
  return join(import.meta.dirname, "..", "..", "packaged", "bundles", `${platform}.js`);
}

function versions(): Record<string, string> {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { dependencies, peerDependencies } = JSON.parse(text) as Record<string, Record<string, string>>;
  const all = { ...peerDependencies, ...dependencies };
  return Object.fromEntries(DEPENDENCIES.map((name) => [name, all[name]!]));
}
