import { expect, test } from "vitest";
import { type DataReport, renderDataReport } from "./data-report.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&`;

const report = (more: Partial<DataReport> = {}): DataReport => ({
  name: "photos",
  classes: ["cat", HOSTILE],
  splits: [
    { name: "train", pictures: 40, counts: [30, 10] },
    { name: "val", pictures: 9, counts: [5, 4] },
  ],
  labelSets: null,
  warnings: [],
  colours: { sampled: 40, mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2] },
  sizes: [
    { width: 400, height: 300, count: 39 },
    { width: 1, height: 9000, count: 1 },
  ],
  problems: [],
  duplicates: [],
  batch: undefined,
  transforms: ["ToDtype"],
  ...more,
});

const twins = (acrossSplits: boolean, contradicting: boolean): DataReport["duplicates"][number] => ({
  kind: "exact",
  acrossSplits,
  contradicting,
  pictures: [1, 2].map((i) => ({
    name: `${i}.jpg`,
    part: "train",
    className: "cat",
    picture: "data:image/jpeg;base64,AAAA",
  })),
});

test("says that nothing is wrong, and shows only what there is", () => {
  const page = renderDataReport(report());
  expect(page).toContain("no problems found");
  for (const id of ["problems", "contradictions", "leaks", "duplicates", "batch"])
    expect(page).not.toContain(`<section id="${id}">`);
});

test("data that is not split is not called training data", () => {
  const duplicates = [twins(false, false)];
  const problems = [
    { name: "a.jpg", part: "train", className: "cat", code: "PICTURE_CORRUPT", message: "cut" },
  ];
  const splits = [{ name: "train", pictures: 40, counts: [30, 10] }];
  const page = renderDataReport(report({ splits, duplicates, problems }));
  expect(page).toContain("2 classes, not split yet");
  const text = page.slice(page.indexOf("<body"));
  for (const word of [/>train</, /, train/, /training pictures/, />Split</, />Leaks</])
    expect(text).not.toMatch(word);
  expect(renderDataReport(report({ duplicates, problems }))).toMatch(/cat, train/);
});

test("every group of duplicates is listed once, under the worst that can be said of it", () => {
  const page = renderDataReport(
    report({ duplicates: [twins(true, true), twins(true, false), twins(false, false)] }),
  );
  expect(page).toContain("needs a look");
  for (const id of ["contradictions", "leaks", "duplicates"])
    expect(page.split(`<section id="${id}">`)[1]!.split("</section>")[0]!.match(/<img/g)).toHaveLength(2);
});

test("no name of a file or class becomes markup, and nothing is loaded from elsewhere", () => {
  const problem = {
    name: HOSTILE,
    part: "val",
    className: HOSTILE,
    code: "PICTURE_CORRUPT",
    message: HOSTILE,
  };
  const page = renderDataReport(report({ name: HOSTILE, warnings: [HOSTILE], problems: [problem] }));
  expect(page).not.toContain("<img src=x");
  expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
  expect(page).toContain("default-src 'none'");
});

test("labels of pictures with several are told with what comes together", () => {
  const numbers = { cardinality: 1.25, density: 0.625, distinctSets: 4, withoutLabels: 3, unknown: 7 };
  const labelSets = {
    parts: { train: numbers, val: { ...numbers, withoutLabels: 1 } },
    coOccurrence: [
      [30, 8],
      [8, 10],
    ],
    pairs: [{ first: 0, second: 1, count: 8 }],
  };
  const page = renderDataReport(report({ labelSets, duplicates: [twins(false, true)] }));
  const together = page.split(`<section id="together">`)[1]!.split("</section>")[0]!;
  for (const text of [/>1.25</, />62.5\s%</, />3</, />7</, />26.7\s%</, />80.0\s%</])
    expect(together).toMatch(text);
  expect(together).toContain("8 of 30 with cat");
  expect(page).toContain("labels differ");
  expect(page).not.toContain("<img src=x");
  expect(page).toMatch(/Pictures<\/span><strong>49</);
  expect(renderDataReport(report())).not.toContain(`<section id="together">`);
});
