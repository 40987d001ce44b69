// From trained weights to an ONNX model that says what it is: graph, weights, labels, preprocessing.

import { createLabelsMapping, LABELS_METADATA_KEY, type LabelsMapping } from "../inference/index.ts";
import type { Module, StateDict } from "../nn/index.ts";
import { encodeModel, exportProgram } from "../onnx/index.ts";
import type { Preprocessing } from "../transforms/index.ts";
import { inferenceProgram, weightsStorages } from "./inference-program.ts";

/** A trained network, and everything else that the file is to say. */
export interface ExportRequest {
  readonly network: Module;
  /** Weights and running statistics by PyTorch's names. */
  readonly weights: StateDict;
  /** In the order of the outputs. */
  readonly classNames: readonly string[];
  /** Name of the architecture. */
  readonly modelName: string;
  readonly preprocessing: Preprocessing;
  /** [height, width] of the network's input. */
  readonly imageSize: readonly [number, number];
  /** Of this toolkit; default: not said. */
  readonly producerVersion?: string;
}

/** The ONNX file, and the labels that are also in its metadata. */
export interface ExportedModel {
  readonly bytes: Uint8Array;
  readonly labels: LabelsMapping;
}

/**
 * An ONNX model: opset 17, input `input` [batch_size, 3, H, W], output `logits` [batch_size, num_classes], batch
 * norm folded into convolutions; labels and preprocessing in its metadata.
 */
export function exportModel(request: ExportRequest): ExportedModel {
  const { network, weights, classNames, modelName, preprocessing, imageSize, producerVersion = "" } = request;
  const labels = createLabelsMapping(classNames, modelName, preprocessing, imageSize);
  const program = inferenceProgram(network, weightsStorages(network), [3, ...imageSize]);
  const model = exportProgram(program, {
    weights,
    batchAxis: "batch_size",
    producerName: "classifier-training",
    producerVersion,
    metadata: { [LABELS_METADATA_KEY]: JSON.stringify(labels) },
  });
  return { bytes: encodeModel(model), labels };
}
