// Models in the process that computes: loaded when they are asked for, a few at a time.
import { existsSync } from "node:fs";
import { allComponents } from "../../../app/index.ts";
import { jpegAddress } from "../../../app/report/jpeg-address.ts";
import { RunFolder } from "../../../app/run/run-folder.ts";
import { explainPicture } from "../../../app/tools/explain/explain.ts";
import { exportedSubject, type Subject, trainedSubject } from "../../../app/tools/explain/subject.ts";
import { ClassifierTrainingError } from "../../../core/index.ts";
import { LatestUsed } from "../../../core/latest-used.ts";
import { readImage } from "../../../image/index.ts";
import { Classifier, type Prediction, taskOfLabels } from "../../../inference/index.ts";
import { heatColor } from "../../../plots/heat-overlay.ts";
import type { HeatAnswer, ModelFacts } from "../api.ts";
import { versionOf } from "../version-of.ts";
import type { ModelSource } from "./protocol.ts";

/** Models in memory at a time. */
const MOST_LOADED = 2;

/** What errors call the picture. */
const NAME = "the picture";

const QUALITY = 92;

interface Loaded extends AsyncDisposable {
  readonly classifier: Classifier;
  /** Opened when something is to be explained: it takes the network itself. */
  subject(): Promise<Subject>;
}

/** Every request names its model by its files. */
export class LoadedModels {
  readonly #loaded = new LatestUsed<string, Promise<Loaded>>(
    MOST_LOADED,
    (old) => void old.then((model) => model[Symbol.asyncDispose]()).catch(() => undefined),
  );

  /** @throws ClassifierTrainingError kind "data" as `Classifier.load` does, or where the model takes no pictures */
  async facts(source: ModelSource): Promise<ModelFacts> {
    const { classifier } = await this.#get(source);
    const { labels, calibration, takesTensors } = classifier;
    const hasWeights = source.run !== undefined;
    return {
      task: taskOfLabels(labels),
      classes: classifier.classNames,
      thresholds: classifier.thresholds ?? null,
      architecture: labels.model_name,
      imageSize: labels.image_size,
      calibrated: calibration !== undefined,
      heat: hasWeights ? "gradcam" : takesTensors ? "occlusion" : null,
      features: hasWeights,
    };
  }

  /** All classes, as `predict` says them. @throws ClassifierTrainingError kind "data" where the picture cannot be read */
  async classify(source: ModelSource, picture: Uint8Array): Promise<Prediction[]> {
    const { classifier } = await this.#get(source);
    const image = await readImage({ kind: "bytes", bytes: picture }, NAME);
    const [predictions] = await classifier.predict([image], classifier.classNames.length);
    return predictions!;
  }

  /** @throws ClassifierTrainingError kind "data" where the picture cannot be read; "usage" as `explain` does */
  async explain(source: ModelSource, picture: Uint8Array, classId: number | undefined): Promise<HeatAnswer> {
    const subject = await this.subject(source);
    if (classId !== undefined && classId >= subject.classNames.length) {
      const message = `the model has classes 0 to ${subject.classNames.length - 1}, not ${classId}`;
      throw new ClassifierTrainingError("usage", "CLASS_UNKNOWN", message);
    }
    const tensor = await subject.prepare({ kind: "bytes", bytes: picture }, NAME);
    const method = subject.network === undefined ? "occlusion" : "gradcam";
    try {
      return await heatOf(explainPicture(subject, NAME, tensor, classId, { method }));
    } catch (error) {
      if (!(error instanceof ClassifierTrainingError) || error.code !== "NO_MAP_LAYER") throw error;
      return await heatOf(explainPicture(subject, NAME, tensor, classId, { method: "occlusion" }));
    }
  }

  /** The network itself, or the export where there is no more. */
  async subject(source: ModelSource): Promise<Subject> {
    return (await this.#get(source)).subject();
  }

  async #get(source: ModelSource): Promise<Loaded> {
    const key = `${source.run}\n${versionOf(source.path)}`;
    const loading = this.#loaded.get(key, () => load(source));
    // What could not be loaded is tried again.
    loading.catch(() => this.#loaded.forget(key));
    return loading;
  }
}

async function load({ path, run }: ModelSource): Promise<Loaded> {
  const classifier = await Classifier.load(path);
  const hasWeights = run !== undefined && existsSync(new RunFolder(run).bestCheckpoint);
  let subject: Promise<Subject> | undefined;
  return {
    classifier,
    subject() {
      const registry = allComponents();
      subject ??= hasWeights
        ? trainedSubject({ registry, model: run })
        : exportedSubject({ registry, model: path });
      const opening = subject;
      opening.catch(() => {
        subject = undefined;
      });
      return opening;
    },
    async [Symbol.asyncDispose]() {
      await classifier.dispose();
      await (await subject?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

async function heatOf(explanations: ReturnType<typeof explainPicture>): Promise<HeatAnswer> {
  const { value, done } = await explanations.next();
  if (done === true) throw new Error("a picture always has an explanation");
  const { image, map, explained, finding } = value;
  const colours = new Uint8Array(map.values.length * 4);
  for (const [i, heat] of map.values.entries()) {
    const { color, cover } = heatColor(finding.limit === 0 ? 0 : heat / finding.limit, finding.signed);
    colours.set([...color, Math.round(255 * cover)], i * 4);
  }
  return {
    ...{ width: map.width, height: map.height, explained },
    picture: await jpegAddress(image, QUALITY),
    heat: Buffer.from(colours.buffer).toString("base64"),
    ...{ how: finding.how, quantity: finding.quantity },
  };
}
