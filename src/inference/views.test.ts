import { expect, test } from "vitest";
import { float32, RandomStream } from "../core/index.ts";
import { transformFromDescription } from "../transforms/index.ts";
import { viewsIn, viewTransforms } from "./views.ts";

const TRANSFORMS = [
  { name: "CenterCrop", options: { size: [2, 2] } },
  { name: "ToTensor", options: {} },
];
/** Red levels 0 to 11 in three rows of four, green 100 more, blue 200 more. */
const image = {
  width: 4,
  height: 3,
  data: Uint8Array.from({ length: 36 }, (_, i) => Math.floor(i / 3) + (i % 3) * 100),
};

test("five crops are the corners and the middle, in every plane", async () => {
  const transforms = viewTransforms("five_crop", TRANSFORMS);
  const transform = transformFromDescription({
    name: "Compose",
    options: { transforms: transforms as never },
  });
  const prepared = await transform.apply(image, new RandomStream(0, "views"));
  const views = viewsIn(prepared as never, "five_crop");
  const levels = views.map(({ data }) => Array.from(data, (level) => Math.round(level * 255)));
  const reds = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
    [4, 5, 8, 9],
    [6, 7, 10, 11],
    [1, 2, 5, 6],
  ];
  expect(levels).toEqual(
    reds.map((red) => [0, 100, 200].flatMap((more) => red.map((level) => level + more))),
  );
  expect(views[0]!.shape).toEqual([3, 2, 2]);
});

test("flip gives the picture and its mirror image, every row of every plane turned", () => {
  const prepared = float32([3, 1, 2], [1, 2, 3, 4, 5, 6]);
  const [first, second] = viewsIn(prepared, "flip");
  expect(first).toBe(prepared);
  expect([...second!.data]).toEqual([2, 1, 4, 3, 6, 5]);
  expect(viewTransforms("flip", TRANSFORMS)).toBe(TRANSFORMS);
});

test("without a central crop there are no five", () => {
  expect(() => viewTransforms("five_crop", TRANSFORMS.slice(1))).toThrow(
    expect.objectContaining({ code: "TTA_NO_CROP" }),
  );
});
