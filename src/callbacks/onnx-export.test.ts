import { expect, test } from "vitest";
import { run } from "../../test/train/run.ts";
import { Callback, type EventOf } from "../train/index.ts";
import type { KeptCheckpoint } from "./model-checkpoint.ts";
import { type BestWeightsExporter, OnnxExport, type OnnxExportOptions } from "./onnx-export.ts";

/** Takes the weights of epochs 0 and 2 for the best, and notes when they are exported. */
class Keeping extends Callback implements BestWeightsExporter {
  override readonly stateKey = "Keeping";
  readonly exported: string[] = [];
  best: KeptCheckpoint | undefined;
  #moment = "";
  override onValidationEnd({ epoch, sanityCheck }: EventOf<"validationEnd">): void {
    this.#moment = `validation ${epoch}`;
    if (!sanityCheck && epoch % 2 === 0) this.best = { score: epoch, epoch, step: 3 * (epoch + 1) };
  }
  override onTrainEnd(): void {
    this.#moment = "end";
  }
  async export(): Promise<void> {
    this.exported.push(`${this.#moment}: epoch ${this.best!.epoch}`);
  }
}

test.each<[OnnxExportOptions["every"], string[]]>([
  ["best", ["validation 0: epoch 0", "validation 2: epoch 2"]],
  ["end", ["end: epoch 2"]],
])("every %s", async (every, expected) => {
  const exporter = new Keeping();
  const callbacks = [new OnnxExport({ ...(every && { every }), exporter }), exporter];
  await run({ options: { maxEpochs: 4, numSanityValSteps: 1 }, parts: { callbacks } });
  expect(exporter.exported).toEqual(expected);
});

test("an interrupted fit exports nothing at its end", async () => {
  const exporter = new Keeping();
  const controller = new AbortController();
  await run({
    parts: { callbacks: [exporter, new OnnxExport({ every: "end", exporter })] },
    fit: { signal: controller.signal },
    watch: ({ type }) => type === "trainEpochEnd" && controller.abort(),
  });
  expect([exporter.best?.epoch, exporter.exported]).toEqual([0, []]);
});

test("an export that fails ends the fit", async () => {
  const exporter = new Keeping();
  exporter.export = () => Promise.reject(new Error("its logits differ"));
  const callbacks = [exporter, new OnnxExport({ exporter })];
  await expect(run({ parts: { callbacks } })).rejects.toThrow("its logits differ");
});

test("is of no use where nothing keeps the best weights", async () => {
  await expect(run({ parts: { callbacks: [new OnnxExport()] } })).rejects.toMatchObject({
    kind: "usage",
    code: "NO_BEST_WEIGHTS",
  });
});
