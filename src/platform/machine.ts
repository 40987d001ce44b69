// What this machine has: processors, memory, a place for warnings.
import { availableParallelism } from "node:os";

/** Where lines for people go. */
export interface TextOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Processors that this process may use. */
export function processorCount(): number {
  return availableParallelism();
}

/** Bytes of memory that this process may still take, within its container's limit. */
export function availableMemory(): number {
  return process.availableMemory();
}

/** Where warnings and progress go by default: standard error. */
export function warningOutput(): TextOutput {
  return process.stderr;
}
