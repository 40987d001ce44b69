// The oracle of every other runtime: plain loops in float64, one thread, slow and obvious.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { ReferenceSession } from "./session.ts";

/** Computes every float in float64, whatever its dtype in the graph; there on every machine. */
export const referenceRuntime: Runtime = {
  name: "reference",
  async probe(): Promise<Probe> {
    return { available: true, detail: "plain loops in float64, one thread", precisions: ["32-true"] };
  },
  async open({ storages, precision = "32-true" }: SessionOptions): Promise<Session> {
    if (precision !== "32-true") {
      throw new ClassifierTrainingError(
        "usage",
        "RUNTIME_PRECISION",
        `runtime reference computes in float64 only, not in ${precision}`,
        { hint: "set trainer.precision=32-true" },
      );
    }
    return new ReferenceSession(storages);
  },
};
