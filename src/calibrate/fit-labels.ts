// Scalings of sigmoids that make the labels of pictures likeliest, over the entries that are known.
import { PRESENT, UNKNOWN } from "../core/index.ts";
import { sigmoid } from "../core/sigmoid.ts";
import type { LogitsOfSets, Scaling } from "./scaling.ts";
import { fitFactor, type Slope } from "./temperature.ts";

/** Those that sigmoids can have. */
export type LabelScalingMethod = "temperature" | "per_label";

/**
 * One temperature for all labels, or one for each. The latter are held near the former by a normal prior of deviation 1 on what each
 * factor is relative to it, as a label may be on few pictures, or on none.
 */
export function fitLabelScaling(samples: LogitsOfSets, method: LabelScalingMethod): Scaling {
  const labels = Array.from({ length: samples.classes }, (_, label) => label);
  const common = fitFactor(slopeOf(samples, labels));
  if (method === "temperature") return { method, temperature: 1 / common };
  const temperatures = labels.map((label) => {
    const slopeAt = slopeOf(samples, [label]);
    const held: Slope = (factor) => {
      const [slope, curvature] = slopeAt(factor);
      return [slope + (factor / common - 1) / common, curvature + 1 / common ** 2];
    };
    return 1 / fitFactor(held, common);
  });
  return { method, temperatures };
}

/** Of the negative log-likelihood of some labels by the factor of their logits. */
function slopeOf({ logits, classes, labels: { data } }: LogitsOfSets, labels: readonly number[]): Slope {
  return (factor) => {
    let [slope, curvature] = [0, 0];
    for (let row = 0; row < data.length; row += classes) {
      for (const label of labels) {
        const entry = data[row + label]!;
        if (entry === UNKNOWN) continue;
        const logit = logits[row + label]!;
        const probability = sigmoid(logit * factor);
        slope += (probability - (entry === PRESENT ? 1 : 0)) * logit;
        curvature += probability * (1 - probability) * logit ** 2;
      }
    }
    return [slope, curvature];
  };
}
