// summary.json: how a run ended, written.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { RunError, RunSummary } from "../../report/index.ts";

/** What to write down of an error. */
export function runError(error: unknown): RunError {
  if (error instanceof ClassifierTrainingError) {
    const { code, message, where, hint } = error;
    return { code, message, where, hint };
  }
  return { code: "UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}

/** JSON without the numbers it cannot hold: those that are not finite become null. */
export function writeSummary(summary: RunSummary): string {
  return `${JSON.stringify(summary, (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? null : value), 2)}\n`;
}
