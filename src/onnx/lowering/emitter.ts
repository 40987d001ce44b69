// Appends ONNX nodes for graph ops: the few node forms that lowerings are written in.
import {
  ClassifierTrainingError,
  type DType,
  float32,
  type HostTensor,
  hostTensor,
  isFloat,
} from "../../core/index.ts";
import { batchFactor, type Dims, isBoundShape } from "../../graph/index.ts";
import { GraphBuilder, type OnnxAttribute } from "../graph-builder.ts";
import { onnxType } from "../tensor.ts";

/** A node's attributes by ONNX's names; undefined ones are left out, which means ONNX's default. */
export type Attributes = Readonly<Record<string, OnnxAttribute | undefined>>;

/** Versions of the operator sets that lowerings are written in. */
export const OPSET = 17;
/** The operators beside ONNX's own that onnxruntime brings with every build. */
export const CONTRIB_DOMAIN = "com.microsoft";

/** The dtype that values of `dtype` are computed in: every float in float32. */
export function computedAs(dtype: DType): DType {
  return isFloat(dtype) ? "float32" : dtype;
}

/** One ONNX graph under construction. Values are names; nodes are named after the scope they are emitted in. */
export class Emitter {
  readonly graph: GraphBuilder = new GraphBuilder();
  /** An input that tells the size of the batch. */
  #batchSource: { readonly name: string; readonly axis: number; readonly factor: number } | undefined;
  readonly #parts = new Map<string, (range: readonly [number, number]) => string>();
  readonly #shared = new Map<string, readonly string[]>();
  #scope = "";

  /** Names the nodes to come after `scope`: a module path and an op. */
  enter(scope: string): void {
    this.#scope = scope;
  }

  /** A node; of ONNX's own operator set unless `domain` names another. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}, domain = ""): string {
    return this.graph.node(opType, inputs, { attributes, domain, name: this.#name(opType) });
  }

  /** A node with several outputs. */
  nodeOutputs(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: readonly string[],
  ): string[] {
    const name = this.#name(opType);
    const named = outputs.map((output) => `${name}:${output}`);
    return this.graph.nodeOutputs(opType, inputs, { attributes, name, outputs: named });
  }

  #name(opType: string): string {
    return this.#scope === "" ? opType : `${this.#scope}/${opType}`;
  }

  /** What `emit` gave when it was first called for `key`: nodes that several ops have in common. */
  once(key: string, emit: () => readonly string[]): readonly string[] {
    const names = this.#shared.get(key) ?? emit();
    this.#shared.set(key, names);
    return names;
  }

  // -------------------------------------------------------------- constants

  constant(name: string, tensor: HostTensor): string {
    return this.graph.constant(name, tensor);
  }

  /** A vector of int64. */
  integers(values: readonly number[]): string {
    const key = `integers[${values.join(",")}]`;
    const tensor = (): HostTensor => hostTensor("int64", [values.length], BigInt64Array.from(values, BigInt));
    return this.once(key, () => [this.constant(key, tensor())])[0]!;
  }

  /** A float32 scalar. */
  scalar(value: number): string {
    const key = `scalar[${value}]`;
    return this.once(key, () => [this.constant(key, float32([], [value]))])[0]!;
  }

  // -------------------------------------------------------------- layout

  reshape(x: string, shape: Dims): string {
    const free = shape.filter((dim) => typeof dim !== "number");
    const known = shape.map((dim) => (typeof dim === "number" ? dim : -1));
    const sizes = free.length > 1 ? this.#sizes(shape) : this.integers(known);
    return this.node("Reshape", [x, sizes], { allowzero: shape.includes(0) ? 1 : undefined });
  }

  transpose(x: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? x : this.node("Transpose", [x], { perm });
  }

  concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 ? parts[0]! : this.node("Concat", parts, { axis });
  }

  /** `starts[i]` (inclusive) to `ends[i]` (exclusive) of `axes[i]`, every `steps[i]`-th. */
  slice(
    x: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ): string {
    if (axes.length === 0) return x;
    const inputs = [x, this.integers(starts), this.integers(ends), this.integers(axes)];
    return this.node("Slice", steps === undefined ? inputs : [...inputs, this.integers(steps)]);
  }

  /** `x` once `first`, floats of whatever shape, is there. Readers of models order nodes by what they read alone. */
  after(x: string, shape: Dims, first: string): string {
    const nothing = this.once(`nothing of ${first}`, () => {
      const floats = this.slice(this.reshape(first, [-1]), [0], [0], [0]);
      return [this.node("Cast", [floats], { to: onnxType("int64") })];
    });
    return this.node("Reshape", [x, this.concat([this.#sizes(shape), ...nothing], 0)]);
  }

  /** Lets parts of a flat tensor come from where it comes from, without a copy. */
  providesParts(name: string, part: (range: readonly [number, number]) => string): void {
    this.#parts.set(name, part);
  }

  /** The elements from `from` (inclusive) to `to` (exclusive) of a tensor of `size`, flat. */
  part(name: string, size: number, [from, to]: readonly [number, number]): string {
    if (from === 0 && to === size) return this.reshape(name, [size]);
    return this.#parts.get(name)?.([from, to]) ?? this.slice(this.reshape(name, [size]), [0], [from], [to]);
  }

  /** Zeros before and behind each axis. */
  pad(x: string, before: readonly number[], after: readonly number[]): string {
    const amounts = [...before, ...after];
    return amounts.every((n) => n === 0) ? x : this.node("Pad", [x, this.integers(amounts)]);
  }

  expand(x: string, shape: Dims): string {
    return this.node("Expand", [x, this.#sizes(shape)]);
  }

  /** Lets the size of the batch be read from an input of this shape. */
  readBatchFrom(name: string, shape: Dims): void {
    for (const [axis, dim] of shape.entries()) {
      if (typeof dim !== "number") this.#batchSource ??= { name, axis, factor: batchFactor(dim) };
    }
  }

  /** A shape as a vector of int64, worked out when the model runs where it depends on the batch. */
  #sizes(shape: Dims): string {
    if (isBoundShape(shape)) return this.integers(shape);
    const parts = shape.map((dim) =>
      typeof dim === "number" ? this.integers([dim]) : this.#multiple(batchFactor(dim)),
    );
    return this.concat(parts, 0);
  }

  /** The size of the batch times `factor`, as a vector of one. */
  #multiple(factor: number): string {
    const source = this.#batchSource;
    if (source === undefined) {
      throw new ClassifierTrainingError("failure", "EXPORT_BATCH", "no input tells the size of the batch");
    }
    const { name, axis } = source;
    return this.once(`batch * ${factor}`, () => {
      const rows = this.node("Shape", [name], { start: axis, end: axis + 1 });
      const samples = source.factor === 1 ? rows : this.node("Div", [rows, this.integers([source.factor])]);
      return [factor === 1 ? samples : this.mul(samples, this.integers([factor]))];
    })[0]!;
  }

  // -------------------------------------------------------------- arithmetic

  add(a: string, b: string): string {
    return this.node("Add", [a, b]);
  }

  sub(a: string, b: string): string {
    return this.node("Sub", [a, b]);
  }

  mul(a: string, b: string): string {
    return this.node("Mul", [a, b]);
  }

  reduceSum(x: string, axes: readonly number[], keepDims: boolean): string {
    return this.node("ReduceSum", [x, this.integers(axes)], { keepdims: keepDims ? 1 : 0 });
  }

  /** Products of the matrices in the last two axes, a's or b's transposed on the fly. */
  batchedMatmul(a: string, b: string, transA: boolean, transB: boolean): string {
    if (!transA && !transB) return this.node("MatMul", [a, b]);
    const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0 };
    return this.node("FusedMatMul", [a, b], attributes, CONTRIB_DOMAIN);
  }

  /** Product of two matrices. */
  gemm(a: string, b: string, transA = false, transB = false): string {
    return this.node("Gemm", [a, b], { transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
  }
}
