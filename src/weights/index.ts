// Files of weights: safetensors read and written, PyTorch files read as data, torchvision's weights fetched.
export { weightsCacheFolder } from "./cache.ts";
export { findWeights, WEIGHTS_CATALOG, type WeightsEntry, type WeightsPreprocessing } from "./catalog.ts";
export { type DownloadOptions, type DownloadProgress, download } from "./download.ts";
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "./half.ts";
export { openWeights } from "./open-weights.ts";
export { fetchPretrained, type PretrainedSource, pretrainedPath, pretrainedSource } from "./pretrained.ts";
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
