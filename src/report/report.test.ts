// The report's numbers and what it may never do: break out of its data, load anything, grow without bound.
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { summaryOf } from "../../test/support/report-summary.ts";
import {
  evaluatePredictions,
  evaluationOf,
  type Prediction,
  type ReportData,
  renderModelCard,
  renderReport,
} from "./index.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&|`;

const prediction = (truth: number, predicted: number, confidence: number): Prediction => ({
  name: `val/${HOSTILE}.png`,
  truth,
  predicted,
  confidence,
  loss: truth === predicted ? 0.1 : 2,
  picture: "data:image/jpeg;base64,AAAA",
});

const data = (
  predictions: readonly Prediction[],
  classes: readonly string[] = ["cat", HOSTILE],
): ReportData => ({
  name: "outputs/run",
  summary: summaryOf(classes, { "test/acc_top1": 0.5 }),
  configuration: [{ key: "seed", value: HOSTILE, source: "conf/train.yaml:1:1" }],
  environment: [["node", "v20"]],
  history: [
    { epoch: 1, metrics: { "train/loss": 2, "val/loss": 3, "val/acc_top1": 0.5 } },
    { epoch: 2, metrics: { "train/loss": 1, "val/loss": Number.NaN, "val/acc_top1": 0.75 } },
  ],
  timing: [{ epoch: 1, samples: 8, trainSeconds: 1, dataSeconds: 0.5, validationSeconds: 0.2 }],
  predictions,
  splits: [{ name: "train", counts: [4, 4], pictures: 8 }],
  augmented: [],
  explained: [],
  model: undefined,
  preprocessing: ["Resize(size 8)"],
});

const SOME = [prediction(0, 0, 0.9), prediction(0, 0, 0.95), prediction(1, 0, 0.55), prediction(1, 1, 0.65)];

describe("evaluation", () => {
  test("accuracy, class scores and confusions", () => {
    const evaluation = evaluatePredictions(SOME, ["a", "b"]);
    expect(evaluation.accuracy.value).toBe(0.75);
    expect(evaluation.accuracy.low).toBeLessThan(0.75);
    const [a, b] = evaluation.classes;
    expect([a!.support, a!.precision.value, a!.recall.value]).toEqual([2, 2 / 3, 1]);
    expect([b!.support, b!.precision.value, b!.recall.value]).toEqual([2, 1, 0.5]);
    expect(evaluation.cells).toEqual([
      { truth: 0, predicted: 0, count: 2 },
      { truth: 1, predicted: 0, count: 1 },
      { truth: 1, predicted: 1, count: 1 },
    ]);
    expect(evaluation.confusions).toEqual([{ truth: 1, predicted: 0, count: 1 }]);
  });

  test("calibration: distance of confidence and accuracy, weighted by samples", () => {
    const { calibrationError, bins } = evaluatePredictions(SOME, ["a", "b"]);
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 2]);
    expect(calibrationError).toBeCloseTo((0.55 + 0.35 + 2 * 0.075) / 4, 12);
  });

  test("thousands of predictions of hundreds of classes take seconds at most", () => {
    const names = Array.from({ length: 300 }, (_, c) => `class ${c}`);
    const many = Array.from({ length: 3000 }, (_, i) => prediction(i % 300, (i * 7) % 300, 0.5));
    expect(evaluatePredictions(many, names).replicates).toBeGreaterThanOrEqual(100);
  });
});

describe("report", () => {
  const page = renderReport(data(SOME), evaluationOf(data(SOME)));

  test("names from outside never become markup", () => {
    expect(page).not.toContain("<img src=x");
    expect(page.match(/<\/script>/g)).toHaveLength(3);
  });

  test("its script is valid and its data is what was given", () => {
    const [names, samples, script] = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, text]) => text!,
    );
    expect(JSON.parse(names!)).toEqual(["cat", HOSTILE]);
    expect(JSON.parse(samples!)).toHaveLength(4);
    expect(() => new Script(script!)).not.toThrow();
  });

  test("shows where the network looked, beside the picture, where that was computed", () => {
    expect(page).not.toContain("What the model looked at");
    const heat = "data:image/jpeg;base64,BBBB";
    const [picture, trueHeat] = ["data:image/jpeg;base64,AAAA", "data:image/jpeg;base64,CCCC"];
    const explained = [
      { ...prediction(0, 1, 0.8), picture, heat, trueHeat },
      { ...prediction(1, 1, 0.9), picture, heat },
    ];
    const shown = renderReport({ ...data(SOME), explained }, undefined);
    expect(shown).toContain("What the model looked at");
    expect(shown).toContain(`<img loading="lazy" src="${heat}"`);
    expect(shown.split(trueHeat)).toHaveLength(2);
    expect(shown).toContain(`<img loading="lazy" src="${trueHeat}" alt="what speaks for cat">`);
    expect(shown.split("<span>is cat</span>")).toHaveLength(2);
  });

  test("loads nothing: no address but those of data", () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page).not.toMatch(/url\(|@import|https?:\/\//);
  });

  test("a run without predictions and history has a report too", () => {
    const bare = { ...data([]), history: [], timing: [], configuration: [], splits: [] };
    expect(evaluationOf(bare)).toBeUndefined();
    expect(renderReport(bare, undefined)).toContain("Model and machine");
  });
});

describe("pictures that were left out", () => {
  const left = (count: number): ReportData => {
    const bad_pictures = Array.from({ length: count }, (_, i) => ({
      name: `${i} ${HOSTILE}.png`,
      problem: HOSTILE,
    }));
    return { ...data(SOME), summary: { ...data(SOME).summary, bad_pictures } };
  };

  test("are no matter where there are none", () => {
    expect(renderReport(left(0), undefined)).not.toContain("left-out");
    expect(renderModelCard(left(0), undefined)).not.toContain("left out");
  });

  test("are counted and named in the report, the first of many, and never become markup", () => {
    const page = renderReport(left(60), undefined);
    const section = page.split('<section id="left-out">')[1]!.split("</section>")[0]!;
    expect(section).toContain("60 pictures could not be read");
    expect(section.match(/<tr><th scope="row">/g)).toHaveLength(50);
    expect(section).toContain("And 10 more");
    expect(section).not.toContain("<img");
  });

  test("are counted and named in the model card, the first of many, as plain text", () => {
    const card = renderModelCard(left(12), undefined);
    expect(card).toContain("12 pictures could not be read");
    expect(card.match(/^- \d+ .*png: /gm)).toHaveLength(10);
    expect(card).toContain("- and 2 more, in `summary.json`");
    expect(card).not.toMatch(/[^\\]<img/);
    expect(renderModelCard(left(1), undefined)).toContain("1 picture could not be read");
  });
});

test("a run that failed says why below its name", () => {
  const error = {
    code: "PICTURE_CORRUPT",
    where: "a.jpg",
    message: "cannot be decoded",
    hint: "take it out",
  };
  const failed = { ...data([]), summary: { ...data([]).summary, status: "failed" as const, error } };
  expect(renderReport(failed, undefined)).toContain("It failed: a.jpg: cannot be decoded; take it out</p>");
});

test("model card: results with intervals, class names as plain text", () => {
  const card = renderModelCard(data(SOME), evaluationOf(data(SOME)));
  expect(card).toContain("| accuracy | 75.0\u00a0% |");
  expect(card).toContain("Test accuracy: 50.0\u00a0%.");
  expect(card).toContain("4 a class");
  expect(card).not.toMatch(/[^\\]<img/);
  expect(card).toContain("\\<img");
});
