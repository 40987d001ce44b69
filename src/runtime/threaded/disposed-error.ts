// What is said to whoever uses a session or an executable that is gone.
import { ClassifierTrainingError } from "../../core/index.ts";

/** `RUNTIME_DISPOSED`, naming what was disposed of and whose it was. */
export function disposedError(runtime: string, what: "session" | "executable"): ClassifierTrainingError {
  const problem = `the ${what} of runtime ${runtime} has been disposed of`;
  return new ClassifierTrainingError("failure", "RUNTIME_DISPOSED", problem);
}
