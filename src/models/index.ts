// Models: networks by name, and classification models over them.
export {
  BaseClassificationModel,
  type ClassificationModelOptions,
  type ClassificationTask,
  classificationModelFields,
  classificationModelSchema,
  type ResolvedClassificationModelOptions,
} from "./base-classification-model.ts";
export {
  createNetwork,
  findNetwork,
  NETWORK_NAMES,
  type NetworkEntry,
  type NetworkName,
  type NetworkOption,
} from "./catalog.ts";
export { ClassificationMetrics, defaultMetrics, type MetricSets } from "./classification-metrics.ts";
export { ClassificationModel, type NetworkModelOptions } from "./classification-model.ts";
export type { Family, NetworkOptions } from "./family.ts";
export { createResNet, RESNET_NAMES, ResNet, type ResNetName, type ResNetOptions } from "./resnet.ts";
export {
  ResNet18ClassificationModel,
  ResNet34ClassificationModel,
  ResNet50ClassificationModel,
  ResNetClassificationModel,
  type ResNetClassificationModelOptions,
} from "./resnet-classification-models.ts";
