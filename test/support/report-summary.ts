// The summary of a small run that has ended, for tests of reports.
import type { StoredSummary } from "../../src/report/run-summary.ts";

/** That of two epochs over samples of `classes`. */
export function summaryOf(
  classes: readonly string[],
  metrics: Readonly<Record<string, number>>,
): StoredSummary {
  return {
    status: "completed",
    epochs: 2,
    steps: 4,
    best: { epoch: 1, score: 0.75 },
    metrics,
    images_per_second: 10,
    data_wait: 0.1,
    wall_seconds: 61,
    runtime: "reference",
    precision: "32-true",
    threads: 1,
    seed: 42,
    model: "small",
    classes,
    bad_pictures: [],
    export: "model.onnx",
  };
}
