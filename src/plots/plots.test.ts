// Pictures are rendered and looked at pixel by pixel.
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { float32, hostTensor } from "../core/index.ts";
import { formatCount, formatShare } from "./format.ts";
import {
  confusionMatrixPicture,
  contactSheet,
  curvesPicture,
  encodePng,
  type Picture,
  renderPng,
  rgbOfBatch,
  sampleGrid,
} from "./index.ts";

async function pixels(picture: Picture): Promise<{
  at(x: number, y: number): number[];
  ink(x0: number, y0: number, x1: number, y1: number): number;
}> {
  const png = await renderPng(picture, { scale: 1 });
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([picture.width, picture.height]);
  const at = (x: number, y: number): number[] => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  const ink = (x0: number, y0: number, x1: number, y1: number): number => {
    let dark = 0;
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) if (Math.max(...at(x, y)) < 128) dark++;
    return dark;
  };
  return { at, ink };
}

const matrix = (classes: number, cells: Record<string, number>) => {
  const counts = hostTensor("float64", [classes, classes], new Float64Array(classes * classes));
  for (const [cell, count] of Object.entries(cells)) {
    const [row = 0, column = 0] = cell.split(",").map(Number);
    counts.data[row * classes + column] = count;
  }
  return counts;
};
/** Where the matrix is: the rectangle around it. */
const frame = ({ svg }: Picture): { x: number; y: number; side: number } => {
  const [, x, y, side] = /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="\3" fill="none"/
    .exec(svg)!
    .map(Number);
  return { x: x!, y: y!, side: side! };
};

describe("confusion matrix", () => {
  test.each([3, 8, 30, 43, 100, 101, 1000])(
    "of %i classes: blue where right, orange where wrong, white where empty",
    async (classes) => {
      const middle = Math.floor(classes / 2);
      const beside = middle + Math.ceil(classes / 5);
      const picture = confusionMatrixPicture({
        counts: matrix(classes, { [`${middle},${middle}`]: 90, [`${middle},${beside}`]: 10 }),
        classNames: Array.from({ length: classes }, (_, c) => `class ${c}`),
      });
      const { at, ink } = await pixels(picture);
      const { x, y, side } = frame(picture);
      const cell = side / classes;
      // A pixel of the cell beside its number.
      const color = (row: number, column: number): number[] =>
        at(
          Math.floor(x + (column + (cell > 20 ? 0.12 : 0.5)) * cell),
          Math.floor(y + (row + (cell > 20 ? 0.12 : 0.5)) * cell),
        );
      const [red, , blue] = color(middle, middle);
      expect(blue! - red!).toBeGreaterThan(50);
      const [wrongRed, , wrongBlue] = color(middle, beside);
      expect(wrongRed! - wrongBlue!).toBeGreaterThan(40);
      expect(color(Math.floor(classes / 4), middle)).toEqual([255, 255, 255]);
      expect(ink(15, 15, 200, 40), "the title is set in a font").toBeGreaterThan(200);
    },
  );

  test("names the most frequent confusions", () => {
    const names = Array.from({ length: 12 }, (_, c) => `n${c}`);
    const { svg } = confusionMatrixPicture({
      counts: matrix(12, { "0,1": 3, "4,2": 9, "5,5": 4, "7,8": 3, "7,7": 3 }),
      classNames: names,
    });
    const rows = [...svg.matchAll(/>(n\d+ → n\d+)</g)].map(([, row]) => row);
    expect(rows).toEqual(["n4 → n2", "n0 → n1", "n7 → n8"]);
    expect(svg).toContain("22 samples, 31.8 % right");
  });

  test("takes any class name and an empty matrix", async () => {
    const picture = confusionMatrixPicture({
      counts: matrix(5, {}),
      classNames: ["<b>&amp;", 'a"b', "\ud800\u0000", "", "x".repeat(500)],
    });
    const { ink } = await pixels(picture);
    expect(ink(0, 0, picture.width, picture.height)).toBeGreaterThan(200);
    expect(picture.width).toBeLessThan(800);
    expect(picture.svg).toContain("0 samples, none right");
  });

  test("refuses counts that do not fit the names", () => {
    expect(() => confusionMatrixPicture({ counts: matrix(3, {}), classNames: ["a"] })).toThrow(
      "do not fit 1 class names",
    );
  });
});

describe("sample grid", () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 255, 0) };

  test("shows pictures with prediction, confidence and truth", async () => {
    const picture = await sampleGrid({
      columns: 2,
      samples: [
        { image, prediction: "cat", confidence: 0.5, truth: "cat" },
        { image, prediction: "dog", confidence: 0.123, truth: "cat" },
        { image, prediction: "owl" },
      ],
    });
    const texts = [...picture.svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, content]) => content);
    expect(texts).toEqual(["✓ cat 50 %", "true: cat", "✗ dog 12.3 %", "true: cat", "owl"]);
    const { at } = await pixels(picture);
    expect(at(20 + 42, 20 + 84), "left half").toEqual([255, 0, 0]);
    expect(at(20 + 126, 20 + 84), "right half").toEqual([0, 255, 0]);
    expect(at(20 + 42, 20 + 20), "beside the wide picture").toEqual([241, 243, 245]);
  });

  test("of nothing is an empty picture", async () => {
    await expect(renderPng(await sampleGrid({ samples: [] }))).resolves.toBeDefined();
  });
});

describe("curves", () => {
  test("name every curve and leave gaps where a value is not finite", async () => {
    const picture = await curvesPicture({
      title: "Accuracy",
      percent: true,
      curves: [
        {
          name: "train/acc",
          points: [
            [0, 0.1],
            [1, Number.NaN],
            [2, 0.9],
          ],
        },
        {
          name: "val/acc",
          points: [
            [0, 0.2],
            [1, 0.4],
            [2, Number.POSITIVE_INFINITY],
          ],
        },
      ],
    });
    for (const label of ["Accuracy", "train/acc", "val/acc", "80%"]) expect(picture.svg).toContain(label);
    const { ink } = await pixels(picture);
    expect(ink(0, 0, 200, 50)).toBeGreaterThan(100);
  });

  test("one point, or none, is drawn too", async () => {
    for (const points of [[[0, 2.3]], []] as const) {
      const picture = await curvesPicture({ title: "Loss", curves: [{ name: "train/loss", points }] });
      await expect(renderPng(picture)).resolves.toBeDefined();
    }
  });

  test("the same input gives the same picture", async () => {
    const draw = () =>
      curvesPicture({
        title: "Loss",
        curves: [
          {
            name: "a",
            points: [
              [0, 1],
              [1, 2],
            ],
          },
        ],
      });
    const [first, second] = [await draw(), await draw()];
    expect(Buffer.from(await renderPng(second)).equals(await renderPng(first))).toBe(true);
  });
});

test("PNG keeps every pixel", async () => {
  const data = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * 73 + (i >> 3) * 31) & 255);
  const decoded = await sharp(encodePng({ width: 7, height: 5, data }))
    .raw()
    .toBuffer();
  expect([...decoded]).toEqual([...data]);
});

test("the picture in a normalised batch", () => {
  const normalization = { mean: [0.5, 0.25, 0], std: [0.25, 0.5, 1] };
  const batch = float32([2, 3, 1, 2], [0, 0, 0, 0, 0, 0, 2, -2, 1, 0, 0.2, 9]);
  expect([...rgbOfBatch(batch, 1, normalization).data]).toEqual([255, 191, 51, 0, 64, 255]);
  const gray = float32([1, 1, 1, 1], [0]);
  expect([...rgbOfBatch(gray, 0, { mean: [0.5], std: [1] }).data]).toEqual([128, 128, 128]);
});

test.each([
  [0, "0"],
  [999, "999"],
  [9999, "9,999"],
  [12345, "12.3k"],
  [999_999, "1M"],
  [1_234_567, "1.23M"],
  [0.5, "0.5"],
])("count %d is %s", (count, label) => {
  expect(formatCount(count)).toBe(label);
});

test.each([
  [0, "0 %"],
  [0.0004, "<0.1 %"],
  [0.9321, "93.2 %"],
  [0.9996, ">99.9 %"],
  [1, "100 %"],
  [Number.NaN, "n/a"],
])("share %d is %s", (share, label) => {
  expect(formatShare(share)).toBe(label);
});

test("a contact sheet shows pairs side by side, framed by whether something is wrong", async () => {
  const tile = (r: number, g: number, b: number) => ({
    image: { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, i) => [r, g, b][i % 3]!) },
    caption: "cat & <dog>",
    detail: "a/very/long/path/that/does/not/fit/into/the/width.jpg",
  });
  const pair = { title: "equal", tiles: [tile(200, 0, 0), tile(0, 0, 200)] } as const;
  const sheet = contactSheet({
    pairs: [
      { ...pair, remarks: ["classes differ"] },
      { ...pair, remarks: [] },
    ],
    more: 7,
  });
  expect(sheet.svg).toContain("cat &amp; &lt;dog&gt;");
  expect(sheet.svg).toContain("width.jpg");
  expect(sheet.svg).toContain("and 7 more");
  const { at } = await pixels(sheet);
  expect([at(100, 124), at(268, 124)]).toEqual([
    [200, 0, 0],
    [0, 0, 200],
  ]);
  // The frames: orange where something is wrong, else blue.
  expect(at(20, 124)[0]).toBeGreaterThan(at(20, 124)[2]!);
  expect(at(372, 124)[0]).toBeLessThan(at(372, 124)[2]!);
  expect(contactSheet({ pairs: [] }).svg).toContain("no pairs");
});
