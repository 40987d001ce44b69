// Every metric of several labels against scikit-learn's values in float64, streamed batch by batch.
import { describe, expect, test } from "vitest";
import { float32, hostTensor } from "../../src/core/index.ts";
import type {
  ClassificationMetric,
  LabelScores,
  LabelTargets,
  MetricValue,
} from "../../src/metrics/index.ts";
import * as metrics from "../../src/metrics/index.ts";
import { fill, roundHalfToEven } from "./formula.ts";
import { readGolden } from "./read-golden.ts";

type Nested = number | string | Nested[];

interface Problem {
  readonly samples: number;
  readonly labels: number;
  readonly scores: "logits" | "probabilities";
  readonly steps: number;
  readonly unknown: number;
  readonly threshold: number | "list";
  /** In the order of `metrics`. */
  readonly results: readonly Nested[];
}

const golden = readGolden<{
  readonly metrics: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
  readonly problems: readonly Problem[];
}>("metrics/multilabel.json");

/** The data of a problem, as the script beside the values makes it. */
function dataOf(
  p: number,
  { samples, labels, scores, steps, unknown }: Problem,
): [LabelScores, LabelTargets] {
  const shape = [samples, labels];
  const rate = fill(`multilabel.${p}.rate`, [labels], -0.2, 1.1).data;
  const known = fill(`multilabel.${p}.known`, shape, 0, 1).data;
  const present = fill(`multilabel.${p}.present`, shape, 0, 1).data;
  const targets = present.map((x, i) =>
    known[i]! < Math.fround(unknown) ? -1 : Number(x < rate[i % labels]!),
  );
  const drawn = fill(`multilabel.${p}.scores`, shape, -3, 3).data;
  const rounded = drawn.map((x, i) => {
    const raw = x + Number(targets[i] === 1);
    const score = scores === "logits" ? raw : Math.min(1, Math.max(0, raw / 8 + 0.5));
    return roundHalfToEven(score * steps) / steps;
  });
  return [hostTensor("float32", shape, rounded), hostTensor("float32", shape, targets)];
}

function build(p: number, problem: Problem, m: number): ClassificationMetric {
  const [name, options] = golden.metrics[m]!;
  const { labels, scores, threshold } = problem;
  const Metric = (metrics as unknown as Record<string, new (options: unknown) => ClassificationMetric>)[name];
  if (Metric === undefined) throw new Error(`no metric ${name}`);
  return new Metric({
    ...{ numLabels: labels, scores, average: name.endsWith("ConfusionMatrix") ? undefined : options.average },
    threshold:
      threshold === "list" ? [...fill(`multilabel.${p}.thresholds`, [labels], 0.2, 0.8).data] : threshold,
    ...options,
  });
}

const flat = (value: MetricValue): number[] =>
  typeof value === "number" ? [value] : [...(value instanceof Float64Array ? value : value.data)];

function expectEqual(value: MetricValue, wanted: Nested, what: string): void {
  const expected = [wanted].flat(4).map((x) => (x === "nan" ? Number.NaN : Number(x)));
  const actual = flat(value);
  expect(actual.length, what).toBe(expected.length);
  const wrong = expected.findIndex((want, i) =>
    Number.isNaN(want) ? !Number.isNaN(actual[i]) : !(Math.abs(actual[i]! - want) < 1e-9),
  );
  if (wrong >= 0) expect.fail(`${what} [${wrong}]: ${actual[wrong]} for ${expected[wrong]}`);
}

/** Rows `from` to before `to`. */
function rows({ shape, data }: LabelScores, from: number, to: number): LabelScores {
  return float32([to - from, shape[1]!], data.slice(from * shape[1]!, to * shape[1]!));
}

const name = (m: number): string => golden.metrics[m]!.map((part) => JSON.stringify(part)).join(" ");
const all = golden.metrics.map((_, m) => m);

test("the problems have what goes wrong: labels never and always present, empty rows, nothing known, ties", () => {
  const columns = golden.problems.flatMap((problem, p) => {
    const [, targets] = dataOf(p, problem);
    return Array.from({ length: problem.labels }, (_, label) =>
      targets.data.filter((_, i) => i % problem.labels === label),
    );
  });
  for (const entry of [-1, 0, 1]) {
    expect(columns.filter((column) => column.every((x) => x === entry || x === -1)).length).toBeGreaterThan(
      5,
    );
  }
  expect(golden.problems).toHaveLength(300);
});

describe.each(golden.problems.map((problem, p) => ({ p, problem })))("problem $p", ({ p, problem }) => {
  const [scores, targets] = dataOf(p, problem);
  const middle = Math.floor(problem.samples / 3);

  test("each metric, in one batch", () => {
    for (const m of all) {
      const metric = build(p, problem, m);
      metric.update(scores, targets);
      expectEqual(metric.compute(), problem.results[m]!, name(m));
    }
  });

  test("one collection of all, in two batches, resumed between them and merged from parts", () => {
    const collection = () =>
      new metrics.MetricCollection(Object.fromEntries(all.map((m) => [`${m}`, build(p, problem, m)])));
    const [first, second] = [collection(), collection()];
    first.update(rows(scores, 0, middle), rows(targets, 0, middle));
    second.load(structuredClone(first.state()));
    for (const part of [first, second]) {
      part.update(rows(scores, middle, problem.samples), rows(targets, middle, problem.samples));
    }
    expect(second.state()).toEqual(first.state());
    const [head, tail] = [collection(), collection()];
    head.update(rows(scores, 0, middle), rows(targets, 0, middle));
    tail.update(rows(scores, middle, problem.samples), rows(targets, middle, problem.samples));
    head.merge(structuredClone(tail.state()));
    for (const part of [second, head]) {
      const values = part.compute();
      for (const m of all) expectEqual(values[`${m}`]!, problem.results[m]!, name(m));
    }
  });
});
