// The named sizes of residual networks, one row each.
import { ResNet, type ResNetOptions } from "./resnet.ts";

type Architecture = Omit<ResNetOptions, "numClasses">;

/** The architectures, by torchvision's names; the two numbers of a ResNeXt are groups and channels a group. */
export type ResNetName =
  | "resnet18"
  | "resnet34"
  | "resnet50"
  | "resnet101"
  | "resnet152"
  | "resnext50_32x4d"
  | "resnext101_32x8d"
  | "resnext101_64x4d"
  | "wide_resnet50_2"
  | "wide_resnet101_2";

const RESNETS: Readonly<Record<ResNetName, Architecture>> = {
  resnet18: { block: "basic", layers: [2, 2, 2, 2] },
  resnet34: { block: "basic", layers: [3, 4, 6, 3] },
  resnet50: { block: "bottleneck", layers: [3, 4, 6, 3] },
  resnet101: { block: "bottleneck", layers: [3, 4, 23, 3] },
  resnet152: { block: "bottleneck", layers: [3, 8, 36, 3] },
  resnext50_32x4d: { block: "bottleneck", layers: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 },
  resnext101_32x8d: { block: "bottleneck", layers: [3, 4, 23, 3], groups: 32, widthPerGroup: 8 },
  resnext101_64x4d: { block: "bottleneck", layers: [3, 4, 23, 3], groups: 64, widthPerGroup: 4 },
  wide_resnet50_2: { block: "bottleneck", layers: [3, 4, 6, 3], widthPerGroup: 128 },
  wide_resnet101_2: { block: "bottleneck", layers: [3, 4, 23, 3], widthPerGroup: 128 },
};

/** All of them, smallest depth first within a family. */
export const RESNET_NAMES: readonly ResNetName[] = Object.keys(RESNETS) as ResNetName[];

/** A residual network by torchvision's name, with `numClasses` outputs. */
export function createResNet(name: ResNetName, numClasses: number): ResNet {
  return new ResNet({ ...RESNETS[name], numClasses });
}
