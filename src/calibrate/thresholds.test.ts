import { describe, expect, test } from "vitest";
import { LabelSets } from "../core/index.ts";
import { chooseThresholds, countPresence, type Scaling, scaled, thresholdsUnder } from "./index.ts";

/** One label, most likely pictures first. */
const oneLabel = (probabilities: readonly number[], entries: readonly number[]) => ({
  probabilities: Float64Array.from(probabilities),
  labels: new LabelSets(1, Int8Array.from(entries)),
});

describe("thresholds", () => {
  test("lie half-way between the pictures with the label and those without", () => {
    const samples = oneLabel([0.4, 0.3, 0.1], [1, 1, 0]);
    const [chosen] = chooseThresholds(samples, { fbeta: 1 }, "per_label");
    expect(chosen).toEqual({ threshold: expect.closeTo(0.2, 12) });
    expect(countPresence(samples, [chosen!.threshold])).toEqual([{ tp: 2, fp: 0, fn: 0 }]);
  });

  test("treat equal probabilities alike, and entries that are not known as not there", () => {
    const samples = oneLabel([0.9, 0.4, 0.4, 0.3, 0.2], [1, 1, 0, -1, 0]);
    const [perfect] = chooseThresholds(samples, { precision: 1 }, "per_label");
    expect(perfect).toEqual({ threshold: expect.closeTo(0.65, 12) });
    const [found] = chooseThresholds(samples, { recall: 1 }, "per_label");
    expect(found).toEqual({ threshold: expect.closeTo(0.3, 12) });
  });

  test("stay 0.5 where nothing can be chosen, and say why", () => {
    const choose = (probabilities: number[], entries: number[], precision = 0.9) =>
      chooseThresholds(oneLabel(probabilities, entries), { precision }, "per_label");
    expect(choose([0.9, 0.2], [0, -1])).toEqual([{ threshold: 0.5, kept: "never present" }]);
    expect(choose([0.3, 0.3], [1, 0])).toEqual([{ threshold: 0.5, kept: "all alike" }]);
    expect(choose([0.8, 0.3], [0, 1])).toEqual([{ threshold: 0.5, kept: "out of reach" }]);
  });

  test("let the same labels be present when their probabilities are scaled otherwise", () => {
    const logits = Float32Array.from({ length: 300 }, (_, i) => ((i * 37) % 101) / 10 - 5);
    const labels = new LabelSets(3, new Int8Array(300));
    const of = (scaling: Scaling | undefined, thresholds: readonly number[]) => {
      const probabilities = scaled({ logits, classes: 3, labels }, scaling);
      return [...probabilities].map((probability, i) => probability > thresholds[i % 3]!);
    };
    const own: Scaling = { method: "per_label", temperatures: [0.5, 2, 1.3] };
    const common: Scaling = { method: "temperature", temperature: 1.7 };
    const thresholds = [0.123, 0.5, 0.871];
    const moved = thresholdsUnder(thresholds, own, common);
    expect(of(common, moved)).toEqual(of(own, thresholds));
    expect(thresholdsUnder(moved, common, undefined)).not.toEqual(moved);
    expect(thresholdsUnder([0, 1], own, common)).toEqual([0, 1]);
  });
});
