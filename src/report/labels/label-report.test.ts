// The numbers of a report of several labels, what it may never do, and what it says where there is little to tell.
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { summaryOf } from "../../../test/support/report-summary.ts";
import { renderLabelCard } from "./label-card.ts";
import { labelCurve } from "./label-curves.ts";
import type { LabelPrediction, LabelReportData } from "./label-data.ts";
import { evaluateLabels } from "./label-evaluation.ts";
import { judgedLabelsOf } from "./label-outcomes.ts";
import { labelEvaluationOf, renderLabelEvaluation, renderLabelReport } from "./label-page.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&|<b>`;
const NAMES = ["red", "striped", HOSTILE];

const prediction = (truth: readonly number[], probabilities: readonly number[]): LabelPrediction => ({
  name: `val/${HOSTILE}.png`,
  truth,
  probabilities,
  loss: 0.5,
  picture: "data:image/jpeg;base64,AAAA",
});

/** Red is kept well; striped is missed, and said where it is not; the third is never present. */
const SOME = [
  prediction([1, 1, 0], [0.9, 0.8, 0.1]),
  prediction([1, 0, 0], [0.8, 0.7, 0.1]),
  prediction([0, 1, 0], [0.2, 0.3, 0.6]),
  prediction([0, 0, -1], [0.1, 0.1, 0.9]),
];

const data = (
  predictions: readonly LabelPrediction[],
  classes: readonly string[] = NAMES,
): LabelReportData => ({
  name: "outputs/run",
  summary: summaryOf(classes, { "test/map": 0.5 }),
  configuration: [],
  environment: [["node", "v20"]],
  history: [{ epoch: 1, metrics: { "train/loss": 2, "val/loss": 3, "val/map": 0.5, "val/f1": 0.25 } }],
  timing: [],
  predictions,
  splits: [{ name: "train", counts: [4, 4, 0], pictures: 5 }],
  augmented: [],
  explained: [],
  model: undefined,
  preprocessing: ["Resize(size 8)"],
});

const sectionOf = (page: string, id: string): string =>
  page.split(`<section id="${id}">`)[1]!.split("</section>")[0]!;

describe("evaluation", () => {
  test("scores of each label and of all, at a probability of 0.5", () => {
    const { labels, map, subsetAccuracy, samples, unlabelled } = evaluateLabels(SOME, NAMES);
    const [red, striped, never] = labels;
    expect([red!.tp, red!.fp, red!.fn, red!.tn, red!.f1.value]).toEqual([2, 0, 0, 2, 1]);
    expect([striped!.tp, striped!.fp, striped!.fn, striped!.tn]).toEqual([1, 1, 1, 1]);
    expect(striped!.averagePrecision.value).toBeCloseTo(1 / 2 + 1 / 3, 12);
    expect(striped!.f1.low).toBeLessThan(0.5);
    expect([never!.support, never!.known, never!.fp]).toEqual([0, 3, 1]);
    expect([never!.averagePrecision.value, never!.recall.value, never!.f1.value]).toEqual([NaN, NaN, NaN]);
    expect(map.value).toBeCloseTo((1 + 5 / 6) / 2, 12);
    expect([subsetAccuracy.value, samples, unlabelled]).toEqual([0.5, 4, 1]);
  });

  test("thresholds of their own move decisions, not rankings", () => {
    const { labels, map } = evaluateLabels(SOME, NAMES, [0.85, 0.25, 0.95]);
    expect([labels[0]!.tp, labels[0]!.fn]).toEqual([1, 1]);
    expect([labels[1]!.tp, labels[1]!.fp]).toEqual([2, 1]);
    expect(map.value).toBe(evaluateLabels(SOME, NAMES).map.value);
  });

  test("calibration of each label: distance of probability and presence", () => {
    const { labels } = evaluateLabels(SOME, NAMES);
    // 0.9 and 0.8 are present, 0.2 and 0.1 are not, each in a bin of its own.
    expect(labels[0]!.calibrationError).toBeCloseTo((0.1 + 0.2 + 0.2 + 0.1) / 4, 6);
    expect(labels[0]!.meanProbability).toBeCloseTo(0.5, 6);
  });

  test("pairs that are missed together beyond chance are found, others are not", () => {
    const both = (missedFirst: boolean, missedSecond: boolean): LabelPrediction =>
      prediction(
        [1, 1, 1],
        [missedFirst ? 0.1 : 0.9, missedSecond ? 0.1 : 0.9, missedFirst !== missedSecond ? 0.1 : 0.9],
      );
    const many = Array.from({ length: 40 }, (_, i) => both(i < 10, i < 11));
    const { missedTogether } = evaluateLabels(many, ["a", "b", "c"]);
    expect(missedTogether.map(({ first, second }) => [first, second])).toEqual([[0, 1]]);
    const [pair] = missedTogether;
    expect([pair!.pictures, pair!.firstMissed, pair!.secondMissed, pair!.bothMissed]).toEqual([
      40, 10, 11, 10,
    ]);
    expect(pair!.expected).toBeCloseTo(2.75, 12);
    // All ten misses of the one among the eleven of the other: C(11,10) / C(40,10).
    expect(pair!.p).toBeCloseTo(11 / 847_660_528, 12);
  });

  test("thousands of pictures with many labels take seconds", () => {
    const names = Array.from({ length: 40 }, (_, label) => `label ${label}`);
    const many = Array.from({ length: 1200 }, (_, i) =>
      prediction(
        names.map((_, label) => Number((i * 7 + label) % 40 === 0)),
        names.map((_, label) => ((i * 13 + label * 5) % 101) / 101),
      ),
    );
    expect(evaluateLabels(many, names).replicates).toBeGreaterThanOrEqual(100);
  });
});

describe("curve of a label", () => {
  const curve = labelCurve(
    { present: Float32Array.of(0.9, 0.5, 0.5, 0.2), absent: Float32Array.of(0.5, 0.1) },
    0.123,
  );

  test("precision by recall from the highest threshold down; equal scores are one point", () => {
    expect(curve.points).toEqual([
      [1 / 4, 1],
      [3 / 4, 3 / 4],
      [1, 4 / 5],
    ]);
  });

  test("counts above each stop, the label's own among them", () => {
    const at = (threshold: number): (number | undefined)[] => {
      const i = curve.stops.indexOf(threshold);
      return [curve.tp[i], curve.fp[i]];
    };
    expect(at(0.5)).toEqual([1, 0]);
    expect(at(0.495)).toEqual([3, 1]);
    expect(at(0.123)).toEqual([4, 1]);
    expect(at(0)).toEqual([4, 2]);
  });
});

describe("report", () => {
  const page = renderLabelReport(data(SOME), labelEvaluationOf(data(SOME)));

  test("names from outside never become markup", () => {
    expect(page).not.toContain("<img src=x");
    expect(page).not.toContain("<b>&quot;");
    expect(page.match(/<\/script>/g)).toHaveLength(4);
  });

  test("its script is valid and its data is what was given", () => {
    const [names, samples, curves, script] = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, text]) => text!,
    );
    expect(JSON.parse(names!)).toEqual(NAMES);
    expect(JSON.parse(samples!)[2]).toEqual([
      `val/${HOSTILE}.png`,
      [],
      [[1, 0.3]],
      [[2, 0.6]],
      0.5,
      "data:image/jpeg;base64,AAAA",
    ]);
    const { common, labels } = JSON.parse(curves!);
    expect(common).toHaveLength(201);
    expect(labels[1]).toMatchObject({ own: 0.5, positives: 2, negatives: 2 });
    expect(() => new Script(script!)).not.toThrow();
  });

  test("loads nothing: no address but those of data", () => {
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page).not.toMatch(/url\(|@import|https?:\/\//);
  });

  test("tells of labels, pictures and mistakes", () => {
    expect(page).toContain("small on 3 labels");
    expect(sectionOf(page, "labels")).toContain("n/a");
    expect(sectionOf(page, "together")).toContain(
      "striped predicted although absent beside red: 1 of 1 pictures",
    );
    expect(sectionOf(page, "data")).toContain("train: 5 pictures");
    expect(sectionOf(page, "curves")).toContain("val/map");
  });

  test("of pictures of which nothing is known, without labels, or of none at all", () => {
    for (const predictions of [
      [],
      [prediction([-1, -1, -1], [0.5, 0.6, 0.7])],
      [prediction([0, 0, 0], [0.1, 0.2, 0.3])],
      [{ ...prediction([0, 0, 0], [0.1, 0.2, 0.3]), loss: Number.NaN }],
    ]) {
      const some = data(predictions);
      const evaluation = labelEvaluationOf(some);
      const text = renderLabelReport(some, evaluation);
      expect(text).toContain("Model and machine");
      expect(text.split("<script")[0]).not.toMatch(/NaN|undefined|Infinity/);
      expect(renderLabelCard(some, evaluation)).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test("an exported model's evaluation has the same sections, and its metrics", () => {
    const { page: evaluated } = renderLabelEvaluation({
      model: "model.onnx",
      part: "test",
      labels: NAMES,
      predictions: SOME,
      metrics: { map: 0.9167 },
      thresholds: [0.5, 0.25, 0.5],
    });
    for (const id of ["labels", "thresholds", "together", "pictures", "losses", "calibration", "metrics"])
      expect(evaluated).toContain(`<section id="${id}">`);
    expect(sectionOf(evaluated, "labels")).toContain("its own threshold, 0.25 to 0.5");
  });
});

test("model card: results with intervals, label names as plain text", () => {
  const card = renderLabelCard(data(SOME), labelEvaluationOf(data(SOME)));
  expect(card).toContain("# small, 3 labels");
  expect(card).toContain("| mean average precision | 91.7\u00a0% |");
  expect(card).toContain("Test mean average precision: 50.0\u00a0%.");
  expect(card).toContain("train: 5 pictures, 0 to 4 a label");
  expect(card).toContain("Misses striped (1 of 2).");
  expect(card).not.toMatch(/[^\\]<img/);
});

test("heat maps stand beside their pictures, each with what became of its label", () => {
  const [picture, heat] = ["data:image/jpeg;base64,AAAA", "data:image/jpeg;base64,BBBB"];
  const [striped, unsafe] = judgedLabelsOf(SOME[2]!, new Float32Array(3).fill(0.5));
  const explained = [
    { name: HOSTILE, picture, labels: [striped!, unsafe!].map((each) => ({ ...each, heat })) },
    { name: "b.png", picture, labels: [{ label: 0, outcome: "right", probability: 0.9, heat } as const] },
  ];
  const section = sectionOf(renderLabelReport({ ...data(SOME), explained }, undefined), "looked-at");
  expect(section.split(heat)).toHaveLength(4);
  expect(section).toMatch(/tag miss">− striped<i>30\.0\s?%/);
  expect(section).toContain('tag extra">+ &lt;/script&gt;');
  expect(section).toMatch(/tag hit">✓ red<i>90\.0\s?%/);
  expect(section).not.toContain("<img src=x");
  expect(renderLabelReport(data(SOME), undefined)).not.toContain("looked-at");
});
