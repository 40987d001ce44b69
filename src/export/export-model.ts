// From trained weights to an ONNX model that says what it is: graph, weights, labels, preprocessing.
import type { TaskName } from "../core/index.ts";
import { createLabelsMapping, LABELS_METADATA_KEY, type LabelsMapping } from "../inference/index.ts";
import type { Module, StateDict } from "../nn/index.ts";
import { encodeModel, exportProgram, type ModelProto, toHalfPrecision } from "../onnx/index.ts";
import type { Preprocessing } from "../transforms/index.ts";
import { type ImageSize, withFreeSize } from "./free-size.ts";
import { inferenceProgram, weightsStorages } from "./inference-program.ts";
import { type PixelInput, withPixelInput } from "./pixels/pixel-input.ts";

/** A trained network, and everything else that the file is to say. */
export interface ExportRequest {
  readonly network: Module;
  /** Weights and running statistics by PyTorch's names. */
  readonly weights: StateDict;
  /** How the pictures are labelled; default `multi_class`. The file says so, as logits come out whatever follows them. */
  readonly task?: TaskName | undefined;
  /** In the order of the outputs. */
  readonly classNames: readonly string[];
  /** Name of the architecture. */
  readonly modelName: string;
  readonly preprocessing: Preprocessing;
  /** [height, width] of the network's input. */
  readonly imageSize: ImageSize;
  /** Of this toolkit; default: not said. */
  readonly producerVersion?: string;
  /** Whether height and width of the input are free. Default false. */
  readonly dynamicSize?: boolean;
  /** Default `float32`. */
  readonly precision?: "float32" | "float16";
  /** Default `float`: preprocessed pictures. */
  readonly input?: ModelInput;
}

/** What a model takes: `float`, preprocessed pictures float32 [batch_size, 3, H, W], or pixels. */
export type ModelInput = "float" | PixelInput;

/** The ONNX file, and the labels that are also in its metadata. */
export interface ExportedModel {
  readonly bytes: Uint8Array;
  readonly labels: LabelsMapping;
}

/**
 * An ONNX model: opset 17, input `input` [batch_size, 3, H, W], output `logits` [batch_size, num_classes], batch
 * norm folded into convolutions; labels and preprocessing in its metadata. In float16, input and output stay float32;
 * with pixels as `input` the preprocessing is part of the graph.
 * @throws ClassifierTrainingError kind "usage" `EXPORT_DYNAMIC_SIZE`, `EXPORT_PIXELS` for what network or transforms cannot
 */
export function exportModel(request: ExportRequest): ExportedModel {
  const { preprocessing, precision = "float32", input = "float" } = request;
  const { model, labels } = floatModel(request);
  const rounded = precision === "float16" ? toHalfPrecision(model) : model;
  return { bytes: encodeModel(takingInput(rounded, preprocessing, input)), labels };
}

/** The model in float32 that takes preprocessed pictures, for those who go on with it. */
export function floatModel(request: ExportRequest): {
  readonly model: ModelProto;
  readonly labels: LabelsMapping;
} {
  const { network, weights, classNames, modelName, preprocessing, imageSize } = request;
  const labels = createLabelsMapping(classNames, modelName, preprocessing, imageSize, request.task);
  const make = (size: ImageSize): ModelProto =>
    exportProgram(inferenceProgram(network, weightsStorages(network), [3, ...size]), {
      weights,
      batchAxis: "batch_size",
      producerName: "classifier-training",
      producerVersion: request.producerVersion ?? "",
      metadata: { [LABELS_METADATA_KEY]: JSON.stringify(labels) },
    });
  const model = request.dynamicSize === true ? withFreeSize(imageSize, modelName, make) : make(imageSize);
  return { model, labels };
}

/** The model with the preprocessing inside, if it is to take pixels. */
export function takingInput(model: ModelProto, preprocessing: Preprocessing, input: ModelInput): ModelProto {
  return input === "float" ? model : withPixelInput(model, preprocessing, input);
}
