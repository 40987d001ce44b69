import { expect, test } from "vitest";
import type { StudyReport, StudyTrial } from "./study-data.ts";
import { renderStudy } from "./study-page.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&`;

const trial = (number: number, more: Partial<StudyTrial> = {}): StudyTrial => ({
  number,
  state: "completed",
  settings: { optimizer: number % 2 === 0 ? "sgd" : HOSTILE, rate: 10 ** -(1 + (number % 4)) },
  values: [0.5 + number / 100],
  curve: [1, 2, 3].map((epoch) => [epoch, (0.5 + number / 100) * (epoch / 3)] as const),
  seconds: 3,
  reason: undefined,
  command: `classifier-training train name='${HOSTILE}'`,
  ...more,
});

const study = (more: Partial<StudyReport> = {}): StudyReport => ({
  name: HOSTILE,
  objectives: [{ metric: "val/acc_top1", maximize: true }],
  settings: [
    { name: "optimizer", choices: ["sgd", HOSTILE], log: false },
    { name: "rate", choices: undefined, log: true },
  ],
  trials: [
    ...Array.from({ length: 10 }, (_, i) => trial(i)),
    trial(10, { state: "pruned", values: undefined, curve: [[1, 0.01]] }),
    trial(11, { state: "failed", values: undefined, curve: [], reason: HOSTILE }),
    trial(12, { state: "completed", values: [Number.NaN], curve: [[1, Number.NaN]] }),
  ],
  best: [9],
  importance: [
    { name: "rate", share: 0.8 },
    { name: "optimizer", share: 0.2 },
  ],
  importanceMethod: "by mixing up",
  sampler: "tpe",
  pruner: "median",
  ...more,
});

const sections = (page: string): string[] => [...page.matchAll(/<section id="(\w+)">/g)].map(([, id]) => id!);

test("shows the best settings, how it went and what decides", () => {
  const page = renderStudy(study());
  expect(sections(page)).toEqual(["best", "history", "importance", "settings", "slices", "curves", "trials"]);
  expect(page).toContain("59.00");
  expect(page).toContain("11 completed, 1 pruned, 1 failed");
  expect(page).not.toContain("NaN");
  expect(page.match(/<path class="given-up"/g)!.length).toBeGreaterThanOrEqual(2);
});

test("of two objectives it shows the front", () => {
  const objectives = [...study().objectives, { metric: "export/latency_ms", maximize: false }];
  const trials = Array.from({ length: 10 }, (_, i) => trial(i, { values: [0.5 + i / 100, 20 + i] }));
  const page = renderStudy(study({ objectives, trials, best: [8, 9] }));
  expect(page).toContain("val/acc_top1 against export/latency_ms");
  expect(page).toContain("Pareto front");
});

test("a study that has just begun has a page too", () => {
  expect(sections(renderStudy(study({ trials: [], best: [], importance: [] })))).toEqual(["trials"]);
  const begun = study({
    trials: [trial(0, { state: "running", values: undefined })],
    best: [],
    importance: [],
  });
  expect(sections(renderStudy(begun))).toEqual(["curves", "trials"]);
});

test("no name becomes markup, and nothing is loaded from elsewhere", () => {
  const page = renderStudy(study());
  expect(page).not.toContain("<img src=x");
  expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
});
