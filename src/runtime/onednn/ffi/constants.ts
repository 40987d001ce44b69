// Numbers of the oneDNN C interface that generations 2 and 3 share.

/** Element types (`dnnl_data_type_t`). */
export const DATA_TYPE = { bf16: 2, f32: 3, s32: 4, s8: 5, u8: 6 } as const;
/** An element type by oneDNN's own name. */
export type DnnlType = keyof typeof DATA_TYPE;

/** Bytes of one element. */
export const TYPE_BYTES: Readonly<Record<DnnlType, number>> = { bf16: 2, f32: 4, s32: 4, s8: 1, u8: 1 };

/** `DATA_TYPE` the other way round. */
export const DATA_TYPE_NAMES: ReadonlyMap<number, DnnlType> = new Map(
  Object.entries(DATA_TYPE).map(([name, code]) => [code, name as DnnlType]),
);

/** Names of a primitive's arguments (`DNNL_ARG_*`). */
export const ARG = {
  src: 1,
  src1: 2,
  dst: 17,
  weights: 33,
  bias: 41,
  mean: 49,
  variance: 50,
  scale: 51,
  shift: 52,
  workspace: 64,
  scratchpad: 80,
  diffSrc: 129,
  diffDst: 145,
  diffWeights: 161,
  diffBias: 169,
  diffScale: 255,
  diffShift: 256,
  /** The first of several sources of a sum. */
  multipleSrc: 1024,
} as const;

/** Directions of propagation (`dnnl_prop_kind_t`). */
export const PROPAGATION = { training: 64, inference: 96, backward: 128 } as const;

/** `dnnl_query_t` of a primitive descriptor. */
export const QUERY = {
  implementation: 8,
  src: 129,
  diffSrc: 130,
  weights: 131,
  diffWeights: 132,
  dst: 133,
  diffDst: 134,
  workspace: 135,
  scratchpad: 136,
} as const;
/** What has a layout that can be asked for. */
export type LayoutQuery = Exclude<keyof typeof QUERY, "implementation">;

/** `dnnl_convolution_*` */
export const CONVOLUTION_ALGORITHM = { direct: 1, winograd: 2, auto: 3 } as const;
/** One of `CONVOLUTION_ALGORITHM`. */
export type DnnlConvolutionAlgorithm = keyof typeof CONVOLUTION_ALGORITHM;

/** `dnnl_pooling_max` and `dnnl_pooling_avg_include_padding`. */
export const POOLING_ALGORITHM = { max: 511, average: 767 } as const;

/** `dnnl_binary_*`; comparisons give 1 or 0. */
export const BINARY_ALGORITHM = {
  add: 131056,
  mul: 131057,
  max: 131058,
  min: 131059,
  div: 131060,
  sub: 131061,
  ge: 131062,
  gt: 131063,
  eq: 131066,
} as const;
/** One of `BINARY_ALGORITHM`. */
export type BinaryAlgorithm = keyof typeof BINARY_ALGORITHM;

/** `dnnl_reduction_*` */
export const REDUCTION_ALGORITHM = { max: 196594, sum: 196596 } as const;

/** `dnnl_softmax_accurate` and `dnnl_softmax_log` */
export const SOFTMAX_ALGORITHM = { softmax: 196608, logSoftmax: 196609 } as const;
/** One of `SOFTMAX_ALGORITHM`. */
export type SoftmaxAlgorithm = keyof typeof SOFTMAX_ALGORITHM;

/** Flag of a normalisation: take the statistics that are given. */
export const USE_GLOBAL_STATISTICS = 1;

/** `dnnl_format_tag_any`: the primitive chooses the layout. */
export const FORMAT_TAG_ANY = 1;
/** `dnnl_cpu` */
export const ENGINE_CPU = 1;
/** `dnnl_stream_in_order`: one primitive after another. */
export const STREAM_IN_ORDER = 1;
/** `dnnl_scratchpad_mode_user`: whoever runs a primitive gives it its temporary memory. */
export const SCRATCHPAD_USER = 1;

/** `DNNL_MAX_NDIMS` */
export const MAX_RANK = 12;

/**
 * Elementwise functions by name:
 * relu max(x, 0); linear alpha x + beta; pow alpha x^beta; clip to [alpha, beta]; gelu by the error function.
 */
export type EltwiseAlgorithm =
  | "relu"
  | "tanh"
  | "square"
  | "abs"
  | "sqrt"
  | "linear"
  | "exp"
  | "log"
  | "clip"
  | "gelu"
  | "pow"
  | "logistic";

/**
 * Gradients of elementwise functions by name: relu by its result, gelu and clip (which is 0 at both ends) by their
 * operand.
 */
export type EltwiseGradient = "relu" | "gelu" | "clip";

/** `dnnl_eltwise_relu_use_dst_for_bwd` */
export const RELU_BY_RESULT = 256;
