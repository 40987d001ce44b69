// Models: residual networks, and the base class of classification models.
export {
  BaseClassificationModel,
  type ClassificationModelOptions,
  type ClassificationTask,
  classificationModelFields,
  classificationModelSchema,
  type ResolvedClassificationModelOptions,
} from "./base-classification-model.ts";
export { createResNet, RESNET_NAMES, type ResNetName } from "./catalog.ts";
export { ClassificationMetrics, defaultMetrics, type MetricSets } from "./classification-metrics.ts";
export { ResNet, type ResNetOptions } from "./resnet.ts";
export {
  ResNet18ClassificationModel,
  ResNet34ClassificationModel,
  ResNet50ClassificationModel,
  ResNetClassificationModel,
  type ResNetClassificationModelOptions,
} from "./resnet-classification-models.ts";
