// Files of weights: safetensors read and written, PyTorch files read as data.
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "./half.ts";
export { openWeights } from "./open-weights.ts";
export { openPyTorch, parsePyTorch } from "./pytorch/index.ts";
export {
  type EncodedFile,
  encodeSafetensors,
  layoutSafetensors,
  openSafetensors,
  parseSafetensors,
  type SafetensorsLayout,
  type TensorSpec,
} from "./safetensors.ts";
export { openShardedSafetensors } from "./sharded-safetensors.ts";
export type { TensorInfo, WeightsFile } from "./weights-file.ts";
