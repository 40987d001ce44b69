// The oracle runtime.
export { referenceRuntime } from "./runtime.ts";
