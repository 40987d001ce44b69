// Static quantisation: calibrate, write the model in integers, and leave in float the layers that cost the most.
import { ClassifierTrainingError } from "../core/index.ts";
import type { ModelProto } from "../onnx/index.ts";
import { type Batches, countValues } from "./calibrate.ts";
import { type Operation, operationsOf } from "./operations.ts";
import { type Answers, answersOf, divergence, type Probe } from "./probe.ts";
import { type CalibrationMethod, RANGES, type Range } from "./ranges.ts";
import { type FloatGraph, simplify } from "./simplify.ts";
import { quantizedValues, writeQdq } from "./write-qdq.ts";

/** A float model, and the pictures that decide how it is quantised. */
export interface QuantizationRequest {
  /** Float32, of what `exportModel` makes: batch norm folded into convolutions. */
  readonly model: ModelProto;
  /** Training pictures, for the ranges of activations. */
  readonly calibration: Batches;
  /** Validation pictures, which decide between methods and which layers stay in float. */
  readonly probe: Probe;
  /** Those that are tried. */
  readonly methods: readonly CalibrationMethod[];
  /**
   * Bits of a weight. Processors without VNNI add two products of a level and a weight up in 16 bits, where those of 8 bits can
   * overflow and 7 bits cannot; with it, 8 bits are a little more exact. Default 7: the same answers everywhere.
   */
  readonly weightBits?: 7 | 8 | undefined;
  /** Receives what goes on. */
  readonly notify?: ((line: string) => void) | undefined;
}

/** A quantised model. */
export interface QuantizedModel {
  readonly model: ModelProto;
  readonly method: CalibrationMethod;
  /** Layers that are computed in float, the most sensitive one first. */
  readonly floatLayers: readonly string[];
  /** Of its probabilities from the float model's, on the probe. */
  readonly divergence: number;
  /** On the probe. */
  readonly score: number;
}

/** The models that were made, and more on demand. */
export interface Quantization {
  /** One for each method, with every layer computed in integers; the one nearest to the float model first. */
  readonly candidates: readonly QuantizedModel[];
  /** What the float model's answers to the probe are worth. */
  readonly floatScore: number;
  /** Layers that can be computed in integers. */
  readonly layers: number;
  /**
   * By the method of the nearest candidate: the layers that alone in integers take the probabilities farthest from the float model's
   * are computed in float, more of them from model to model and at most half of all. Each model is nearer than those before.
   */
  nearer(): AsyncGenerator<QuantizedModel>;
}

/**
 * Quantises a model of convolutions and matrix products in QDQ form: activations of 8 bits without sign, signed weights with a
 * scale for each output channel, biases of 32 bits.
 * @throws ClassifierTrainingError kind "usage" `QUANTIZE_NO_LAYERS` where there is nothing to quantise
 */
export async function quantizeModel(request: QuantizationRequest): Promise<Quantization> {
  const { calibration, probe, methods, weightBits = 7, notify } = request;
  const graph = simplify(request.model);
  const operations = operationsOf(graph);
  const layers = operations.filter(({ kind }) => kind === "layer");
  if (layers.length === 0) {
    const message = "the network has no convolution and no matrix product with weights";
    throw new ClassifierTrainingError("usage", "QUANTIZE_NO_LAYERS", message, { where: "--format" });
  }
  const largestWeight = weightBits === 7 ? 64 : 127;
  notify?.(`calibrating ${layers.length} layers on ${picturesIn(calibration)} pictures`);
  const histograms = await countValues(graph.model, quantizedValues(operations), calibration, probe.threads);
  const float = await answersOf(graph.model, probe);
  const make = async (
    method: CalibrationMethod,
    ranges: ReadonlyMap<string, Range>,
    floatLayers: readonly string[],
  ): Promise<QuantizedModel> => {
    const model = writeQdq(graph, operations, { ranges, floatLayers: new Set(floatLayers), largestWeight });
    const answers = await answersOf(model, probe);
    return {
      model,
      method,
      floatLayers,
      divergence: divergence(float, answers),
      score: answers.score,
    };
  };
  const rangesBy = new Map(
    methods.map((method) => [
      method,
      new Map([...histograms].map(([name, histogram]) => [name, RANGES[method](histogram)])),
    ]),
  );
  const candidates: QuantizedModel[] = [];
  for (const [method, ranges] of rangesBy) candidates.push(await make(method, ranges, []));
  candidates.sort((a, b) => a.divergence - b.divergence);
  const [{ method, divergence: farthest }] = candidates as [QuantizedModel, ...QuantizedModel[]];
  async function* nearer(): AsyncGenerator<QuantizedModel> {
    const ranges = rangesBy.get(method)!;
    notify?.(`${method} loses too much: measuring each layer alone`);
    const ranked = await bySensitivity({ graph, operations, layers, ranges, largestWeight, float, probe });
    let nearest = farthest;
    for (let count = 1; count <= ranked.length >> 1; count = Math.ceil(count * GROWTH)) {
      const next = await make(method, ranges, ranked.slice(0, count));
      if (next.divergence >= nearest) continue;
      nearest = next.divergence;
      yield next;
    }
  }
  return { candidates, floatScore: float.score, layers: layers.length, nearer };
}

/** How many times as many layers are computed in float from model to model. */
const GROWTH = 1.5;

interface Measuring {
  readonly graph: FloatGraph;
  readonly operations: readonly Operation[];
  readonly layers: readonly Operation[];
  readonly ranges: ReadonlyMap<string, Range>;
  readonly largestWeight: number;
  readonly float: Answers;
  readonly probe: Probe;
}

/** Names of the layers, the one first that alone in integers takes the probabilities farthest from the float model's. */
async function bySensitivity(measuring: Measuring): Promise<string[]> {
  const { graph, operations, layers, ranges, largestWeight, float, probe } = measuring;
  const effects: (readonly [string, number])[] = [];
  for (const { name } of layers) {
    const floatLayers = new Set(layers.map((layer) => layer.name).filter((other) => other !== name));
    const model = writeQdq(graph, operations, { ranges, floatLayers, largestWeight });
    effects.push([name, divergence(float, await answersOf(model, probe))]);
  }
  return effects.sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function picturesIn(batches: Batches): number {
  return batches.reduce((sum, { shape }) => sum + shape[0]!, 0);
}
