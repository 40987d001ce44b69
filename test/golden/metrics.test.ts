// Every metric against the reference library's values, streamed batch by batch.
import { describe, expect, test } from "vitest";
import { type HostTensor, hostTensor } from "../../src/core/index.ts";
import type { ClassificationMetric, MetricValue } from "../../src/metrics/index.ts";
import * as metrics from "../../src/metrics/index.ts";
import { fill, fillInt, roundHalfToEven } from "./formula.ts";
import { readGolden } from "./read-golden.ts";

interface Case {
  name: string;
  num_classes: number;
  batches: number[];
  boost?: number;
  label_classes?: number;
  label_map?: number[];
  quantize?: number;
  ignore_index?: number;
  ignore_every?: number;
  predictions_are_labels?: boolean;
  results: { metric: string; args: Record<string, unknown>; value: Nested }[];
}
type Nested = number | string | Nested[];

/** The batches of a case, as the README of the golden data builds them. */
function batchesOf(
  golden: Case,
): { predictions: HostTensor<"float32"> | HostTensor<"int32">; labels: Int32Array }[] {
  return golden.batches.map((size, b) => {
    const classes = golden.num_classes;
    const logits = fill(`${golden.name}.logits.${b}`, [size, classes], -2, 2);
    const drawn = fillInt(`${golden.name}.labels.${b}`, [size], golden.label_classes ?? classes).data;
    const labels = Int32Array.from(drawn, (label) => golden.label_map?.[Number(label)] ?? Number(label));
    labels.forEach((label, i) => {
      logits.data[i * classes + label]! += Math.fround(golden.boost ?? 0);
    });
    const { quantize, ignore_every, ignore_index } = golden;
    if (quantize !== undefined)
      logits.data.forEach((x, i) => {
        logits.data[i] = roundHalfToEven(x * quantize) / quantize;
      });
    if (ignore_every !== undefined) for (let i = 0; i < size; i += ignore_every) labels[i] = ignore_index!;
    if (!golden.predictions_are_labels) return { predictions: logits, labels };
    const predicted = Int32Array.from({ length: size }, (_, i) => {
      const row = [...logits.data.subarray(i * classes, (i + 1) * classes)];
      return row.indexOf(Math.max(...row));
    });
    return { predictions: hostTensor("int32", [size], predicted), labels };
  });
}

const OPTION_NAMES: Record<string, string> = {
  num_classes: "numClasses",
  ignore_index: "ignoreIndex",
  top_k: "topK",
  n_bins: "nBins",
};

function build(metric: string, args: Record<string, unknown>): ClassificationMetric {
  const options = Object.fromEntries(
    Object.entries(args).map(([name, value]) => [OPTION_NAMES[name] ?? name, value ?? "none"]),
  );
  const Metric = (metrics as unknown as Record<string, new (options: unknown) => ClassificationMetric>)[
    metric
  ];
  if (Metric === undefined) throw new Error(`no metric ${metric}`);
  return new Metric(options);
}

const flat = (value: MetricValue): number[] =>
  typeof value === "number" ? [value] : [...(value instanceof Float64Array ? value : value.data)];

const expected = (value: Nested): number[] =>
  [value].flat(9).map((x) => (x === "nan" ? Number.NaN : Number(x)));

/** The reference computes in float32. */
function expectClose(actual: number[], wanted: number[], what: string): void {
  expect(actual.length, what).toBe(wanted.length);
  wanted.forEach((want, i) => {
    if (Number.isNaN(want)) expect(actual[i], what).toBeNaN();
    else
      expect(Math.abs(actual[i]! - want), `${what} [${i}]: ${actual[i]} for ${want}`).toBeLessThan(
        2e-6 * Math.max(1, Math.abs(want)),
      );
  });
}

describe.each(readGolden<{ cases: Case[] }>("metrics/multiclass.json").cases)("case $name", (golden) => {
  const batches = batchesOf(golden);
  test.each(golden.results)("$metric $args", ({ metric, args, value }) => {
    const built = build(metric, args);
    for (const { predictions, labels } of batches) built.update(predictions, labels);
    expectClose(flat(built.compute()), expected(value), `${metric} ${JSON.stringify(args)}`);
  });

  test.each(golden.results)("$metric $args, merged from halves", ({ metric, args, value }) => {
    const halves = [0, 1].map((half) => {
      const built = build(metric, args);
      for (const { predictions, labels } of batches.filter((_, i) => i % 2 === half)) {
        built.update(predictions, labels);
      }
      return built;
    });
    const whole = build(metric, args);
    for (const half of halves) whole.merge(structuredClone(half.state()));
    expectClose(flat(whole.compute()), expected(value), `${metric} ${JSON.stringify(args)}`);
  });

  test("one collection of all metrics gives the same, resumed half way", () => {
    const buildAll = () =>
      new metrics.MetricCollection(
        Object.fromEntries(golden.results.map(({ metric, args }, i) => [`${i}`, build(metric, args)])),
      );
    let collection = buildAll();
    batches.forEach(({ predictions, labels }) => {
      collection.update(predictions, labels);
      const state = structuredClone(collection.state());
      collection = buildAll();
      collection.merge(state);
    });
    golden.results.forEach(({ metric, args, value }, i) => {
      expectClose(flat(collection.compute()[`${i}`]!), expected(value), `${metric} ${JSON.stringify(args)}`);
    });
  });
});

interface Aggregation {
  id: string;
  kw?: { nan_strategy: metrics.NanStrategy };
  updates: Nested[][];
  value: Nested;
}
test.each(readGolden<{ cases: Aggregation[] }>("metrics/aggregation.json").cases)(
  "MeanMetric $id",
  (golden) => {
    const mean = new metrics.MeanMetric(
      golden.kw === undefined ? {} : { nanStrategy: golden.kw.nan_strategy },
    );
    for (const [value, weight = 1] of golden.updates) {
      mean.update(expected(value!), typeof weight === "number" ? weight : expected(weight));
    }
    expectClose([mean.compute()], expected(golden.value), golden.id);
  },
);
