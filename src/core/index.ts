// What every other folder builds on: element types, shapes, host tensors, random numbers, errors.

export { withoutPasswords } from "./address.ts";
export type { Batch, BatchSource, DataSplit, LoaderMemory, TrainerData } from "./batches.ts";
export { fillBernoulli } from "./bernoulli.ts";
export { compareCodePoints } from "./code-points.ts";
export {
  type CsvFormat,
  type CsvRecord,
  csvRecords,
  readCsv,
  readLabelList,
  writeCsv,
  writeLabelList,
} from "./csv.ts";
export { cubicWeight } from "./cubic.ts";
export {
  allocate,
  bytesPerElement,
  type DType,
  type DTypeArrays,
  isFloat,
  type TensorData,
  viewBuffer,
} from "./dtype.ts";
export { complementaryErrorFunction, errorFunction, geluSlope } from "./error-function.ts";
export {
  ClassifierTrainingError,
  ERROR_KINDS,
  type ErrorDetails,
  type ErrorKind,
  PROCESS_LOST,
} from "./errors.ts";
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "./half.ts";
export {
  EVALUATION_HEADLINES,
  type HeadlineMetrics,
  headlineMetrics,
  isOfOneClass,
  isShare,
} from "./headline-metrics.ts";
export {
  ABSENT,
  countClasses,
  LabelSets,
  labelsOf,
  labelTensor,
  PRESENT,
  type SampleLabels,
  selectLabels,
  UNKNOWN,
} from "./label-sets.ts";
export { checkLabels, checkSampleLabels, type LabelRange, oneClassEach, type TaskName } from "./labels.ts";
export { LatestUsed } from "./latest-used.ts";
export { listNames } from "./list-names.ts";
export { npyHeader } from "./npy.ts";
export { parseOptions } from "./parse-options.ts";
export { fnv1a, philox4x32, RandomStream } from "./random.ts";
export { describeIssue, type SchemaIssue } from "./schema-issue.ts";
export { broadcastShapes, formatShape, type Shape, sameShape, sizeOf, stridesOf } from "./shape.ts";
export { ONLY_PROCESS, type Share, shareOf } from "./share.ts";
export { isShared, sharedMemory } from "./shared-memory.ts";
export { shorten } from "./shorten.ts";
export { logitOf, sigmoid } from "./sigmoid.ts";
export { softmax } from "./softmax.ts";
export { didYouMean, suggest } from "./suggest.ts";
export { formatTable } from "./table.ts";
export {
  float32,
  float64Scalar,
  type HostTensor,
  hostTensor,
  scalar,
  type TensorChange,
  toNumbers,
  zeros,
} from "./tensor.ts";
