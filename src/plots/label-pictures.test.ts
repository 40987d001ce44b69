// Pictures of several labels: what is said below a sample, and the mistakes of each label.
import { describe, expect, test } from "vitest";
import { type LabelMistakesOptions, labelMistakesPicture, type Picture } from "./index.ts";
import { labelCaption } from "./label-caption.ts";
import { drawSampleGrid } from "./sample-grid.ts";

const textsOf = ({ svg }: Picture): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content]) => content!);
const likely = (...names: readonly string[]) => names.map((name, i) => ({ name, probability: 0.9 - i / 10 }));
const NOTHING = { right: [], missed: [], extra: [], unknown: [] };
const WIDTH = 168;

describe("caption of a picture", () => {
  const lines = (sample: Parameters<typeof labelCaption>[0]): string[] =>
    labelCaption(sample, WIDTH).map(({ text }) => text);

  test("right labels in one line, mistakes in their own, the surest first", () => {
    const sample = {
      right: likely("red", "striped"),
      missed: [{ name: "hat", probability: 0.4 }],
      extra: [{ name: "sock", probability: 0.95 }],
      unknown: likely("shoe"),
      loss: 0.123456,
    };
    expect(lines(sample)).toEqual([
      "✓ red, striped",
      "+ sock 95 %",
      "− hat 40 %",
      "? shoe 90 %",
      "loss 0.123",
    ]);
  });

  test("of a picture without labels, and of one of which nothing is known", () => {
    expect(lines({ ...NOTHING, loss: Number.NaN })).toEqual(["✓ no label"]);
  });

  test("has room for a few of many", () => {
    const names = Array.from({ length: 20 }, (_, i) => `a rather long name ${i}`);
    const found = lines({ ...NOTHING, right: likely(...names), missed: likely(...names.slice(0, 6)) });
    expect(found).toHaveLength(2 + 4);
    expect(found.at(-1)).toBe("and 3 more");
  });
});

test("a grid of such pictures explains its signs, and rows are as tall as they must be", () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 255, 0) };
  const grid = (missed: readonly string[]): Picture =>
    drawSampleGrid({ samples: [{ image, ...NOTHING, right: likely("a"), missed: likely(...missed) }] });
  expect(textsOf(grid(["<b>"]))).toEqual(
    expect.arrayContaining(["✓ right", "− missed", "+ extra", "− &lt;b&gt; 90 %"]),
  );
  expect(grid(["b", "c", "d"]).height).toBeGreaterThan(grid([]).height);
});

describe("mistakes of each label", () => {
  const options = (count: number): LabelMistakesOptions => {
    const table = { counts: new Array(count * count).fill(1), of: new Array(count * count).fill(4) };
    return {
      labels: Array.from({ length: count }, (_, i) => ({ name: `label ${i}`, tp: 10, fp: i, fn: 1 })),
      missed: table,
      extra: table,
      title: "Validation",
    };
  };

  test("come with the most first, in numbers and shares", () => {
    const texts = textsOf(labelMistakesPicture(options(3)));
    const row = texts.indexOf("label 2");
    expect(texts.slice(row, row + 8)).toEqual(["label 2", "11", "10", "1", "2", "83.3 %", "90.9 %", "87 %"]);
    expect(row).toBeLessThan(texts.indexOf("label 0"));
  });

  test("of very many labels those with the most are shown, and it is said", () => {
    const texts = textsOf(labelMistakesPicture(options(100)));
    expect(texts).toContain("100 labels, the 60 with the most mistakes");
    expect(texts).toContain("Missed beside another label, 30 labels with the most mistakes");
    expect(texts).not.toContain("label 39");
  });

  test("of no label are an empty picture", () => {
    expect(textsOf(labelMistakesPicture(options(0)))).toContain("0 labels");
  });
});
