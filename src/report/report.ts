// The report of a run: one HTML file that needs nothing else.
import { type Evaluation, evaluatePredictions } from "./evaluation.ts";
import { jsonScript } from "./html.ts";
import type { ReportData } from "./report-data.ts";
import { renderRun } from "./run-page.ts";
import { calibration, confusion, curves, lookedAt, perClass, tiles, topLosses } from "./sections.ts";

/** What the predictions amount to; undefined where there are none. */
export function evaluationOf({ predictions, summary }: ReportData): Evaluation | undefined {
  return predictions.length === 0 ? undefined : evaluatePredictions(predictions, summary.classes);
}

/** The page as text. @param evaluation of `evaluationOf` */
export function renderReport(data: ReportData, evaluation: Evaluation | undefined): string {
  const { summary, predictions } = data;
  const samples = predictions.map(({ name: file, truth, predicted, confidence, loss, picture }) => [
    file,
    truth,
    predicted,
    Number(confidence.toFixed(4)),
    Number(loss.toPrecision(4)),
    picture ?? null,
  ]);
  return renderRun(data, {
    category: "Class",
    categories: "classes",
    tiles: tiles(data, evaluation),
    sections: [
      curves(data, { title: "Accuracy", metrics: ["train/acc_top1", "val/acc_top1", "val/acc_top5"] }),
      confusion(evaluation, summary.classes),
      perClass(evaluation),
      calibration(evaluation),
      topLosses(data),
      lookedAt(data),
    ],
    data: [jsonScript("class-names", summary.classes), jsonScript("samples", samples)],
  });
}
