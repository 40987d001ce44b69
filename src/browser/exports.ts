// What leaves the page: the trained classifier, and any file, as a download.
import { ClassifierTrainingError } from "../core/index.ts";
import type { DataModule } from "../data/modules/data-module.ts";
import { type ExportedModel, exportModel } from "../export/export-model.ts";
import { verifyExport } from "../export/verify-export.ts";
import type { BaseClassificationModel } from "../models/index.ts";
import type { StateDict } from "../nn/index.ts";
import type { Runtime } from "../runtime/contract.ts";
import { page } from "./page.ts";

/** A trained classifier. */
export interface TrainedClassifier {
  readonly model: BaseClassificationModel;
  readonly data: Pick<DataModule, "preprocessing">;
  /** Such as `await trainer.engine.readWeights()`, or the tensors of `best.safetensors`. */
  readonly weights: StateDict;
  /** Compares the export with the trained model in this runtime, which takes onnxruntime-web. Default: no comparison. */
  readonly verifyIn?: Runtime | undefined;
}

/**
 * The classifier as an ONNX file, with labels and preprocessing in it and beside it.
 * @throws ClassifierTrainingError kind "usage" `EXPORT_IMAGE_SIZE`; `EXPORT_MISMATCH` where it is not what was trained
 */
export async function exportClassifier({
  model,
  data,
  weights,
  verifyIn,
}: TrainedClassifier): Promise<ExportedModel> {
  const { preprocessing } = data;
  const { imageSize } = preprocessing;
  if (imageSize === null) {
    const message = "the validation transforms fix no image size";
    throw new ClassifierTrainingError("usage", "EXPORT_IMAGE_SIZE", message, {
      where: "valTransforms",
      hint: "end them with CenterCrop or a Resize to [height, width]",
    });
  }
  const { network, classNames, architecture: modelName } = model;
  const { task } = model.labels;
  const exported = exportModel({ network, weights, task, classNames, modelName, preprocessing, imageSize });
  if (verifyIn !== undefined)
    await verifyExport({ bytes: exported.bytes, network, weights, runtime: verifyIn, imageSize });
  return exported;
}

/** Hands a file to the person in front of the page; not in a web worker, which posts it to its page. @throws `NO_PAGE` */
export function download(name: string, content: Uint8Array | string): void {
  const part = typeof content === "string" ? content : new Uint8Array(content);
  const link = page.document?.createElement("a");
  if (link === undefined) {
    throw new ClassifierTrainingError("usage", "NO_PAGE", "a web worker cannot hand out files", {
      where: name,
      hint: "post the bytes to its page",
    });
  }
  link.href = URL.createObjectURL(new Blob([part]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
