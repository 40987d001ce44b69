// What a packaged classifier knows of its model: classes, the steps before the network, confidence.
import type { Calibration } from "../calibrate/doubt.ts";
import type { Interpolation } from "../transforms/pixels/resample.ts";

/** A step from a decoded picture to what the network takes. */
export type Step =
  | {
      readonly step: "resize";
      /** The shorter side, or [height, width]; null: the longer side is `maxSize`. */
      readonly size: number | readonly [number, number] | null;
      readonly maxSize: number | null;
      readonly interpolation: Interpolation;
    }
  | { readonly step: "crop"; readonly size: readonly [height: number, width: number] };

/** The arithmetic from a level, 0 to 255, to the network's number. */
export interface Levels {
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** A model's description, as a package holds it. */
export interface PackagedModel {
  /** In the order of the network's results. */
  readonly labels: readonly string[];
  readonly steps: readonly Step[];
  readonly levels: Levels;
  readonly calibration?: Calibration;
  /** Of a model that tells several labels: above which probability each is present. Default: pictures have one class each. */
  readonly thresholds?: readonly number[];
}
