import { expect, test } from "vitest";
import { fill } from "../../../test/golden/formula.ts";
import { runLayer } from "../../../test/support/run-layer.ts";
import type { Shape } from "../../core/index.ts";
import type { Module } from "../module.ts";
import { GroupNorm, LayerNorm, LayerNorm2d } from "./layer-norm.ts";

interface Normalisation {
  readonly name: string;
  readonly layer: Module;
  readonly shape: Shape;
  readonly y: readonly number[];
  readonly gradients: Readonly<Record<"x" | "weight" | "bias", readonly number[]>>;
}

/** torch 1.13 and torchvision 0.14, float64. */
const NORMALISATIONS: readonly Normalisation[] = [
  {
    name: "LayerNorm",
    layer: new LayerNorm(5),
    shape: [2, 5],
    y: [
      -0.7425893835, 0.607487231, 1.224257995, 5.279536959, 1.116154197, -0.8723389752, 2.455652906,
      0.1107580418, 2.319779006, 2.478505947,
    ],
    gradients: {
      x: [
        -0.8339346043, 0.7659883987, -0.3175811024, -0.002288989911, 0.3878162978, 0.6543137903,
        -0.5653041887, -0.4703711589, -0.02838527757, 0.4097468348,
      ],
      weight: [0.2337190811, -0.7254038423, 1.17658336, 1.159903743, 0.9937754128],
      bias: [-0.3311200738, -0.06789901853, -1.370984197, 0.6299598925, 0.9526548684],
    },
  },
  {
    name: "LayerNorm with another epsilon",
    layer: new LayerNorm(5, 0.01),
    shape: [2, 5],
    y: [
      -0.7373986347, 0.6097821879, 1.224051309, 5.267863574, 1.117903471, -0.8680337326, 2.45244015,
      0.1135901501, 2.318827189, 2.476181595,
    ],
    gradients: {
      x: [
        -0.8337780801, 0.7615167325, -0.3161957209, 0.004225838859, 0.3842312296, 0.6523623341, -0.5635768005,
        -0.4694168318, -0.02826428359, 0.4088955817,
      ],
      weight: [0.2325220495, -0.7232612016, 1.173457432, 1.155822521, 0.9911335093],
      bias: [-0.3311200738, -0.06789901853, -1.370984197, 0.6299598925, 0.9526548684],
    },
  },
  {
    name: "LayerNorm2d",
    layer: new LayerNorm2d(3, 1e-6),
    shape: [1, 3, 2, 2],
    y: [
      -0.7807643163, -0.4085491554, -1.236351422, 2.954566091, 0.5449051998, 0.2797752886, 2.921646658,
      -0.2700140641, 2.220595101, 2.224867049, 0.9866513223, 1.158362253,
    ],
    gradients: {
      x: [
        -0.9308259825, 0.07485572001, -0.364712672, -0.1503864589, 1.0562991, -0.06969949135, -0.1980087819,
        -0.1539704295, -0.125473118, -0.005156228662, 0.5627214539, 0.3043568883,
      ],
      weight: [1.710414205, -0.0497645195, 1.378680452],
      bias: [-0.2867742479, -0.8292647302, 1.534375977],
    },
  },
  {
    name: "GroupNorm",
    layer: new GroupNorm(2, 4),
    shape: [2, 4, 2, 1],
    y: [
      -0.9408565516, -0.4360711102, 1.159007157, 3.327078997, 0.9043299589, 0.8831466365, 4.885643385,
      0.30399965, 0.04937323304, 3.793252645, 0.7464168035, 0.1218216818, 0.3055062816, 1.358265652,
      4.571254664, 0.9048746795,
    ],
    gradients: {
      x: [
        -0.6872169532, 1.039036993, -0.3559722474, 0.004152207223, 0.4211947189, 0.7002242843, -0.2510359812,
        -0.8703830219, -0.6382959161, 0.3883932914, -1.347555194, 1.597457819, -1.267473136, 0.3747757442,
        -0.4760176355, 1.368715028,
      ],
      weight: [2.00472099, 0.3292496591, 0.182484139, -0.7754956987],
      bias: [0.5419861488, 0.7056155801, 1.400740154, -0.5377368256],
    },
  },
];

test.each(NORMALISATIONS)("$name is torch's", async ({ layer, shape, y, gradients }) => {
  const run = await runLayer(layer, fill("x", shape, -2, 2));
  expect(run.shape).toEqual(shape);
  for (const [i, value] of run.y.entries()) expect(value, `y[${i}]`).toBeCloseTo(y[i]!, 8);
  for (const [name, wanted] of Object.entries(gradients)) {
    const actual = run.gradients[name]!;
    expect(actual).toHaveLength(wanted.length);
    for (const [i, value] of actual.entries()) expect(value, `${name}[${i}]`).toBeCloseTo(wanted[i]!, 8);
  }
});
