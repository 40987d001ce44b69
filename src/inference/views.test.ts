import { expect, test } from "vitest";
import { float32 } from "../core/index.ts";
import { mirrored, Views } from "./views.ts";

const TRANSFORMS = [
  { name: "CenterCrop", options: { size: [2, 2] } },
  { name: "ToTensor", options: {} },
];
/** Red levels 0 to 11 in three rows of four. */
const image = {
  width: 4,
  height: 3,
  data: Uint8Array.from({ length: 36 }, (_, i) => (i % 3 === 0 ? i / 3 : 0)),
};
const reds = (tensor: { readonly data: Float32Array }): number[] =>
  [...tensor.data.subarray(0, 4)].map((level) => Math.round(level * 255));

test("a mirror image has its columns in the opposite order, in every plane", () => {
  const tensor = float32([3, 1, 2], [1, 2, 3, 4, 5, 6]);
  expect([...mirrored(tensor).data]).toEqual([2, 1, 4, 3, 6, 5]);
});

test("five crops are the corners and the middle", async () => {
  const views = await new Views("five_crop", TRANSFORMS).of(image, float32([3, 2, 2], new Array(12).fill(0)));
  expect(views.map(reds)).toEqual([
    [0, 1, 4, 5],
    [2, 3, 6, 7],
    [4, 5, 8, 9],
    [6, 7, 10, 11],
    [1, 2, 5, 6],
  ]);
});

test("flip gives the picture and its mirror image", async () => {
  const prepared = float32([3, 1, 2], [1, 2, 3, 4, 5, 6]);
  const [first, second] = await new Views("flip", TRANSFORMS.slice(1)).of(image, prepared);
  expect(first).toBe(prepared);
  expect([...second!.data]).toEqual([2, 1, 4, 3, 6, 5]);
});

test("without a central crop there are no five", () => {
  expect(() => new Views("five_crop", TRANSFORMS.slice(1))).toThrow(
    expect.objectContaining({ code: "TTA_NO_CROP" }),
  );
});
