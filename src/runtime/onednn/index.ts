// The fast runtime on oneDNN.

export type { StepTime } from "./compute/executable.ts";
export { onednnRuntime } from "./runtime.ts";
export { OnednnExecutable } from "./session.ts";
