// The ways to explain a prediction: what each computes, and how its map is read.
import { probabilitiesOf } from "../../../calibrate/index.ts";
import type { HostTensor } from "../../../core/index.ts";
import { hostTensor } from "../../../core/index.ts";
import { gradCam, type HeatMap, integratedGradients, occlusion } from "../../../explain/index.ts";
import type { Prediction } from "../../../inference/index.ts";
import { heatLimit } from "../../../plots/index.ts";
import type { Baseline } from "./baseline.ts";
import type { Subject } from "./subject.ts";

/** The names of the methods. */
export type ExplanationMethod = "gradcam" | "occlusion" | "integrated_gradients";

/** What can be chosen of one method or another. */
export interface MethodOptions {
  readonly layer: string | undefined;
  readonly patch: number | undefined;
  readonly stride: number | undefined;
  readonly steps: number | undefined;
  readonly baseline: readonly number[];
}

/** A heat map, and what is to be said of it. */
export interface Finding {
  readonly map: HeatMap;
  /** Whether values below 0 speak against the class. */
  readonly signed: boolean;
  /** The value of the strongest colour. */
  readonly limit: number;
  /** How it was made, in words. */
  readonly how: string;
  /** What is coloured, in words, and the values of the strongest colours. */
  readonly quantity: string;
  readonly ends: readonly [low: string, high: string];
  /** How it was made, for other programs. */
  readonly details: Readonly<Record<string, string | number | readonly number[]>>;
}

interface Method {
  /** Which options it looks at. */
  readonly takes: readonly (keyof MethodOptions)[];
  readonly baseline: Baseline;
  find(
    subject: Subject,
    image: HostTensor<"float32">,
    explained: Prediction,
    options: MethodOptions,
  ): Promise<Finding>;
}

/** Of the pixels' attributions, those beyond this share are as strongly coloured as the last within it. */
const SHOWN_SHARE = 0.99;

/** Every method by its name. */
export const METHODS: Readonly<Record<ExplanationMethod, Method>> = {
  gradcam: {
    takes: ["layer"],
    baseline: "mean",
    async find({ network }, image, { classId, label }, { layer: wanted }) {
      const batch = hostTensor("float32", [1, ...image.shape], image.data);
      const { layer, grid, maps } = await gradCam(network!, batch, [classId], wanted);
      const limit = heatLimit(maps[0]!);
      return {
        map: maps[0]!,
        signed: false,
        limit,
        how: `Grad-CAM of ${layer}, ${grid.join("x")} places`,
        quantity: limit === 0 ? `nothing in this layer speaks for ${label}` : `what speaks for ${label}`,
        ends: ["nothing", "most"],
        details: { layer, grid },
      };
    },
  },
  occlusion: {
    takes: ["patch", "stride", "baseline"],
    baseline: "mean",
    async find(
      { classify, calibration, task },
      image,
      { classId, label },
      { patch: side, stride: step, baseline },
    ) {
      const probabilities = (logits: Float32Array) => probabilitiesOf(logits, calibration?.scaling, task);
      const options = { patch: side, stride: step, baseline, probabilitiesOf: probabilities };
      const { map, squares, patch, stride } = await occlusion(classify, image, classId, options);
      const limit = heatLimit(map);
      const end = `${Number((limit * 100).toPrecision(2))} points`;
      return {
        map,
        signed: true,
        limit,
        how: `Occlusion by ${squares} squares of ${patch} pixels, ${stride} apart`,
        quantity: `fall of the probability of ${label} where covered`,
        ends: [`-${end}`, `+${end}`],
        details: { patch, stride, squares, baseline },
      };
    },
  },
  integrated_gradients: {
    takes: ["steps", "baseline"],
    baseline: [0, 0, 0],
    async find({ network }, image, { classId, label }, { steps = 50, baseline }) {
      const found = await integratedGradients(network!, image, classId, { baseline, steps });
      const limit = heatLimit(found.map, SHOWN_SHARE);
      const end = Number(limit.toPrecision(2));
      const error = Math.abs(found.completenessError / found.difference);
      return {
        map: found.map,
        signed: true,
        limit,
        how: `Integrated gradients, ${steps} steps, completeness error ${(error * 100).toPrecision(2)} %`,
        quantity: `what each pixel adds to the logit of ${label}`,
        ends: [`-${end}`, `+${end}`],
        details: {
          steps,
          baseline,
          logit_difference: found.difference,
          completeness_error: found.completenessError,
        },
      };
    },
  },
};
