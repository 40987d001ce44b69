// Whether a scaling is worth having: judged on pictures that had no part in the fit.
import type { Calibration, Scaling } from "../../../calibrate/index.ts";

/** The scaling that is fitted to pictures. */
export type Fit<S> = (samples: S) => Scaling;

/** Leaves logits as they are. */
export const unscaled: Fit<unknown> = () => ({ method: "temperature", temperature: 1 });

/** A calibration and its figures. */
export interface FittedCalibration<P> {
  readonly calibration: Calibration;
  /** Whether a fit makes pictures better that had no part in it; where it does not, the calibration leaves logits as they are. */
  readonly helps: boolean;
  readonly parts: readonly P[];
}

interface Figures {
  readonly calibrationError: number;
  readonly logLoss: number;
}

/** Whether neither the calibration error nor the log loss has grown. */
export function isBetter({ before, after }: { readonly before: Figures; readonly after: Figures }): boolean {
  return after.calibrationError <= before.calibrationError && after.logLoss <= before.logLoss;
}
