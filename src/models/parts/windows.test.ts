import { expect, test } from "vitest";
import { hostTensor, toNumbers } from "../../core/index.ts";
import { createProgram, Graph, input } from "../../graph/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { relativePositionIndex } from "./relative-positions.ts";
import { withinWindows } from "./windows.ts";

/** What `withinWindows` makes of places numbered from 1, with the windows and the mask that it shows on the way. */
async function divide(rows: number, columns: number, size: number, shift: number) {
  const x = input(new Graph(), "x", "float32", [1, rows, columns, 1]);
  const outputs: Record<string, typeof x> = {};
  outputs.y = withinWindows(x, size, shift, (windows, mask) => {
    outputs.windows = windows;
    if (mask !== undefined) outputs.mask = mask;
    return windows;
  });
  const session = await referenceRuntime.open({ storages: [] });
  const executable = await session.compile(createProgram({ name: "windows", outputs }));
  const places = Float32Array.from({ length: rows * columns }, (_, i) => i + 1);
  const results = await executable.run({ x: hostTensor("float32", x.shape as number[], places) });
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, toNumbers(data)]));
}

test("a map is padded, divided and put together again", async () => {
  const { windows, mask, y } = await divide(2, 3, 2, 0);
  expect(windows).toEqual([1, 2, 4, 5, 3, 0, 6, 0]);
  expect(mask).toBeUndefined();
  expect(y).toEqual([1, 2, 3, 4, 5, 6]);
});

test("shifted windows take places from the other end, which do not see each other", async () => {
  const { windows, mask, y } = await divide(2, 4, 2, 1);
  // The map is as high as a window: it is shifted to the left alone.
  expect(windows).toEqual([2, 3, 6, 7, 4, 1, 8, 5]);
  expect(mask!.slice(0, 16)).toEqual(new Array(16).fill(0));
  expect(mask!.slice(16)).toEqual([0, -100, 0, -100, -100, 0, -100, 0, 0, -100, 0, -100, -100, 0, -100, 0]);
  expect(y).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("each pair of places of equal distance has the same row", () => {
  const index = toNumbers(relativePositionIndex(2).data);
  expect(index).toEqual([4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4]);
});
