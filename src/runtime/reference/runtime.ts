// The oracle of every other runtime: plain loops in float64, one thread, slow and obvious.
import { ALONE } from "../alone.ts";
import type { Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { precisionError } from "../precision.ts";
import { ReferenceSession } from "./session.ts";

/** Computes every float in float64, whatever its dtype in the graph; there on every machine. */
export const referenceRuntime: Runtime = {
  name: "reference",
  sumsTogether: true,
  async probe(): Promise<Probe> {
    return { available: true, detail: "plain loops in float64, one thread", precisions: ["32-true"] };
  },
  async open({ storages, precision = "32-true", collective = ALONE }: SessionOptions): Promise<Session> {
    if (precision !== "32-true") throw precisionError("runtime reference", precision, ["32-true"]);
    return new ReferenceSession(storages, collective);
  },
};
