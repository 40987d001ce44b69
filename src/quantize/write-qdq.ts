// A float graph in QDQ form: QuantizeLinear and DequantizeLinear around what a runtime is to compute in integers.
import { float32, type HostTensor, hostTensor } from "../core/index.ts";
import {
  type ModelProto,
  type NodeProto,
  nodeProto,
  onnxType,
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
  /** Names of the layers that are computed in float. */
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
 * integers; the rest stays float. Layers that are computed in float have weights of 8 bits too, which runtimes turn into floats as
 * they load the model.
 */
export function writeQdq(
  graph: FloatGraph,
  operations: readonly Operation[],
  options: QdqOptions,
): ModelProto {
  return new QdqWriter(graph, operations, options).write();
}

/** The axis of a layer's weights that its output channels lie on. */
function outputAxis({ opType, attribute }: NodeProto): number {
  const transposed = attribute.some(({ name, i }) => name === "transB" && i === 1n);
  return opType === "Conv" || transposed ? 0 : 1;
}

/** Of 32 bits. */
const LARGEST_FLOAT = 2 ** 127 * (2 - 2 ** -23);

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
  /** What layers in float make of values that exist in integers. */
  readonly #betweenIntegers = new Set<string>();
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
    if (kind === "layer") {
      if (this.#options.floatLayers?.has(name) === true) this.#writeFloatLayer(operation);
      else this.#writeLayer(operation);
    } else if (kind !== "float" && inputs.every((value) => this.#isReady(value))) {
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

  /**
   * In float. Its weights are cast and scaled, which runtimes do once with constants, as they load the model; `DequantizeLinear` they
   * leave for each time.
   */
  #writeFloatLayer(operation: Operation): void {
    const [node, ...activation] = operation.nodes as [NodeProto, ...NodeProto[]];
    const [, weight = ""] = node.input;
    const kernel = this.#graph.constants.get(weight)!;
    const axis = outputAxis(node);
    const { weight: levels, scale } = quantizeWeights(kernel, undefined, axis, 1, 127);
    const shape = kernel.shape.map((size, i) => (i === axis ? size : 1));
    const [cast, floats] = [this.#short("w"), this.#short("w")];
    this.#nodes.push(
      nodeProto("Cast", [this.#constant(`${weight}/q`, levels)], [cast], {
        ...UNNAMED,
        attributes: { to: onnxType("float32") },
      }),
      nodeProto(
        "Mul",
        [cast, this.#constant(this.#short("s"), float32(shape, scale.data))],
        [floats],
        UNNAMED,
      ),
    );
    const [x, , ...bias] = node.input;
    if (this.#quantized.has(x!)) this.#betweenIntegers.add(operation.output);
    this.#writeFloat({ ...operation, nodes: [{ ...node, input: [x!, floats, ...bias] }, ...activation] });
  }

  #writeLayer({ nodes, inputs, output, bounds }: Operation): void {
    const node = nodes[0]!;
    const x = this.#quantize(inputs[0]!);
    const { constants } = this.#graph;
    const [, weight = "", bias = ""] = node.input;
    const isConvolution = node.opType === "Conv";
    const axis = outputAxis(node);
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
    const known = this.#quantized.get(name);
    if (known !== undefined) return known;
    const gives = this.#betweenIntegers.has(name) ? this.#guarded(name) : name;
    return this.#register(name, gives, this.#levels(name, undefined));
  }

  /** The same value. onnxruntime computes a layer in integers, whatever its weights are, where it stands right between integers. */
  #guarded(name: string): string {
    const gives = this.#short("x");
    const least = this.#constant("least", float32([], [-LARGEST_FLOAT]));
    this.#nodes.push(nodeProto("Max", [name, least], [gives], UNNAMED));
    return gives;
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
    const inputs = [this.#constant(`${name}/q`, tensor), this.#constant(this.#short("s"), scale)];
    const output = this.#short("w");
    this.#nodes.push(
      nodeProto("DequantizeLinear", [...inputs, ...(zeroPoint === undefined ? [] : [zeroPoint])], [output], {
        ...UNNAMED,
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
