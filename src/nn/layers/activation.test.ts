import { expect, test } from "vitest";
import { runLayer } from "../../../test/support/run-layer.ts";
import { float32 } from "../../core/index.ts";
import type { Module } from "../module.ts";
import { GELU, Hardsigmoid, Hardswish, LeakyReLU, ReLU6, SiLU } from "./activation.ts";

const X = [-7, -3.5, -1, -0.25, 0.5, 1, 2.75, 5, 8];

interface Activation {
  readonly name: string;
  readonly layer: Module;
  readonly y: readonly number[];
  readonly gradient: readonly number[];
}

/** torch 1.13, float64. */
const ACTIVATIONS: readonly Activation[] = [
  {
    name: "GELU",
    layer: new GELU(),
    y: [
      -8.958667141e-12, -0.0008142017766, -0.1586552539, -0.1003234186, 0.3457312306, 0.8413447461,
      2.741805651, 4.999998567, 8,
    ],
    gradient: [
      5.230345378e-11, -0.001264179709, 0.04213738528, 0.1844962403, 0.04191495607, 0.5455091799,
      -0.5272742549, -0.8652333466, 0.02431280538,
    ],
  },
  {
    name: "GELU by tanh",
    layer: new GELU("tanh"),
    y: [
      -2.331468352e-15, -0.0006161976554, -0.1588080094, -0.1003246493, 0.3457140098, 0.8411919906,
      2.742276856, 4.999999771, 8,
    ],
    gradient: [
      2.323949595e-14, -0.00108537108, 0.04195966896, 0.1845079049, 0.04190890574, 0.5453322373,
      -0.5272336982, -0.8652285008, 0.02431280538,
    ],
  },
  {
    name: "SiLU",
    layer: new SiLU(),
    y: [
      -0.006377358361, -0.1025928076, -0.2689414214, -0.1094558748, 0.3112296656, 0.7310585786, 2.584761712,
      4.966535745, 7.997317199,
    ],
    gradient: [
      0.004557742093, -0.03148323584, -0.03658114737, 0.2278989293, 0.03575287028, 0.4671333456,
      -0.5650365418, -0.8881967225, 0.02436985663,
    ],
  },
  {
    name: "Hardswish",
    layer: new Hardswish(),
    y: [0, 0, -0.3333333333, -0.1145833333, 0.2916666667, 0.6666666667, 2.635416667, 5, 8],
    gradient: [
      0, 0, -0.08429283897, 0.252352953, 0.03221148252, 0.4196293652, -0.7308725417, -0.8652271628,
      0.02431280538,
    ],
  },
  {
    name: "Hardsigmoid",
    layer: new Hardsigmoid(),
    y: [0, 0, 0.3333333333, 0.4583333333, 0.5833333333, 0.6666666667, 0.9583333333, 1, 1],
    gradient: [0, 0, -0.08429284148, 0.1009411842, 0.008052870871, 0.08392587554, -0.08598500746, 0, 0],
  },
  {
    name: "ReLU6",
    layer: new ReLU6(),
    y: [0, 0, 0, 0, 0.5, 1, 2.75, 5, 6],
    gradient: [0, 0, 0, 0, 0.04831722379, 0.5035552382, -0.5159100294, -0.8652271628, 0],
  },
  {
    name: "LeakyReLU",
    layer: new LeakyReLU(),
    y: [-0.07, -0.035, -0.01, -0.0025, 0.5, 1, 2.75, 5, 8],
    gradient: [
      -0.00834675312, 0.004480110109, -0.005057570338, 0.006056470871, 0.04831722379, 0.5035552382,
      -0.5159100294, -0.8652271628, 0.02431280538,
    ],
  },
  {
    name: "LeakyReLU of another slope",
    layer: new LeakyReLU(0.2),
    y: [-1.4, -0.7, -0.2, -0.05, 0.5, 1, 2.75, 5, 8],
    gradient: [
      -0.1669350624, 0.08960220218, -0.1011514068, 0.1211294174, 0.04831722379, 0.5035552382, -0.5159100294,
      -0.8652271628, 0.02431280538,
    ],
  },
];

test.each(ACTIVATIONS)("$name is torch's", async ({ layer, y, gradient }) => {
  const run = await runLayer(layer, float32([X.length], X));
  for (const [i, value] of run.y.entries()) expect(value, `y[${i}]`).toBeCloseTo(y[i]!, 8);
  for (const [i, value] of run.gradients.x!.entries()) expect(value, `dx[${i}]`).toBeCloseTo(gradient[i]!, 7);
});
