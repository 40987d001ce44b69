// Thresholds of labels when their probabilities are scaled otherwise: moved along, so that the same labels are present.
import { logitOf, sigmoid } from "../core/index.ts";
import type { Scaling } from "./scaling.ts";

/** The thresholds that let the same labels be present with the scaling `to` as those did with `from`. */
export function thresholdsUnder(
  thresholds: readonly number[],
  from: Scaling | undefined,
  to: Scaling | undefined,
): number[] {
  return thresholds.map((threshold, label) =>
    sigmoid((logitOf(threshold) * temperatureOf(from, label)) / temperatureOf(to, label)),
  );
}

function temperatureOf(scaling: Scaling | undefined, label: number): number {
  if (scaling?.method === "temperature") return scaling.temperature;
  return scaling?.method === "per_label" ? scaling.temperatures[label]! : 1;
}
