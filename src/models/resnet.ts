// Residual networks: one architecture, He et al., "Deep Residual Learning" (2016), as torchvision builds it.
import { add, flatten, relu, type Value } from "../graph/index.ts";
import {
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  GlobalAvgPool2d,
  kaimingNormalFanOut,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
} from "../nn/index.ts";
import type { Family } from "./family.ts";

/** The numbers that tell one residual network of the family from another. */
export interface ResNetOptions {
  /** Two 3x3 convolutions a block, or 1x1, 3x3, 1x1 with four times the channels. */
  readonly block: "basic" | "bottleneck";
  /** Blocks in each of the four stages. */
  readonly layers: readonly [number, number, number, number];
  readonly numClasses: number;
  /** Groups of the 3x3 convolutions of bottlenecks (ResNeXt); default 1. */
  readonly groups?: number;
  /** Channels per group at 64 planes (ResNeXt, wide ResNets); default 64. */
  readonly widthPerGroup?: number;
}

interface BlockShape {
  readonly inPlanes: number;
  readonly planes: number;
  readonly stride: number;
  readonly groups: number;
  readonly widthPerGroup: number;
}

/** Output channels of a block per plane. */
const EXPANSION = { basic: 1, bottleneck: 4 } as const;

function convolution(inChannels: number, outChannels: number, kernel: 1 | 3, stride = 1, groups = 1): Conv2d {
  const padding = (kernel - 1) / 2;
  return new Conv2d(inChannels, outChannels, kernel, {
    stride,
    padding,
    groups,
    bias: false,
    initializer: kaimingNormalFanOut,
  });
}

/** 1x1 convolution and batch norm on the identity path, where a block changes size or channels. */
function shortcut({ inPlanes, stride }: BlockShape, outPlanes: number): Sequential | undefined {
  if (stride === 1 && inPlanes === outPlanes) return undefined;
  return new Sequential(convolution(inPlanes, outPlanes, 1, stride), new BatchNorm2d(outPlanes));
}

class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(shape: BlockShape) {
    super();
    const { inPlanes, planes, stride } = shape;
    this.conv1 = convolution(inPlanes, planes, 3, stride);
    this.bn1 = new BatchNorm2d(planes);
    this.conv2 = convolution(planes, planes, 3);
    this.bn2 = new BatchNorm2d(planes);
    this.downsample = shortcut(shape, planes * EXPANSION.basic);
  }

  override forward(x: Value): Value {
    let y = relu(this.bn1.call(this.conv1.call(x)));
    y = this.bn2.call(this.conv2.call(y));
    return relu(add(y, this.downsample?.call(x) ?? x));
  }
}

/** The stride is on the 3x3 convolution ("ResNet v1.5"). */
class Bottleneck extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(shape: BlockShape) {
    super();
    const { inPlanes, planes, stride, groups, widthPerGroup } = shape;
    const width = Math.floor((planes * widthPerGroup) / 64) * groups;
    const outPlanes = planes * EXPANSION.bottleneck;
    this.conv1 = convolution(inPlanes, width, 1);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = convolution(width, width, 3, stride, groups);
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = convolution(width, outPlanes, 1);
    this.bn3 = new BatchNorm2d(outPlanes);
    this.downsample = shortcut(shape, outPlanes);
  }

  override forward(x: Value): Value {
    let y = relu(this.bn1.call(this.conv1.call(x)));
    y = relu(this.bn2.call(this.conv2.call(y)));
    y = this.bn3.call(this.conv3.call(y));
    return relu(add(y, this.downsample?.call(x) ?? x));
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class ResNet extends ClassificationNetwork {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly maxpool: MaxPool2d;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool: GlobalAvgPool2d;
  readonly fc: Linear;

  constructor({ block, layers, numClasses, groups = 1, widthPerGroup = 64 }: ResNetOptions) {
    super();
    const Block = block === "basic" ? BasicBlock : Bottleneck;
    const expansion = EXPANSION[block];
    let inPlanes = 64;
    const stage = (planes: number, blocks: number, firstStride: number): Sequential => {
      const modules = Array.from({ length: blocks }, (_, i) => {
        const shape = { inPlanes, planes, stride: i === 0 ? firstStride : 1, groups, widthPerGroup };
        inPlanes = planes * expansion;
        return new Block(shape);
      });
      return new Sequential(...modules);
    };
    this.conv1 = new Conv2d(3, 64, 7, {
      stride: 2,
      padding: 3,
      bias: false,
      initializer: kaimingNormalFanOut,
    });
    this.bn1 = new BatchNorm2d(64);
    this.maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
    this.layer1 = stage(64, layers[0], 1);
    this.layer2 = stage(128, layers[1], 2);
    this.layer3 = stage(256, layers[2], 2);
    this.layer4 = stage(512, layers[3], 2);
    this.avgpool = new GlobalAvgPool2d();
    this.fc = new Linear(512 * expansion, numClasses);
  }

  override get classifier(): Linear {
    return this.fc;
  }

  override get stages(): readonly string[] {
    return ["conv1", "layer1", "layer2", "layer3", "layer4", "fc"];
  }

  override forwardFeatures(x: Value): Value {
    let y = this.maxpool.call(relu(this.bn1.call(this.conv1.call(x))));
    for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) y = stage.call(y);
    return flatten(this.avgpool.call(y));
  }
}

/** torchvision's names; the two numbers of a ResNeXt are groups and channels a group. */
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

const row =
  (options: Omit<ResNetOptions, "numClasses">) =>
  ({ numClasses }: { readonly numClasses: number }): ResNet =>
    new ResNet({ ...options, numClasses });

/** Residual networks, smallest depth first within a kind. */
export const resnets: Family<ResNetName, ResNet> = {
  resnet18: row({ block: "basic", layers: [2, 2, 2, 2] }),
  resnet34: row({ block: "basic", layers: [3, 4, 6, 3] }),
  resnet50: row({ block: "bottleneck", layers: [3, 4, 6, 3] }),
  resnet101: row({ block: "bottleneck", layers: [3, 4, 23, 3] }),
  resnet152: row({ block: "bottleneck", layers: [3, 8, 36, 3] }),
  resnext50_32x4d: row({ block: "bottleneck", layers: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 }),
  resnext101_32x8d: row({ block: "bottleneck", layers: [3, 4, 23, 3], groups: 32, widthPerGroup: 8 }),
  resnext101_64x4d: row({ block: "bottleneck", layers: [3, 4, 23, 3], groups: 64, widthPerGroup: 4 }),
  wide_resnet50_2: row({ block: "bottleneck", layers: [3, 4, 6, 3], widthPerGroup: 128 }),
  wide_resnet101_2: row({ block: "bottleneck", layers: [3, 4, 23, 3], widthPerGroup: 128 }),
};

/** The names of residual networks. */
export const RESNET_NAMES: readonly ResNetName[] = Object.keys(resnets) as ResNetName[];

/** A residual network by torchvision's name, with `numClasses` outputs. */
export function createResNet(name: ResNetName, numClasses: number): ResNet {
  return resnets[name]({ numClasses });
}
