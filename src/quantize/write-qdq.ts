// A float graph in QDQ form: QuantizeLinear and DequantizeLinear around what a runtime is to compute in integers.
import { float32, type HostTensor, hostTensor } from "../core/index.ts";
import {
  type ModelProto,
  type NodeProto,
  nodeProto,
  type TensorProto,
  toTensorProto,
} from "../onnx/index.ts";
import type { Operation } from "./operations.ts";
import { type Levels, levelsOf, quantizeWeights } from "./parameters.ts";
import type { Range } from "./ranges.ts";
import type { FloatGraph } from "./simplify.ts";

/** What is quantised, and how. */
export interface QdqOptions {
  /** Of every value that can be quantised, by name. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** Names of the layers that stay in float. */
  readonly floatLayers?: ReadonlySet<string>;
  /**
   * The largest level of a weight, 127 or less; of depthwise convolutions 127 all the same, whose products no processor adds
   * up in 16 bits.
   */
  readonly largestWeight: number;
}

/** Values that ranges are needed of: what layers take, and what operations on integers give. */
export function quantizedValues(operations: readonly Operation[]): string[] {
  const names = operations.flatMap(({ kind, inputs, output }) => [
    ...(kind === "layer" ? inputs : []),
    ...(kind === "layer" || kind === "integer" ? [output] : []),
  ]);
  return [...new Set(names)];
}

/**
 * The model with 8-bit activations (unsigned) and weights (signed, a scale for each output channel). A layer's activation, where it
 * is ReLU or a clip, is the range of what it gives. What lies between is computed in integers where all that it takes is
 * integers; the rest stays float.
 */
export function writeQdq(
  graph: FloatGraph,
  operations: readonly Operation[],
  options: QdqOptions,
): ModelProto {
  return new QdqWriter(graph, operations, options).write();
}

/** As what it is part of has a name. */
const UNNAMED = { name: "" } as const;

/** A value that also exists in integers. */
interface QuantizedValue {
  readonly levels: Levels;
  /** In integers. */
  readonly integers: string;
  /** Its floats again. */
  readonly floats: string;
}

class QdqWriter {
  readonly #graph: FloatGraph;
  readonly #operations: readonly Operation[];
  readonly #options: QdqOptions;
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();
  readonly #quantized = new Map<string, QuantizedValue>();
  /** Values of layers that are in float, and in integers as soon as one asks for them. */
  readonly #ready = new Set<string>();
  readonly #results: ReadonlySet<string>;
  readonly #scales = new Map<number, string>();
  #named = 0;
  /** Values below 0 that must be levels. */
  readonly #anchors = new Map<string, number>();

  constructor(graph: FloatGraph, operations: readonly Operation[], options: QdqOptions) {
    this.#graph = graph;
    this.#operations = operations;
    this.#options = options;
    this.#results = new Set(graph.model.graph!.output.map(({ name }) => name));
    for (const { affine, inputs } of operations)
      if (affine !== undefined) this.#anchors.set(inputs[0]!, -affine[1] / affine[0]);
  }

  write(): ModelProto {
    for (const operation of this.#operations) this.#writeOperation(operation);
    for (const name of this.#results) {
      const value = this.#quantized.get(name);
      if (value !== undefined)
        this.#nodes.push(nodeProto("Identity", [value.floats], [name], { name: `${name}/Identity` }));
    }
    const { model } = this.#graph;
    const read = new Set(this.#nodes.flatMap(({ input }) => input));
    const others = model.graph!.initializer.filter(({ name }) => read.has(name));
    const initializer = [...others, ...this.#constants.values()];
    return { ...model, graph: { ...model.graph!, node: this.#nodes, initializer } };
  }

  #writeOperation(operation: Operation): void {
    const { kind, name, inputs } = operation;
    if (kind === "layer" && this.#options.floatLayers?.has(name) !== true) this.#writeLayer(operation);
    else if (kind !== "layer" && kind !== "float" && inputs.every((value) => this.#isReady(value))) {
      if (kind === "integer") this.#writeInteger(operation);
      else if (kind === "same") this.#writeSame(operation);
      else if (!this.#writeHardSigmoid(operation)) this.#writeFloat(operation);
    } else this.#writeFloat(operation);
  }

  #isReady(value: string): boolean {
    return this.#quantized.has(value) || this.#ready.has(value);
  }

  /** As it was; it reads the floats of what has been quantised. */
  #writeFloat({ nodes }: Operation): void {
    for (const node of nodes) {
      const input = node.input.map((name) => this.#quantized.get(name)?.floats ?? name);
      this.#nodes.push({ ...node, input });
    }
  }

  #writeLayer({ nodes, inputs, output, bounds }: Operation): void {
    const node = nodes[0]!;
    const x = this.#quantize(inputs[0]!);
    const { constants } = this.#graph;
    const [, weight = "", bias = ""] = node.input;
    const isConvolution = node.opType === "Conv";
    const transposed = node.attribute.some(({ name, i }) => name === "transB" && i === 1n);
    const axis = isConvolution || transposed ? 0 : 1;
    const kernel = constants.get(weight)!;
    const isDepthwise = isConvolution && kernel.shape[1] === 1;
    const levels = quantizeWeights(
      kernel,
      bias === "" ? undefined : constants.get(bias)!,
      axis,
      x.levels.scale,
      isDepthwise ? 127 : this.#options.largestWeight,
    );
    const channels = levels.scale.shape;
    const zeros = this.#constant(
      `zeros[${channels}]`,
      hostTensor("int8", channels, new Int8Array(channels[0]!)),
    );
    const dequantized = [this.#dequantizeConstant(weight, levels.weight, levels.scale, axis, zeros)];
    if (levels.bias !== undefined)
      dequantized.push(this.#dequantizeConstant(bias, levels.bias.tensor, levels.bias.scale, 0));
    const isQuantized = isConvolution || bounds !== undefined;
    const gives = isQuantized ? this.#short("x") : node.output[0]!;
    this.#nodes.push({ ...node, input: [x.floats, ...dequantized], output: [gives] });
    if (isQuantized) this.#register(output, gives, this.#levels(output, bounds));
    else if (node.opType === "Gemm" && !this.#results.has(output)) this.#ready.add(output);
  }

  #writeInteger({ nodes, inputs, output, bounds }: Operation): void {
    const node = nodes[0]!;
    const input = inputs.map((name) => this.#quantize(name).floats);
    const gives = this.#short("x");
    this.#nodes.push({ ...node, input, output: [gives] });
    this.#register(output, gives, this.#levels(output, bounds));
  }

  #writeSame({ nodes, inputs, output }: Operation): void {
    const node = nodes[0]!;
    const x = this.#quantize(inputs[0]!);
    const gives = this.#short("x");
    this.#nodes.push({ ...node, input: [x.floats, ...node.input.slice(1)], output: [gives] });
    this.#register(output, gives, x.levels);
  }

  /** factor x + summand is the same integers with another scale and zero point; clipping is what quantising it does. */
  #writeHardSigmoid({ inputs, output, affine }: Operation): boolean {
    const x = this.#quantize(inputs[0]!);
    const [factor, summand] = affine!;
    const steps = summand / factor / x.levels.scale;
    const zeroPoint = x.levels.zeroPoint - Math.round(steps);
    if (Math.abs(steps - Math.round(steps)) > 1e-3 || zeroPoint < 0) return false;
    const levels = { scale: Math.fround(factor * x.levels.scale), zeroPoint };
    const read = this.#short("dq");
    this.#nodes.push(
      nodeProto("DequantizeLinear", [x.integers, ...this.#parameters(levels)], [read], UNNAMED),
    );
    this.#register(output, read, { scale: Math.fround(1 / 255), zeroPoint: 0 });
    return true;
  }

  /** The value in integers, quantised here if it is not yet. */
  #quantize(name: string): QuantizedValue {
    return this.#quantized.get(name) ?? this.#register(name, name, this.#levels(name, undefined));
  }

  /** @param gives the float value that is quantised */
  #register(name: string, gives: string, levels: Levels): QuantizedValue {
    const parameters = this.#parameters(levels);
    const value = { levels, integers: this.#short("q"), floats: this.#short("dq") };
    const node = (type: string, from: string, to: string): NodeProto =>
      nodeProto(type, [from, ...parameters], [to], UNNAMED);
    this.#nodes.push(node("QuantizeLinear", gives, value.integers));
    this.#nodes.push(node("DequantizeLinear", value.integers, value.floats));
    this.#quantized.set(name, value);
    return value;
  }

  /** Levels of a value after an activation that clips to `bounds`. */
  #levels(name: string, bounds: Range | undefined): Levels {
    const [low, high] = this.#options.ranges.get(name)!;
    const range: Range =
      bounds === undefined ? [low, high] : [Math.max(low, bounds[0]), Math.min(high, bounds[1])];
    return levelsOf(range, this.#anchors.get(name)) ?? levelsOf(range)!;
  }

  /** A name that is new. A small network's file would be names to a tenth if those of all values told what they are. */
  #short(stem: string): string {
    return `${stem}:${this.#named++}`;
  }

  /** Shared by what has the same. */
  #parameters({ scale, zeroPoint }: Levels): [string, string] {
    return [
      this.#scaleName(scale),
      this.#constant(`zero_point:${zeroPoint}`, hostTensor("uint8", [], Uint8Array.of(zeroPoint))),
    ];
  }

  #scaleName(scale: number): string {
    const name = this.#scales.get(scale) ?? this.#constant(this.#short("scale"), float32([], [scale]));
    this.#scales.set(scale, name);
    return name;
  }

  #dequantizeConstant(
    name: string,
    tensor: HostTensor,
    scale: HostTensor<"float32">,
    axis: number,
    zeroPoint?: string,
  ): string {
    const inputs = [this.#constant(`${name}/quantized`, tensor), this.#constant(`${name}/s`, scale)];
    const output = `${name}/dequantized`;
    this.#nodes.push(
      nodeProto("DequantizeLinear", [...inputs, ...(zeroPoint === undefined ? [] : [zeroPoint])], [output], {
        name: `${name}/DequantizeLinear`,
        attributes: { axis },
      }),
    );
    return output;
  }

  #constant(name: string, tensor: HostTensor): string {
    this.#constants.set(name, toTensorProto(name, tensor));
    return name;
  }
}
