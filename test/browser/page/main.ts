// What the tests call in the page.
import {
  Classifier,
  chooseRuntime,
  exportClassifier,
  listCheckpoints,
  type PageFile,
  type PageRuntimeName,
  type Prediction,
  referenceRuntime,
  TrainingReport,
} from "../../../src/browser.ts";
import { type ConformanceResult, conform } from "../conformance.ts";
import { hashPicture, type PictureHash } from "../pixels.ts";
import { openSmallTraining, type SmallResult, trainSmall } from "../small-training.ts";

/** A file as JSON holds it. */
export interface SentFile {
  readonly path: string;
  readonly base64: string;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** What happens to the page after so many steps. */
declare const interrupt: () => Promise<void>;

const received = (files: readonly SentFile[]): PageFile[] =>
  files.map(({ path, base64 }) => ({ path, file: new Blob([bytesOf(base64)]) }));

const tests = {
  async choose(): Promise<{ name: string; notice: string | undefined; isolated: boolean }> {
    const { runtime, notice } = await chooseRuntime();
    const { crossOriginIsolated } = globalThis as unknown as { crossOriginIsolated: boolean };
    return { name: runtime.name, notice, isolated: crossOriginIsolated };
  },

  async conform(name: PageRuntimeName, casesOfOp: number): Promise<ConformanceResult> {
    return conform((await chooseRuntime(name)).runtime, casesOfOp);
  },

  async pixels(files: readonly SentFile[]): Promise<(PictureHash | string)[]> {
    const hashes: (PictureHash | string)[] = [];
    for (const { path, base64 } of files) hashes.push(await hashPicture(bytesOf(base64), path));
    return hashes;
  },

  async train(name: PageRuntimeName, files: readonly SentFile[], steps: number): Promise<SmallResult> {
    const { runtime } = await chooseRuntime(name);
    return trainSmall({ runtime, files: received(files), steps });
  },

  /**
   * Trains with checkpoints, from the last one where there is one.
   * @param interruptAfter steps after which the page is interrupted
   */
  async go(
    name: PageRuntimeName,
    files: readonly SentFile[],
    steps: number,
    { checkpoints, interruptAfter }: { checkpoints: string; interruptAfter?: number },
  ): Promise<SmallResult | { failed: string; kept: number }> {
    const { runtime } = await chooseRuntime(name);
    const onStep = async (step: number): Promise<void> => {
      if (step === interruptAfter) await interrupt();
    };
    try {
      return await trainSmall({ runtime, files: received(files), steps, checkpoints, onStep });
    } catch (error) {
      const kept = await listCheckpoints(checkpoints);
      return { failed: (error as { code?: string }).code ?? String(error), kept: kept.length };
    }
  },

  /** Trains, exports, classifies with the export, and writes the report. */
  async exported(
    files: readonly SentFile[],
    picture: SentFile,
  ): Promise<{ predictions: Prediction[]; report: string; model: string; labels: string }> {
    const { runtime } = await chooseRuntime();
    const report = new TrainingReport();
    const { trainer, model, data } = await openSmallTraining({
      runtime,
      files: received(files),
      steps: 8,
      report,
    });
    const weights = await trainer.engine!.readWeights();
    const { bytes, labels } = await exportClassifier({ model, data, weights, verifyIn: referenceRuntime });
    await using classifier = await Classifier.load(bytes);
    const [predictions] = await classifier.predict([bytesOf(picture.base64)]);
    const page = await report.render({ name: "test", model, data });
    await trainer.dispose();
    const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return {
      predictions: predictions!,
      report: page,
      model: btoa(characters),
      labels: JSON.stringify(labels),
    };
  },
};

/** What `page.evaluate` finds. */
export type PageTests = typeof tests;
Object.assign(globalThis, { tests });
