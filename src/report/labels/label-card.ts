// The model card of a model whose pictures may have several labels.
import { percent } from "../html.ts";
import { cells, plainText, renderCard, scoreRows } from "../model-card.ts";
import type { LabelReportData } from "./label-data.ts";
import type { LabelEvaluation } from "./label-evaluation.ts";
import { thresholdWords } from "./label-table.ts";

/** @param evaluation of `labelEvaluationOf` */
export function renderLabelCard(data: LabelReportData, evaluation: LabelEvaluation | undefined): string {
  const test = data.summary.metrics["test/map"];
  return renderCard(data, {
    category: "label",
    categories: "labels",
    results:
      evaluation === undefined
        ? undefined
        : {
            rows: [
              ["mean average precision", ...cells(evaluation.map)],
              ["macro F1", ...cells(evaluation.macroF1)],
              ["pictures with all labels right", ...cells(evaluation.subsetAccuracy)],
              ["calibration error", percent(evaluation.calibrationError), ""],
            ],
            pictures: evaluation.samples,
          },
    test: test === undefined ? undefined : `Test mean average precision: ${percent(test)}.`,
    scores: evaluation === undefined ? undefined : labelScores(evaluation),
    limits: [
      "Each label is answered by itself; what is none of its labels is not told of.",
      ...(evaluation === undefined ? [] : limits(evaluation)),
    ],
  });
}

function labelScores({ labels }: LabelEvaluation): string {
  return scoreRows(
    ["label", "pictures", "average precision", "precision", "recall", "F1", "95 % interval of F1"],
    labels.map(({ name, support, averagePrecision, precision, recall, f1 }) => ({
      // Those without a score come last.
      by: Number.isNaN(f1.value) ? -1 : f1.value,
      row: [
        plainText(name),
        String(support),
        percent(averagePrecision.value),
        percent(precision.value),
        percent(recall.value),
        ...cells(f1),
      ],
    })),
  );
}

function limits({ labels, pairs }: LabelEvaluation): string[] {
  const width = labels.length;
  const mistaken = Array.from(pairs.extra.keys())
    .filter((cell) => pairs.extra[cell]! > 0)
    .sort((a, b) => pairs.extra[b]! - pairs.extra[a]!)
    .slice(0, 3);
  const few = labels.filter(({ support }) => support < 20);
  const missed = labels.toSorted((a, b) => b.fn - a.fn).filter(({ fn }) => fn > 0);
  return [
    `A label is named ${thresholdWords(labels)}.`,
    ...missed.slice(0, 3).map(({ name, fn, support }) => `Misses ${plainText(name)} (${fn} of ${support}).`),
    ...mistaken.map((cell) => {
      const [shown, said] = [labels[Math.floor(cell / width)]!.name, labels[cell % width]!.name];
      return `Beside ${plainText(shown)} names ${plainText(said)} that is not there (${pairs.extra[cell]} of ${pairs.absent[cell]}).`;
    }),
    ...(few.length === 0
      ? []
      : [
          `${few.length} of ${width} labels are present in fewer than 20 validation pictures: their scores are rough.`,
        ]),
  ];
}
