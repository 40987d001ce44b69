// Classification with exported models.
export { Classifier, type ClassifierOptions, type Picture } from "./classifier.ts";
export {
  classNamesOf,
  createLabelsMapping,
  LABELS_METADATA_KEY,
  type LabelsMapping,
  parseLabelsMapping,
  taskOfLabels,
} from "./labels-mapping.ts";
export { type OnnxSession, openOnnxSession, readModel } from "./onnx-session.ts";
export { PicturePreparation } from "./picture-preparation.ts";
export { type Prediction, type Reading, rankClasses } from "./rank.ts";
export type { TestTimeAugmentation } from "./views.ts";
