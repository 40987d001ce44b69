import { expect, test } from "vitest";
import { fill } from "../../../test/golden/formula.ts";
import { runLayer } from "../../../test/support/run-layer.ts";
import { MaxPool2d } from "./pooling.ts";

/** Of maps of 5 x 7 with windows that reach beyond them, by torch 1.13 in float64. */
const WINDOWS: readonly {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly shape: readonly number[];
  readonly y: readonly number[];
}[] = [
  {
    kernel: 2,
    stride: 2,
    padding: 0,
    shape: [1, 1, 3, 4],
    y: [
      0.385791719, 1.9729188681, 0.0616542846, 1.4076194763, 1.6196728945, 1.6265609264, 1.3731640577,
      1.3315719366, 1.1921346188, 1.9451709986, 1.9101105928, 0.5852216482,
    ],
  },
  {
    kernel: 3,
    stride: 2,
    padding: 1,
    shape: [1, 1, 3, 4],
    y: [
      0.385791719, 1.9729188681, 1.9729188681, 1.4076194763, 1.6196728945, 1.6512720585, 1.3731640577,
      1.3731640577, 1.6196728945, 1.9451709986, 1.9451709986, 1.3315719366,
    ],
  },
  {
    kernel: 2,
    stride: 3,
    padding: 0,
    shape: [1, 1, 2, 3],
    y: [0.385791719, 1.9729188681, 1.4076194763, 1.6196728945, 1.9451709986, 1.3315719366],
  },
];

test.each(WINDOWS)(
  "MaxPool2d($kernel) by $stride, padded by $padding, in ceil mode is torch's",
  async (row) => {
    const { kernel, stride, padding, shape, y } = row;
    const layer = new MaxPool2d(kernel, { stride, padding, ceilMode: true });
    const run = await runLayer(layer, fill("x", [1, 1, 5, 7], -2, 2));
    expect(run.shape).toEqual(shape);
    for (const [i, value] of run.y.entries()) expect(value, `y[${i}]`).toBeCloseTo(y[i]!, 8);
    const upstream = Array.from(fill("upstream", shape, -1, 1).data).reduce((sum, value) => sum + value, 0);
    expect(run.gradients.x!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(upstream, 8);
  },
);
