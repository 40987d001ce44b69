// All networks by torchvision's names, and by timm's where torchvision has none, family by family.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import type { ClassificationNetwork } from "../nn/index.ts";
import { type AlexNetName, alexnets } from "./alexnet.ts";
import { type ConvNeXtName, convnexts } from "./convnext.ts";
import { type DenseNetName, densenets } from "./densenet.ts";
import { type EfficientNetName, efficientnets } from "./efficientnet.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { type GoogLeNetName, googlenets } from "./googlenet.ts";
import { type ClipTowerName, clipTowers, type Dinov2Name, dinov2s } from "./image-towers.ts";
import { type Inception3Name, inception3s } from "./inception-v3.ts";
import { type MaxVitName, maxvits } from "./maxvit.ts";
import { type MNASNetName, mnasnets } from "./mnasnet.ts";
import { type MobileNetV2Name, mobilenetV2s } from "./mobilenet-v2.ts";
import { type MobileNetV3Name, mobilenetV3s } from "./mobilenet-v3.ts";
import { type RegNetName, regnets } from "./regnet.ts";
import { type ResNetName, resnets } from "./resnet.ts";
import { type ShuffleNetV2Name, shufflenetV2s } from "./shufflenet-v2.ts";
import { type SqueezeNetName, squeezenets } from "./squeezenet.ts";
import { type SwinTransformerName, swinTransformers } from "./swin-transformer.ts";
import { type VGGName, vggs } from "./vgg.ts";
import { type VisionTransformerName, visionTransformers } from "./vision-transformer.ts";

/** An option of networks besides the number of classes. */
export type NetworkOption = Exclude<keyof NetworkOptions, "numClasses">;

/** Name of a network, as torchvision's or else timm's. */
export type NetworkName =
  | ResNetName
  | AlexNetName
  | VGGName
  | SqueezeNetName
  | GoogLeNetName
  | Inception3Name
  | DenseNetName
  | MobileNetV2Name
  | ShuffleNetV2Name
  | MNASNetName
  | MobileNetV3Name
  | EfficientNetName
  | RegNetName
  | ConvNeXtName
  | VisionTransformerName
  | SwinTransformerName
  | MaxVitName
  | Dinov2Name
  | ClipTowerName;

/** What is known of a network before it is made. */
export interface NetworkEntry {
  readonly name: NetworkName;
  /** As its authors write it. */
  readonly family: string;
  /** The options besides the number of classes that it knows. */
  readonly knows: readonly NetworkOption[];
  readonly create: (options: NetworkOptions) => ClassificationNetwork;
}

function rows<Name extends NetworkName>(
  family: string,
  networks: Family<Name>,
  ...knows: NetworkOption[]
): [string, NetworkEntry][] {
  const names = Object.keys(networks) as Name[];
  return names.map((name) => [name, { name, family, knows, create: networks[name] }]);
}

const ENTRIES: ReadonlyMap<string, NetworkEntry> = new Map([
  ...rows("ResNet", resnets),
  ...rows("AlexNet", alexnets, "dropout"),
  ...rows("VGG", vggs, "dropout"),
  ...rows("SqueezeNet", squeezenets, "dropout"),
  ...rows("GoogLeNet", googlenets, "dropout"),
  ...rows("Inception", inception3s, "dropout"),
  ...rows("DenseNet", densenets, "dropout"),
  ...rows("MobileNetV2", mobilenetV2s, "dropout"),
  ...rows("ShuffleNetV2", shufflenetV2s),
  ...rows("MNASNet", mnasnets, "dropout"),
  ...rows("MobileNetV3", mobilenetV3s, "dropout"),
  ...rows("EfficientNet", efficientnets, "dropout", "stochasticDepth"),
  ...rows("RegNet", regnets),
  ...rows("ConvNeXt", convnexts, "stochasticDepth"),
  ...rows("Vision Transformer", visionTransformers, "imageSize", "dropout", "stochasticDepth"),
  ...rows("Swin Transformer", swinTransformers, "dropout", "stochasticDepth"),
  ...rows("MaxViT", maxvits, "dropout", "stochasticDepth"),
  ...rows("DINOv2", dinov2s, "imageSize", "dropout", "stochasticDepth"),
  ...rows("CLIP", clipTowers, "imageSize", "dropout", "stochasticDepth"),
]);

const OPTIONS: Readonly<Record<NetworkOption, { readonly words: string; readonly where: string }>> = {
  dropout: { words: "dropout", where: "model.dropout" },
  stochasticDepth: { words: "stochastic depth", where: "model.stochastic_depth" },
  imageSize: { words: "table of positions for one size of pictures", where: "model.image_size" },
};

/** Every network, family by family, small ones first. */
export const NETWORK_NAMES: readonly NetworkName[] = Array.from(ENTRIES.values(), ({ name }) => name);

/** @throws ClassifierTrainingError kind "usage" `NETWORK_UNKNOWN`, with the names that are nearest. */
export function findNetwork(name: string): NetworkEntry {
  const entry = ENTRIES.get(name);
  if (entry !== undefined) return entry;
  throw new ClassifierTrainingError("usage", "NETWORK_UNKNOWN", `there is no network "${name}"`, {
    hint: didYouMean(name, NETWORK_NAMES),
  });
}

/**
 * A network of the catalogue.
 * @throws ClassifierTrainingError kind "usage": `NETWORK_UNKNOWN`, and `NETWORK_OPTION` for an option that it does not have
 */
export function createNetwork(name: NetworkName, options: NetworkOptions): ClassificationNetwork {
  const { knows, create } = findNetwork(name);
  for (const [option, value] of Object.entries(options)) {
    if (option === "numClasses" || value === undefined || knows.includes(option as NetworkOption)) continue;
    const { words, where } = OPTIONS[option as NetworkOption];
    const others = knows.map((known) => OPTIONS[known].where).join(" and ");
    throw new ClassifierTrainingError("usage", "NETWORK_OPTION", `${name} has no ${words}`, {
      where,
      hint: others === "" ? "leave it out" : `leave it out; it has ${others}`,
    });
  }
  return create(options);
}
