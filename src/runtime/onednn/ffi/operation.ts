// What a primitive is to compute, said without reference to a library generation.
import type {
  BinaryAlgorithm,
  DnnlConvolutionAlgorithm,
  DnnlType,
  EltwiseAlgorithm,
  EltwiseGradient,
  SoftmaxAlgorithm,
} from "./constants.ts";
import type { Layout } from "./layout.ts";

/** Applied to the result before it is stored, in order. */
export type PostOp =
  /** Adds `scale` times what the destination held. */
  | { readonly kind: "sum"; readonly scale: number; readonly type?: DnnlType }
  | {
      readonly kind: "eltwise";
      readonly algorithm: EltwiseAlgorithm;
      readonly alpha: number;
      readonly beta: number;
    }
  /** Combines the result with another tensor (given at execution), broadcast where its dimensions are 1. */
  | { readonly kind: "binary"; readonly algorithm: BinaryAlgorithm; readonly source: Layout };

/** How a window moves, axis by axis; padding before and behind may differ. */
export interface ConvolutionGeometry {
  readonly strides: readonly number[];
  /** oneDNN counts from 0: a dilation of 1 in PyTorch's terms is 0 here. */
  readonly dilation: readonly number[];
  readonly paddingBegin: readonly number[];
  readonly paddingEnd: readonly number[];
}

/** The same for a window without weights. */
export interface PoolingGeometry extends ConvolutionGeometry {
  readonly kernel: readonly number[];
}

interface ConvolutionTensors {
  readonly algorithm: DnnlConvolutionAlgorithm;
  readonly src: Layout;
  readonly weights: Layout;
  readonly bias?: Layout | undefined;
  readonly dst: Layout;
}

/** Operands of backward forms are named by what they are the gradient of: `src` stands for the gradient of src. */
export type Operation =
  | (ConvolutionTensors &
      ConvolutionGeometry & {
        readonly kind: "convolutionForward";
        readonly training: boolean;
      })
  | (ConvolutionTensors & ConvolutionGeometry & { readonly kind: "convolutionBackwardData" })
  | (ConvolutionTensors & ConvolutionGeometry & { readonly kind: "convolutionBackwardWeights" })
  | {
      readonly kind: "batchNormalizationForward";
      readonly src: Layout;
      readonly dst: Layout;
      readonly epsilon: number;
      /** Normalise with given statistics instead of the batch's. */
      readonly globalStatistics: boolean;
      readonly relu: boolean;
    }
  | {
      readonly kind: "batchNormalizationBackward";
      readonly src: Layout;
      readonly diffSrc: Layout;
      readonly diffDst: Layout;
      readonly epsilon: number;
      readonly relu: boolean;
    }
  /** Over the last axis; `statistics` is the layout of means and of variances. */
  | {
      readonly kind: "layerNormalizationForward";
      readonly src: Layout;
      readonly dst: Layout;
      readonly statistics: Layout;
      readonly epsilon: number;
    }
  | {
      readonly kind: "layerNormalizationBackward";
      readonly src: Layout;
      readonly diffSrc: Layout;
      readonly diffDst: Layout;
      readonly statistics: Layout;
      readonly epsilon: number;
    }
  | (PoolingGeometry & {
      readonly kind: "poolingForward";
      readonly algorithm: "max" | "average";
      readonly training: boolean;
      readonly src: Layout;
      readonly dst: Layout;
    })
  | (PoolingGeometry & {
      readonly kind: "poolingBackward";
      readonly algorithm: "max" | "average";
      readonly diffSrc: Layout;
      readonly diffDst: Layout;
    })
  | {
      readonly kind: "matmul";
      readonly src: Layout;
      readonly weights: Layout;
      readonly bias?: Layout | undefined;
      readonly dst: Layout;
    }
  | {
      readonly kind: "eltwise";
      readonly algorithm: EltwiseAlgorithm;
      readonly alpha: number;
      readonly beta: number;
      readonly src: Layout;
      readonly dst: Layout;
    }
  /** `data` is the operand of the function or, for relu, its result. */
  | {
      readonly kind: "eltwiseBackward";
      readonly algorithm: EltwiseGradient;
      readonly alpha: number;
      readonly beta: number;
      readonly data: Layout;
      readonly diffSrc: Layout;
      readonly diffDst: Layout;
    }
  | {
      readonly kind: "binary";
      readonly algorithm: BinaryAlgorithm;
      readonly src0: Layout;
      readonly src1: Layout;
      readonly dst: Layout;
    }
  | {
      readonly kind: "sum";
      readonly sources: readonly Layout[];
      readonly scales: readonly number[];
      readonly dst: Layout;
    }
  | {
      readonly kind: "reduction";
      readonly algorithm: "sum" | "max";
      readonly src: Layout;
      readonly dst: Layout;
    }
  | {
      readonly kind: "softmaxForward";
      readonly algorithm: SoftmaxAlgorithm;
      readonly axis: number;
      readonly src: Layout;
      readonly dst: Layout;
    }
  | {
      readonly kind: "softmaxBackward";
      readonly axis: number;
      readonly dst: Layout;
      readonly diffSrc: Layout;
      readonly diffDst: Layout;
    }
  | { readonly kind: "reorder"; readonly src: Layout; readonly dst: Layout };

/** The name of an operation, which decides what else is said of it. */
export type OperationKind = Operation["kind"];
/** The operation of that name. */
export type OperationOf<K extends OperationKind> = Extract<Operation, { readonly kind: K }>;
