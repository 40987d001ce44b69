// Data sets that a program brings itself: arrays of pixels, and objects of its own.
import { describe, expect, test } from "vitest";
import { collect } from "../../../test/data/pictures.ts";
import { LabelSets } from "../../core/index.ts";
import type { PixelLayout } from "../../image/image-source.ts";
import { readImage } from "../../image/read-image.ts";
import { Compose } from "../../transforms/compose.ts";
import { ToDtype } from "../../transforms/to-dtype.ts";
import { ArrayDataset, type ArrayDatasetOptions } from "../datasets/array-dataset.ts";
import { DatasetDataModule, type DatasetDataModuleOptions } from "./dataset-data-module.ts";

const SIDE = 4;
const plain = new Compose({ transforms: [new ToDtype({ scale: false })] });

/** Pictures of one level each: their number. */
function numbered(count: number, more: Partial<ArrayDatasetOptions> = {}): ArrayDataset {
  return new ArrayDataset({
    classes: ["even", "odd"],
    labels: Array.from({ length: count }, (_, i) => i % 2),
    width: SIDE,
    height: SIDE,
    layout: "grey",
    pixels: Uint8Array.from({ length: count * SIDE * SIDE }, (_, i) => Math.floor(i / (SIDE * SIDE))),
    ...more,
  });
}

async function seenIn(options: Partial<DatasetDataModuleOptions>): Promise<Record<string, number[]>> {
  const common = { imageSize: SIDE, batchSize: 4, trainTransforms: plain, valTransforms: plain };
  await using data = new DatasetDataModule({ train: numbered(20), ...common, ...options });
  await data.setup();
  const seen: Record<string, number[]> = {};
  for (const [name, loader] of Object.entries({
    train: data.trainLoader(0),
    val: data.valLoader(),
    test: data.testLoader(),
  })) {
    const batches = loader === undefined ? [] : await collect(loader);
    seen[name] = batches.flatMap(({ images, labels }) =>
      Array.from(labels.data, (label, i) => {
        const level = images.data[i * 3 * SIDE * SIDE]!;
        expect(label).toBe(level % 2);
        return level;
      }),
    );
    seen[name].sort((a, b) => a - b);
  }
  return seen;
}

test.each([0, 2])("split here, with %d workers", async (numWorkers) => {
  const { train, val, test: tested } = await seenIn({ valFraction: 0.2, testFraction: 0.2, numWorkers });
  expect([train!.length, val!.length, tested!.length]).toEqual([12, 4, 4]);
  expect([...train!, ...val!, ...tested!].sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
});

test("given in parts", async () => {
  const seen = await seenIn({ val: numbered(6), test: numbered(2) });
  expect([seen.train!.length, seen.val, seen.test]).toEqual([20, [0, 1, 2, 3, 4, 5], [0, 1]]);
});

test("groups stay together", async () => {
  const dataset = numbered(20);
  const groups = Array.from({ length: 20 }, (_, i) => `group ${Math.floor(i / 4)}`);
  const train = {
    classes: dataset.classes,
    labels: dataset.labels,
    groups,
    source: (index: number) => dataset.source(index),
    name: (index: number) => dataset.name(index),
  };
  const { val } = await seenIn({ train, valFraction: 0.4 });
  for (const group of new Set(val!.map((level) => Math.floor(level / 4))))
    expect(val!.filter((level) => Math.floor(level / 4) === group)).toHaveLength(4);
});

describe("layouts", () => {
  const colours = [10, 20, 30, 11, 21, 31];
  test.each<[PixelLayout, number[], number[]]>([
    ["grey", [5, 6], [5, 5, 5, 6, 6, 6]],
    ["rgb", colours, colours],
    ["planar", [10, 11, 20, 21, 30, 31], colours],
  ])("%s", async (layout, pixels, expected) => {
    const options = { classes: ["a"], labels: [0], width: 2, height: 1, layout } as const;
    const dataset = new ArrayDataset({ ...options, pixels: Uint8Array.from(pixels) });
    const { data } = await readImage(await dataset.source(0), "picture");
    expect([...data]).toEqual(expected);
  });
});

test.each<[string, object, string]>([
  ["an unknown layout", { layout: "bgr" }, "Invalid option"],
  ["a label that is no index", { labels: [0, 0.5] }, "label 0.5 of picture 1 is no index of the 2 classes"],
  ["a label too large", { labels: [2] }, "label 2 of picture 0"],
  ["too few pixels", { pixels: new Uint8Array(3) }, "20 pictures of 16 bytes do not fit into 3 bytes"],
  ["pixels that are no bytes", { pixels: [1, 2] }, "pixels are a Uint8Array"],
])("%s is named", (_, more, message) => {
  expect(() => numbered(20, more)).toThrow(message);
});

test("settings of a split that is given are refused", async () => {
  await expect(seenIn({ val: numbered(6), folds: 3 })).rejects.toMatchObject({ code: "SPLIT_SETTINGS" });
  await expect(seenIn({ test: numbered(6), testFraction: 0.1 })).rejects.toMatchObject({
    code: "SPLIT_SETTINGS",
  });
});

describe("several labels a picture", () => {
  const labels = new LabelSets(
    2,
    Int8Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? -1 : i % 3 === 0 ? 1 : 0)),
  );

  test("are known by the data set, and reach batches with what is not known", async () => {
    const common = { imageSize: SIDE, batchSize: 4, numWorkers: 0, valTransforms: plain };
    await using data = new DatasetDataModule({ train: numbered(20, { labels }), ...common });
    await data.setup();
    expect(data.options.task).toBe("multi_label");
    expect(data.splits.val!.labels.length).toBe(4);
    for (const { images, labels: batch } of await collect(data.valLoader()!)) {
      expect(batch.shape).toEqual([4, 2]);
      const rows = Array.from({ length: 4 }, (_, i) => [...labels.row(images.data[i * 3 * SIDE * SIDE]!)]);
      expect([...batch.data]).toEqual(rows.flat());
    }
  });

  test("are refused where they do not go together", () => {
    const train = numbered(20, { labels });
    const of = (options: Partial<DatasetDataModuleOptions>) => () =>
      new DatasetDataModule({ train, ...options });
    expect(of({ task: "multi_class" })).toThrow(expect.objectContaining({ code: "TASK" }));
    expect(of({ val: numbered(6) })).toThrow(expect.objectContaining({ code: "TASK" }));
    expect(() => numbered(20, { classes: ["a", "b", "c"], labels })).toThrow(
      "pictures have entries for 2 labels, there are 3 classes",
    );
  });
});

test("what is no data set is named", () => {
  expect(() => new DatasetDataModule({ train: [] as never })).toThrow("not a data set");
});
