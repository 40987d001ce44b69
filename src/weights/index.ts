// Files of weights: safetensors read and written, PyTorch files read as data, torchvision's weights fetched.

export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "../core/half.ts";
export { type DownloadOptions, type DownloadProgress, download } from "../download/index.ts";
export { weightsCacheFolder } from "./cache.ts";
export { castTensor } from "./cast.ts";
export { findWeights, WEIGHTS_CATALOG, type WeightsEntry, type WeightsPreprocessing } from "./catalog.ts";
export { type ConvertOptions, convertWeights, type WeightNames } from "./convert.ts";
export {
  countFitting,
  listNames,
  type MatchOptions,
  type MisshapenTensor,
  matchStateDict,
  prefixNote,
  requireMatch,
  type StateDictMatch,
} from "./match-state-dict.ts";
export type { NamingConvention } from "./naming.ts";
export { openWeights } from "./open-weights.ts";
export {
  fetchPretrained,
  type ListedWeights,
  listWeights,
  type PretrainedSource,
  preprocessingOf,
  pretrainedPath,
  pretrainedSource,
} from "./pretrained.ts";
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
export {
  encodeStateDict,
  type LoadedStateDict,
  loadStateDict,
  readStateDictDescription,
  type StateDictDescription,
} from "./state-dict-file.ts";
export { verifyWeights, type WeightsReport } from "./verify.ts";
export type { TensorInfo, WeightsFile } from "./weights-file.ts";
