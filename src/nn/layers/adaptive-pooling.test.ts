import { expect, test } from "vitest";
import { fill } from "../../../test/golden/formula.ts";
import { runLayer } from "../../../test/support/run-layer.ts";
import { AdaptiveAvgPool2d } from "./pooling.ts";

/** Of maps of 5 x 7, by torch 1.13 in float64. */
const SIZES: readonly { readonly size: readonly [number, number]; readonly y: readonly number[] }[] = [
  { size: [3, 2], y: [0.0253230352, 0.1493576597, 0.2238356521, 0.1137030764, 0.3877046444, 0.9613294052] },
  {
    size: [7, 1],
    y: [-0.1644703427, -0.0672655212, 0.08685879303, 0.1437782858, 0.3178077516, 0.6031377853, 0.7144383533],
  },
  { size: [1, 1], y: [0.2431045628] },
  {
    size: [5, 3],
    y: [
      -0.7895044337, 0.2364408722, -0.2518993219, 0.07731157541, 0.6930567771, -0.1295345376, 0.8129996955,
      -0.2657952706, -0.01823860407, 0.2078376313, 0.333902061, 0.8053917413, 0.04326028625, 0.7870787779,
      0.9753722052,
    ],
  },
];

test.each(SIZES)("AdaptiveAvgPool2d to $size is torch's", async ({ size, y }) => {
  const run = await runLayer(new AdaptiveAvgPool2d(size), fill("x", [1, 1, 5, 7], -2, 2));
  expect(run.shape).toEqual([1, 1, ...size]);
  for (const [i, value] of run.y.entries()) expect(value, `y[${i}]`).toBeCloseTo(y[i]!, 8);
});
