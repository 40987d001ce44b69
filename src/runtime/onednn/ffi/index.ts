// Everything of oneDNN that the runtime uses.
export {
  ALIGNMENT,
  AlignedMemory,
  aligned,
  type SharedMemory,
  SLAB_BYTES,
  sharedMemory,
} from "./aligned-memory.ts";
export {
  ARG,
  type BinaryAlgorithm,
  type DnnlConvolutionAlgorithm,
  type DnnlType,
  type EltwiseAlgorithm,
  type EltwiseGradient,
  type LayoutQuery,
  type SoftmaxAlgorithm,
} from "./constants.ts";
export { Engine, type Primitive } from "./engine.ts";
export { formatLayout, isDense, type Layout } from "./layout.ts";
export { INSTALL_HINT, type Library, loadLibrary } from "./library.ts";
export type {
  ConvolutionGeometry,
  Operation,
  OperationKind,
  OperationOf,
  PoolingGeometry,
  PostOp,
} from "./operation.ts";
export { type MatrixProduct, productOf } from "./product.ts";
