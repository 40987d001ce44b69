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
export { type ClassScalingMethod, fitScaling } from "./fit-classes.ts";
export { fitLabelScaling, type LabelScalingMethod } from "./fit-labels.ts";
export { thresholdsUnder } from "./kept-thresholds.ts";
export { assessLabels, type LabelAssessment } from "./label-assessment.ts";
export {
  type LabelledLogits,
  type LogitsOfSets,
  probabilitiesOf,
  type Scaling,
  type ScalingMethod,
  scaledLogit,
} from "./scaling.ts";
export {
  type ChosenThreshold,
  chooseThresholds,
  countPresence,
  fbetaOf,
  type KeptThreshold,
  type LabelledProbabilities,
  type PresenceCounts,
  type ThresholdGoal,
} from "./thresholds.ts";
