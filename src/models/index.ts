// Models: networks by name, and classification models over them.

export type { AlexNetName } from "./alexnet.ts";
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
export { ClassificationModel, type NetworkModelOptions } from "./classification-model.ts";
export type { ConvNeXtName } from "./convnext.ts";
export type { DenseNetName } from "./densenet.ts";
export type { EfficientNetName } from "./efficientnet.ts";
export type { Family, NetworkOptions } from "./family.ts";
export type { GoogLeNetName } from "./googlenet.ts";
export type { ClipTowerName, Dinov2Name } from "./image-towers.ts";
export type { Inception3Name } from "./inception-v3.ts";
export type { MaxVitName } from "./maxvit.ts";
export type { MNASNetName } from "./mnasnet.ts";
export type { MobileNetV2Name } from "./mobilenet-v2.ts";
export type { MobileNetV3Name } from "./mobilenet-v3.ts";
export type { RegNetName } from "./regnet.ts";
export { createResNet, RESNET_NAMES, ResNet, type ResNetName, type ResNetOptions } from "./resnet.ts";
export {
  ResNet18ClassificationModel,
  ResNet34ClassificationModel,
  ResNet50ClassificationModel,
  ResNetClassificationModel,
  type ResNetClassificationModelOptions,
} from "./resnet-classification-models.ts";
export type { ShuffleNetV2Name } from "./shufflenet-v2.ts";
export type { SqueezeNetName } from "./squeezenet.ts";
export type { SwinTransformerName } from "./swin-transformer.ts";
export type { VGGName } from "./vgg.ts";
export type { VisionTransformerName } from "./vision-transformer.ts";
