// oneDNN's status codes as errors.
import { ClassifierTrainingError } from "../../../core/index.ts";

/** `dnnl_unimplemented`, which is an answer and no failure where something else can be tried. */
export const STATUS_UNIMPLEMENTED = 3;

const MEANINGS: Readonly<Record<number, string>> = {
  1: "out of memory",
  2: "invalid arguments",
  [STATUS_UNIMPLEMENTED]: "no implementation for these shapes and types",
  4: "no further implementation",
  5: "run-time error",
  6: "not required",
};

/** @throws ClassifierTrainingError `ONEDNN_FAILED` naming `what` unless `status` is success. */
export function check(status: number, what: string | (() => string)): void {
  if (status === 0) return;
  const subject = typeof what === "string" ? what : what();
  const meaning = MEANINGS[status] ?? `status ${status}`;
  throw new ClassifierTrainingError("failure", "ONEDNN_FAILED", `oneDNN: ${subject}: ${meaning}`);
}
