// oneDNN 3.x: the functions that create a primitive descriptor, by what it is to compute.
import { type Bind, dimsOf, type NativeFunction } from "./abi.ts";
import {
  BINARY_ALGORITHM,
  CONVOLUTION_ALGORITHM,
  type EltwiseGradient,
  POOLING_ALGORITHM,
  PROPAGATION,
  REDUCTION_ALGORITHM,
  RELU_BY_RESULT,
  SOFTMAX_ALGORITHM,
  USE_GLOBAL_STATISTICS,
} from "./constants.ts";
import type { Layout } from "./layout.ts";
import type { OperationKind, OperationOf } from "./operation.ts";

const NORMALIZATION = { scale: 2, shift: 4, relu: 8 } as const;

/** `dnnl_eltwise_*` of generation 3. */
export const ELTWISE_ALGORITHM = {
  relu: 32,
  tanh: 33,
  square: 35,
  abs: 36,
  sqrt: 37,
  linear: 38,
  exp: 42,
  log: 45,
  clip: 46,
  gelu: 49,
  pow: 48,
  logistic: 41,
} as const;

/** The clip whose gradient is 0 at both ends has a number of its own. */
const ELTWISE_GRADIENT: Readonly<Record<EltwiseGradient, number>> = {
  relu: RELU_BY_RESULT,
  gelu: ELTWISE_ALGORITHM.gelu,
  clip: 47,
};

/** What every creation takes besides the operation: handles, and where the new descriptor's handle goes. */
export interface CreateCall {
  readonly out: BigUint64Array;
  readonly engine: number;
  readonly attributes: number;
  readonly forwardHint: number;
}

/** By kind of operation: creates a primitive descriptor and gives the status. */
export type Creators = {
  readonly [K in OperationKind]: (call: CreateCall, operation: OperationOf<K>) => number;
};

/** The functions that create a primitive descriptor: (out, engine, what it is, hint?, attributes). */
export function bindCreators(bind: Bind): Creators {
  const create = (
    name: string,
    ...parameters: readonly ("int" | "void *" | "float" | "uint32_t" | "uint64_t")[]
  ): NativeFunction =>
    bind(`dnnl_${name}_primitive_desc_create`, "int", ["void *", "uint64_t", ...parameters, "uint64_t"]);
  const md = "uint64_t";
  const hint = "uint64_t";
  const dims = "void *";
  const g = [dims, dims, dims, dims] as const;
  const convolutionForward = create("convolution_forward", "int", "int", md, md, md, md, ...g);
  const convolutionBackwardData = create("convolution_backward_data", "int", md, md, md, ...g, hint);
  const convolutionBackwardWeights = create(
    "convolution_backward_weights",
    "int",
    md,
    md,
    md,
    md,
    ...g,
    hint,
  );
  const normalizationForward = create("batch_normalization_forward", "int", md, md, "float", "uint32_t");
  const normalizationBackward = create(
    "batch_normalization_backward",
    "int",
    md,
    md,
    md,
    "float",
    "uint32_t",
    hint,
  );
  const poolingForward = create("pooling_forward", "int", "int", md, md, ...g, dims);
  const poolingBackward = create("pooling_backward", "int", md, md, ...g, dims, hint);
  const matmul = create("matmul", md, md, md, md);
  const eltwiseForward = create("eltwise_forward", "int", "int", md, md, "float", "float");
  const eltwiseBackward = create("eltwise_backward", "int", md, md, md, "float", "float", hint);
  const binary = create("binary", "int", md, md, md);
  const reduction = create("reduction", "int", md, md, "float", "float");
  const softmaxForward = create("softmax_forward", "int", "int", md, md, "int");
  const softmaxBackward = create("softmax_backward", "int", md, md, md, "int", hint);
  const layerForward = create("layer_normalization_forward", "int", md, md, md, "float", "uint32_t");
  const layerBackward = create(
    "layer_normalization_backward",
    "int",
    md,
    md,
    md,
    md,
    "float",
    "uint32_t",
    hint,
  );
  const sum = create("sum", md, "int", "void *", "void *");
  const reorder = bind("dnnl_reorder_primitive_desc_create", "int", [
    "void *",
    md,
    "uint64_t",
    md,
    "uint64_t",
    "uint64_t",
  ]);
  const native = (layout: Layout | undefined): unknown => layout?.native ?? 0;

  return {
    convolutionForward: (c, o) =>
      convolutionForward(
        c.out,
        c.engine,
        o.training ? PROPAGATION.training : PROPAGATION.inference,
        CONVOLUTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.weights),
        native(o.bias),
        native(o.dst),
        ...geometry(o),
        c.attributes,
      ),
    convolutionBackwardData: (c, o) =>
      convolutionBackwardData(
        c.out,
        c.engine,
        CONVOLUTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.weights),
        native(o.dst),
        ...geometry(o),
        c.forwardHint,
        c.attributes,
      ),
    convolutionBackwardWeights: (c, o) =>
      convolutionBackwardWeights(
        c.out,
        c.engine,
        CONVOLUTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.weights),
        native(o.bias),
        native(o.dst),
        ...geometry(o),
        c.forwardHint,
        c.attributes,
      ),
    batchNormalizationForward: (c, o) =>
      normalizationForward(
        c.out,
        c.engine,
        o.globalStatistics ? PROPAGATION.inference : PROPAGATION.training,
        native(o.src),
        native(o.dst),
        o.epsilon,
        (o.globalStatistics ? USE_GLOBAL_STATISTICS : 0) | normalizationFlags(o.relu),
        c.attributes,
      ),
    batchNormalizationBackward: (c, o) =>
      normalizationBackward(
        c.out,
        c.engine,
        PROPAGATION.backward,
        native(o.diffSrc),
        native(o.diffDst),
        native(o.src),
        o.epsilon,
        normalizationFlags(o.relu),
        c.forwardHint,
        c.attributes,
      ),
    layerNormalizationForward: (c, o) =>
      layerForward(
        c.out,
        c.engine,
        PROPAGATION.training,
        native(o.src),
        native(o.dst),
        native(o.statistics),
        o.epsilon,
        normalizationFlags(false),
        c.attributes,
      ),
    layerNormalizationBackward: (c, o) =>
      layerBackward(
        c.out,
        c.engine,
        PROPAGATION.backward,
        native(o.diffSrc),
        native(o.diffDst),
        native(o.src),
        native(o.statistics),
        o.epsilon,
        normalizationFlags(false),
        c.forwardHint,
        c.attributes,
      ),
    poolingForward: (c, o) =>
      poolingForward(
        c.out,
        c.engine,
        o.training ? PROPAGATION.training : PROPAGATION.inference,
        POOLING_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        dimsOf(o.strides),
        dimsOf(o.kernel),
        dimsOf(o.dilation),
        dimsOf(o.paddingBegin),
        dimsOf(o.paddingEnd),
        c.attributes,
      ),
    poolingBackward: (c, o) =>
      poolingBackward(
        c.out,
        c.engine,
        POOLING_ALGORITHM[o.algorithm],
        native(o.diffSrc),
        native(o.diffDst),
        dimsOf(o.strides),
        dimsOf(o.kernel),
        dimsOf(o.dilation),
        dimsOf(o.paddingBegin),
        dimsOf(o.paddingEnd),
        c.forwardHint,
        c.attributes,
      ),
    matmul: (c, o) =>
      matmul(c.out, c.engine, native(o.src), native(o.weights), native(o.bias), native(o.dst), c.attributes),
    eltwise: (c, o) =>
      eltwiseForward(
        c.out,
        c.engine,
        PROPAGATION.inference,
        ELTWISE_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        o.alpha,
        o.beta,
        c.attributes,
      ),
    eltwiseBackward: (c, o) =>
      eltwiseBackward(
        c.out,
        c.engine,
        ELTWISE_GRADIENT[o.algorithm],
        native(o.diffSrc),
        native(o.diffDst),
        native(o.data),
        o.alpha,
        o.beta,
        c.forwardHint,
        c.attributes,
      ),
    binary: (c, o) =>
      binary(
        c.out,
        c.engine,
        BINARY_ALGORITHM[o.algorithm],
        native(o.src0),
        native(o.src1),
        native(o.dst),
        c.attributes,
      ),
    sum: (c, o) => {
      const sources = BigUint64Array.from(o.sources, (layout) => BigInt(layout.native as number));
      const scales = Float32Array.from(o.scales);
      return sum(c.out, c.engine, native(o.dst), sources.length, scales, sources, c.attributes);
    },
    reduction: (c, o) =>
      reduction(
        c.out,
        c.engine,
        REDUCTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        0,
        0,
        c.attributes,
      ),
    softmaxForward: (c, o) =>
      softmaxForward(
        c.out,
        c.engine,
        PROPAGATION.inference,
        SOFTMAX_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        o.axis,
        c.attributes,
      ),
    softmaxBackward: (c, o) =>
      softmaxBackward(
        c.out,
        c.engine,
        SOFTMAX_ALGORITHM.softmax,
        native(o.diffSrc),
        native(o.diffDst),
        native(o.dst),
        o.axis,
        c.forwardHint,
        c.attributes,
      ),
    reorder: (c, o) => reorder(c.out, native(o.src), c.engine, native(o.dst), c.engine, c.attributes),
  };
}

function normalizationFlags(relu: boolean): number {
  return NORMALIZATION.scale | NORMALIZATION.shift | (relu ? NORMALIZATION.relu : 0);
}

function geometry(
  o: OperationOf<"convolutionForward" | "convolutionBackwardData" | "convolutionBackwardWeights">,
): BigInt64Array[] {
  return [o.strides, o.dilation, o.paddingBegin, o.paddingEnd].map(dimsOf);
}
