// Confidence that means what it says: scaling, abstention, unfamiliar pictures.
export {
  type Abstention,
  type AbstentionGoal,
  abstentionOf,
  leastConfidences,
  type Outcome,
} from "./abstention.ts";
export { type Assessment, assess, leavingOut, outcomesOf, scaled } from "./assessment.ts";
export { CALIBRATION_METADATA_KEY, formatCalibration, parseCalibration } from "./calibration.ts";
export { type Calibration, type Doubt, doubtOf } from "./doubt.ts";
export { familiarityOf, leastFamiliarity, separation } from "./familiarity.ts";
export {
  fitScaling,
  type LabelledLogits,
  probabilitiesOf,
  type Scaling,
  type ScalingMethod,
} from "./scaling.ts";
