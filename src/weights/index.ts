// Files of weights: safetensors read and written, PyTorch files read as data.
export {
  type EncodedFile,
  encodeSafetensors,
  layoutSafetensors,
  openSafetensors,
  parseSafetensors,
  type SafetensorsLayout,
  type TensorSpec,
} from "./safetensors.ts";
export type { TensorInfo, WeightsFile } from "./weights-file.ts";
