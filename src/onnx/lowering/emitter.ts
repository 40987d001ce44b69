// Appends ONNX nodes for graph ops: the few node forms that lowerings are written in.
import { type DType, float32, type HostTensor, hostTensor, isFloat, type Shape } from "../../core/index.ts";
import { GraphBuilder, type OnnxAttribute } from "../graph-builder.ts";

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
  /** Size that stands for a free batch dimension where it comes first. */
  readonly freeBatch: number | undefined;
  readonly #shared = new Map<string, readonly string[]>();
  #scope = "";

  /** @param freeBatch default: every dimension is what it says */
  constructor(freeBatch?: number) {
    this.freeBatch = freeBatch;
  }

  /** Names the nodes to come after `scope`: a module path and an op. */
  enter(scope: string): void {
    this.#scope = scope;
  }

  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.graph.node(opType, inputs, { attributes, name: this.#name(opType) });
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

  /** A leading dimension of the free batch size stays free. */
  reshape(x: string, shape: Shape): string {
    const sizes = shape.map((dim, axis) => (axis === 0 && dim === this.freeBatch ? -1 : dim));
    return this.node("Reshape", [x, this.integers(sizes)], { allowzero: sizes.includes(0) ? 1 : undefined });
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

  /** Zeros before and behind each axis. */
  pad(x: string, before: readonly number[], after: readonly number[]): string {
    const amounts = [...before, ...after];
    return amounts.every((n) => n === 0) ? x : this.node("Pad", [x, this.integers(amounts)]);
  }

  expand(x: string, shape: Shape): string {
    return this.node("Expand", [x, this.integers(shape)]);
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
    return this.graph.node("FusedMatMul", [a, b], {
      name: this.#name("FusedMatMul"),
      domain: CONTRIB_DOMAIN,
      attributes: { transA: transA ? 1 : 0, transB: transB ? 1 : 0 },
    });
  }

  /** Product of two matrices. */
  gemm(a: string, b: string, transA = false, transB = false): string {
    return this.node("Gemm", [a, b], { transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
  }
}
