// oneDNN 2.x: the functions that fill an operation descriptor, by what it is to compute.
import { type Bind, dimsOf, type NativeFunction, orNull } from "./abi.ts";
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

const NORMALIZATION = { relu: 4, scale: 8, shift: 16 } as const;

/** By kind of operation: fills `description`, a C struct, and gives the status. */
export type Initializers = {
  readonly [K in Exclude<OperationKind, "reorder" | "sum">]: (
    description: Uint8Array,
    operation: OperationOf<K>,
  ) => number;
};

/** The functions that fill an operation descriptor. */
export function bindInitializers(bind: Bind): Initializers {
  const init = (
    name: string,
    ...parameters: readonly ("int" | "void *" | "float" | "uint32_t")[]
  ): NativeFunction => bind(`dnnl_${name}_desc_init`, "int", ["void *", ...parameters]);
  const p = "void *";
  const convolutionForward = init("dilated_convolution_forward", "int", "int", p, p, p, p, p, p, p, p);
  const convolutionBackwardData = init("dilated_convolution_backward_data", "int", p, p, p, p, p, p, p);
  const convolutionBackwardWeights = init(
    "dilated_convolution_backward_weights",
    "int",
    p,
    p,
    p,
    p,
    p,
    p,
    p,
    p,
  );
  const normalizationForward = init("batch_normalization_forward", "int", p, "float", "uint32_t");
  const normalizationBackward = init("batch_normalization_backward", "int", p, p, "float", "uint32_t");
  const poolingForward = init("pooling_v2_forward", "int", "int", p, p, p, p, p, p, p);
  const poolingBackward = init("pooling_v2_backward", "int", p, p, p, p, p, p, p);
  const matmul = init("matmul", p, p, p, p);
  const eltwiseForward = init("eltwise_forward", "int", "int", p, "float", "float");
  const eltwiseBackward = init("eltwise_backward", "int", p, p, "float", "float");
  const binary = init("binary", "int", p, p, p);
  const reduction = init("reduction", "int", p, p, "float", "float");
  const softmaxForward = init("softmax_v2_forward", "int", "int", p, p, "int");
  const softmaxBackward = init("softmax_v2_backward", "int", p, p, p, "int");
  const layerForward = init("layer_normalization_forward", "int", p, p, "float", "uint32_t");
  const layerBackward = init("layer_normalization_backward", "int", p, p, p, "float", "uint32_t");
  const md = (layout: Layout | undefined): unknown => orNull(layout?.native, "void *");

  return {
    convolutionForward: (d, o) =>
      convolutionForward(
        d,
        o.training ? PROPAGATION.training : PROPAGATION.inference,
        CONVOLUTION_ALGORITHM[o.algorithm],
        md(o.src),
        md(o.weights),
        md(o.bias),
        md(o.dst),
        ...geometry(o),
      ),
    convolutionBackwardData: (d, o) =>
      convolutionBackwardData(
        d,
        CONVOLUTION_ALGORITHM[o.algorithm],
        md(o.src),
        md(o.weights),
        md(o.dst),
        ...geometry(o),
      ),
    convolutionBackwardWeights: (d, o) =>
      convolutionBackwardWeights(
        d,
        CONVOLUTION_ALGORITHM[o.algorithm],
        md(o.src),
        md(o.weights),
        md(o.bias),
        md(o.dst),
        ...geometry(o),
      ),
    batchNormalizationForward: (d, o) =>
      normalizationForward(
        d,
        o.globalStatistics ? PROPAGATION.inference : PROPAGATION.training,
        md(o.src),
        o.epsilon,
        (o.globalStatistics ? USE_GLOBAL_STATISTICS : 0) | normalizationFlags(o.relu),
      ),
    batchNormalizationBackward: (d, o) =>
      normalizationBackward(
        d,
        PROPAGATION.backward,
        md(o.diffDst),
        md(o.src),
        o.epsilon,
        normalizationFlags(o.relu),
      ),
    layerNormalizationForward: (d, o) =>
      layerForward(
        d,
        PROPAGATION.training,
        md(o.src),
        md(o.statistics),
        o.epsilon,
        normalizationFlags(false),
      ),
    layerNormalizationBackward: (d, o) =>
      layerBackward(
        d,
        PROPAGATION.backward,
        md(o.diffDst),
        md(o.src),
        md(o.statistics),
        o.epsilon,
        normalizationFlags(false),
      ),
    poolingForward: (d, o) =>
      poolingForward(
        d,
        o.training ? PROPAGATION.training : PROPAGATION.inference,
        POOLING_ALGORITHM[o.algorithm],
        md(o.src),
        md(o.dst),
        dimsOf(o.strides),
        dimsOf(o.kernel),
        dimsOf(o.dilation),
        dimsOf(o.paddingBegin),
        dimsOf(o.paddingEnd),
      ),
    poolingBackward: (d, o) =>
      poolingBackward(
        d,
        POOLING_ALGORITHM[o.algorithm],
        md(o.diffSrc),
        md(o.diffDst),
        dimsOf(o.strides),
        dimsOf(o.kernel),
        dimsOf(o.dilation),
        dimsOf(o.paddingBegin),
        dimsOf(o.paddingEnd),
      ),
    matmul: (d, o) => matmul(d, md(o.src), md(o.weights), md(o.bias), md(o.dst)),
    eltwise: (d, o) =>
      eltwiseForward(d, PROPAGATION.inference, ELTWISE_ALGORITHM[o.algorithm], md(o.src), o.alpha, o.beta),
    eltwiseBackward: (d, o) =>
      eltwiseBackward(d, ELTWISE_GRADIENT[o.algorithm], md(o.diffDst), md(o.data), o.alpha, o.beta),
    binary: (d, o) => binary(d, BINARY_ALGORITHM[o.algorithm], md(o.src0), md(o.src1), md(o.dst)),
    reduction: (d, o) => reduction(d, REDUCTION_ALGORITHM[o.algorithm], md(o.src), md(o.dst), 0, 0),
    softmaxForward: (d, o) =>
      softmaxForward(d, PROPAGATION.inference, SOFTMAX_ALGORITHM[o.algorithm], md(o.src), md(o.dst), o.axis),
    softmaxBackward: (d, o) =>
      softmaxBackward(d, SOFTMAX_ALGORITHM.softmax, md(o.diffSrc), md(o.diffDst), md(o.dst), o.axis),
  };
}

/** `dnnl_eltwise_*` of generation 2. */
export const ELTWISE_ALGORITHM = {
  relu: 31,
  tanh: 47,
  square: 79,
  abs: 95,
  sqrt: 111,
  linear: 127,
  exp: 191,
  log: 239,
  clip: 255,
  gelu: 48,
  pow: 32,
  logistic: 175,
} as const;

/** The clip whose gradient is 0 at both ends has a number of its own. */
const ELTWISE_GRADIENT: Readonly<Record<EltwiseGradient, number>> = {
  relu: RELU_BY_RESULT,
  gelu: ELTWISE_ALGORITHM.gelu,
  clip: 16,
};

function normalizationFlags(relu: boolean): number {
  return NORMALIZATION.scale | NORMALIZATION.shift | (relu ? NORMALIZATION.relu : 0);
}

function geometry(
  o: OperationOf<"convolutionForward" | "convolutionBackwardData" | "convolutionBackwardWeights">,
): BigInt64Array[] {
  return [o.strides, o.dilation, o.paddingBegin, o.paddingEnd].map(dimsOf);
}
