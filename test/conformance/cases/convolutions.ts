// Convolutions of every kind: stride, padding, dilation, groups, kernel and map sizes, odd channel counts.
import type { Shape } from "../../../src/core/index.ts";
import type { Conv2dParams, Pair } from "../../../src/graph/index.ts";

export interface Convolution extends Partial<Conv2dParams> {
  readonly name: string;
  /** [N, C, H, W] */
  readonly input: Shape;
  /** [O, C / groups, kH, kW] */
  readonly weight: Shape;
}

export const CONVOLUTIONS: readonly Convolution[] = [
  { name: "3x3", input: [2, 3, 6, 6], weight: [4, 3, 3, 3] },
  { name: "3x3, padded", input: [2, 3, 7, 7], weight: [4, 3, 3, 3], padding: [1, 1] },
  { name: "3x3, 16 to 32 channels", input: [2, 16, 8, 8], weight: [32, 16, 3, 3], padding: [1, 1] },
  { name: "3x3, 64 to 64 channels", input: [2, 64, 14, 14], weight: [64, 64, 3, 3], padding: [1, 1] },
  { name: "3x3, 17 to 5 channels", input: [2, 17, 6, 6], weight: [5, 17, 3, 3], padding: [1, 1] },
  { name: "3x3, one channel to one", input: [1, 1, 5, 5], weight: [1, 1, 3, 3], padding: [1, 1] },
  {
    name: "3x3, stride 2 on an even map",
    input: [2, 4, 8, 8],
    weight: [6, 4, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  {
    name: "3x3, stride 2 on an odd map",
    input: [2, 4, 7, 9],
    weight: [6, 4, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  { name: "3x3, stride 3 that leaves rows over", input: [1, 3, 8, 8], weight: [2, 3, 3, 3], stride: [3, 3] },
  { name: "1x1", input: [2, 6, 5, 5], weight: [8, 6, 1, 1] },
  { name: "1x1, stride 2", input: [2, 16, 8, 8], weight: [32, 16, 1, 1], stride: [2, 2] },
  { name: "1x1, stride 2 on an odd map", input: [2, 5, 7, 7], weight: [3, 5, 1, 1], stride: [2, 2] },
  { name: "1x1, stride larger than the kernel", input: [1, 2, 7, 7], weight: [3, 2, 1, 1], stride: [3, 3] },
  { name: "1x1 on a 1x1 map", input: [3, 8, 1, 1], weight: [4, 8, 1, 1] },
  { name: "3x3, padded, on a 1x1 map", input: [3, 8, 1, 1], weight: [4, 8, 3, 3], padding: [1, 1] },
  { name: "3x3, padded, on a 2x2 map", input: [2, 16, 2, 2], weight: [16, 16, 3, 3], padding: [1, 1] },
  {
    name: "3x3, stride 2, padded, on a 2x2 map: 2x2 taps meet it",
    input: [2, 32, 2, 2],
    weight: [64, 32, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
  },
  { name: "3x3, padded, on a map of one row", input: [2, 16, 1, 5], weight: [32, 16, 3, 3], padding: [1, 1] },
  { name: "7x7, padded, on a 2x2 map", input: [2, 3, 2, 2], weight: [16, 3, 7, 7], padding: [3, 3] },
  {
    name: "dilated beyond a 2x2 map",
    input: [2, 16, 2, 2],
    weight: [16, 16, 3, 3],
    padding: [2, 2],
    dilation: [2, 2],
  },
  {
    name: "2 groups, padded, on a 1x1 map",
    input: [2, 32, 1, 1],
    weight: [32, 16, 3, 3],
    padding: [1, 1],
    groups: 2,
  },
  {
    name: "7x7, stride 2, as a ResNet begins",
    input: [2, 3, 17, 17],
    weight: [16, 3, 7, 7],
    stride: [2, 2],
    padding: [3, 3],
  },
  {
    name: "5x3 with unlike stride and padding",
    input: [2, 3, 9, 8],
    weight: [4, 3, 5, 3],
    stride: [2, 1],
    padding: [2, 0],
  },
  { name: "2x2, stride 2", input: [2, 3, 6, 6], weight: [4, 3, 2, 2], stride: [2, 2] },
  { name: "as large as the map", input: [2, 3, 4, 4], weight: [5, 3, 4, 4] },
  { name: "padded by more than half the kernel", input: [1, 2, 5, 5], weight: [3, 2, 3, 3], padding: [2, 2] },
  { name: "dilated", input: [2, 3, 8, 8], weight: [4, 3, 3, 3], padding: [2, 2], dilation: [2, 2] },
  {
    name: "dilated and strided",
    input: [2, 3, 10, 9],
    weight: [4, 3, 3, 3],
    stride: [2, 2],
    padding: [1, 2],
    dilation: [2, 3],
  },
  { name: "2 groups", input: [2, 4, 6, 6], weight: [6, 2, 3, 3], padding: [1, 1], groups: 2 },
  { name: "3 groups, odd channels", input: [2, 9, 6, 6], weight: [15, 3, 3, 3], padding: [1, 1], groups: 3 },
  {
    name: "32 groups of 4, as ResNeXt",
    input: [1, 128, 6, 6],
    weight: [128, 4, 3, 3],
    stride: [2, 2],
    padding: [1, 1],
    groups: 32,
  },
  { name: "depthwise", input: [2, 6, 6, 6], weight: [6, 1, 3, 3], padding: [1, 1], groups: 6 },
  { name: "a batch of 1", input: [1, 8, 6, 6], weight: [8, 8, 3, 3], padding: [1, 1] },
  { name: "a batch of 5", input: [5, 8, 6, 6], weight: [8, 8, 3, 3], padding: [1, 1] },
  // Every way that runtimes with several of them compute a convolution: by size of map, kernel and channels.
  { name: "large maps: rows and columns", input: [2, 8, 22, 22], weight: [8, 8, 3, 3], padding: [1, 1] },
  { name: "large maps, oblong kernel", input: [2, 8, 21, 24], weight: [4, 8, 2, 5], padding: [0, 2] },
  {
    name: "large maps, dilated",
    input: [1, 8, 26, 26],
    weight: [4, 8, 3, 3],
    padding: [1, 2],
    dilation: [2, 2],
  },
  { name: "large maps, groups", input: [2, 16, 22, 22], weight: [8, 8, 3, 3], padding: [1, 1], groups: 2 },
  {
    name: "large maps, stride 2",
    input: [2, 8, 43, 44],
    weight: [8, 8, 3, 3],
    padding: [1, 1],
    stride: [2, 2],
  },
  { name: "large maps, 1x1", input: [2, 8, 21, 21], weight: [16, 8, 1, 1] },
  { name: "small maps stacked", input: [3, 8, 5, 5], weight: [32, 8, 3, 3], padding: [1, 1] },
  {
    name: "small maps stacked, stride 2",
    input: [3, 8, 7, 9],
    weight: [32, 8, 3, 3],
    padding: [1, 1],
    stride: [2, 2],
  },
  {
    name: "small maps stacked, stride 2, no padding",
    input: [2, 8, 8, 8],
    weight: [32, 8, 1, 1],
    stride: [2, 2],
  },
  { name: "small maps stacked, no padding", input: [3, 8, 5, 6], weight: [32, 8, 3, 2] },
  {
    name: "small maps stacked, dilated",
    input: [2, 8, 9, 9],
    weight: [40, 8, 3, 3],
    padding: [2, 1],
    dilation: [2, 2],
  },
  {
    name: "small maps with more padding than the kernel sees",
    input: [2, 8, 3, 3],
    weight: [64, 8, 1, 1],
    padding: [1, 1],
  },
  {
    name: "few channels, large kernel, stride 2",
    input: [2, 3, 31, 32],
    weight: [16, 3, 7, 7],
    padding: [3, 3],
    stride: [2, 2],
  },
  { name: "few channels, stride leaves a rest", input: [2, 3, 12, 13], weight: [4, 3, 3, 3], stride: [3, 3] },
  {
    name: "few channels, dilated",
    input: [2, 1, 12, 12],
    weight: [4, 1, 3, 3],
    padding: [1, 1],
    dilation: [2, 3],
  },
  {
    name: "depthwise, channels in fours",
    input: [3, 8, 7, 6],
    weight: [8, 1, 3, 3],
    padding: [1, 1],
    groups: 8,
  },
  {
    name: "depthwise, stride 2",
    input: [2, 12, 9, 8],
    weight: [12, 1, 5, 5],
    padding: [2, 2],
    stride: [2, 2],
    groups: 12,
  },
  {
    name: "depthwise, unlike strides and paddings",
    input: [2, 4, 9, 8],
    weight: [4, 1, 3, 5],
    padding: [0, 3],
    stride: [3, 2],
    groups: 4,
  },
  {
    name: "depthwise, dilated and strided",
    input: [2, 8, 11, 10],
    weight: [8, 1, 3, 3],
    padding: [2, 3],
    stride: [2, 1],
    dilation: [3, 2],
    groups: 8,
  },
  {
    name: "depthwise, 7x7 as ConvNeXt, many channels",
    input: [2, 68, 7, 7],
    weight: [68, 1, 7, 7],
    padding: [3, 3],
    groups: 68,
  },
  {
    name: "two filters a channel",
    input: [2, 4, 8, 8],
    weight: [8, 1, 3, 3],
    padding: [1, 1],
    stride: [2, 2],
    groups: 4,
  },
  { name: "one channel a group", input: [2, 6, 8, 8], weight: [12, 1, 3, 3], padding: [1, 1], groups: 6 },
];

const ONE: Pair = [1, 1];

/** The parameters of a convolution, with torch's defaults for those it does not name. */
export function paramsOf({
  stride = ONE,
  padding = [0, 0],
  dilation = ONE,
  groups = 1,
}: Convolution): Conv2dParams {
  return { stride, padding, dilation, groups };
}
