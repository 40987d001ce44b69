// The embedded default runtime.
export { onnxRuntime } from "./runtime.ts";
