// The five kinds of modules of Inception v3, and the convolutions that they are made of.
import { AvgPool2d, type Initializer, MaxPool2d, truncatedNormal } from "../../nn/index.ts";
import { BasicConv2d, Branches } from "./inception-blocks.ts";

/** Of weights, the auxiliary classifier's last layer excepted. */
export const initializer: Initializer = truncatedNormal(0.1);

/** A convolution without padding. */
export function narrow(inChannels: number, outChannels: number, kernel: number, stride = 1): BasicConv2d {
  return new BasicConv2d(inChannels, outChannels, kernel, { stride, initializer });
}

/** A convolution padded so that the size stays. */
export function same(
  inChannels: number,
  outChannels: number,
  rows: number,
  columns: number = rows,
): BasicConv2d {
  const padding = [(rows - 1) / 2, (columns - 1) / 2] as const;
  return new BasicConv2d(inChannels, outChannels, [rows, columns], { padding, initializer });
}

const averaging = (): AvgPool2d => new AvgPool2d(3, { stride: 1, padding: 1 });

/** 1x1, 5x5, two 3x3 and pooling, side by side: [N, channels, H, W] -> [N, 224 + pooled, H, W]. */
export function inceptionA(channels: number, pooled: number): Branches {
  return new Branches(
    [{ branch1x1: same(channels, 64, 1) }],
    [{ branch5x5_1: same(channels, 48, 1), branch5x5_2: same(48, 64, 5) }],
    [
      {
        branch3x3dbl_1: same(channels, 64, 1),
        branch3x3dbl_2: same(64, 96, 3),
        branch3x3dbl_3: same(96, 96, 3),
      },
    ],
    [{ pool: averaging(), branch_pool: same(channels, pooled, 1) }],
  );
}

/** Halves the size: [N, channels, H, W] -> [N, 480 + channels, H / 2, W / 2], less the edge. */
export function inceptionB(channels: number): Branches {
  return new Branches(
    [{ branch3x3: narrow(channels, 384, 3, 2) }],
    [
      {
        branch3x3dbl_1: same(channels, 64, 1),
        branch3x3dbl_2: same(64, 96, 3),
        branch3x3dbl_3: narrow(96, 96, 3, 2),
      },
    ],
    [{ pool: new MaxPool2d(3, { stride: 2 }) }],
  );
}

/** 7x7 as 1x7 and 7x1, once and twice, by way of `hidden` channels: [N, channels, H, W] -> [N, 768, H, W]. */
export function inceptionC(channels: number, hidden: number): Branches {
  return new Branches(
    [{ branch1x1: same(channels, 192, 1) }],
    [
      {
        branch7x7_1: same(channels, hidden, 1),
        branch7x7_2: same(hidden, hidden, 1, 7),
        branch7x7_3: same(hidden, 192, 7, 1),
      },
    ],
    [
      {
        branch7x7dbl_1: same(channels, hidden, 1),
        branch7x7dbl_2: same(hidden, hidden, 7, 1),
        branch7x7dbl_3: same(hidden, hidden, 1, 7),
        branch7x7dbl_4: same(hidden, hidden, 7, 1),
        branch7x7dbl_5: same(hidden, 192, 1, 7),
      },
    ],
    [{ pool: averaging(), branch_pool: same(channels, 192, 1) }],
  );
}

/** Halves the size: [N, channels, H, W] -> [N, 512 + channels, H / 2, W / 2], less the edge. */
export function inceptionD(channels: number): Branches {
  return new Branches(
    [{ branch3x3_1: same(channels, 192, 1), branch3x3_2: narrow(192, 320, 3, 2) }],
    [
      {
        branch7x7x3_1: same(channels, 192, 1),
        branch7x7x3_2: same(192, 192, 1, 7),
        branch7x7x3_3: same(192, 192, 7, 1),
        branch7x7x3_4: narrow(192, 192, 3, 2),
      },
    ],
    [{ pool: new MaxPool2d(3, { stride: 2 }) }],
  );
}

/** Branches that fork into 1x3 and 3x1: [N, channels, H, W] -> [N, 2048, H, W]. */
export function inceptionE(channels: number): Branches {
  return new Branches(
    [{ branch1x1: same(channels, 320, 1) }],
    [
      { branch3x3_1: same(channels, 384, 1) },
      { branch3x3_2a: same(384, 384, 1, 3), branch3x3_2b: same(384, 384, 3, 1) },
    ],
    [
      { branch3x3dbl_1: same(channels, 448, 1), branch3x3dbl_2: same(448, 384, 3) },
      { branch3x3dbl_3a: same(384, 384, 1, 3), branch3x3dbl_3b: same(384, 384, 3, 1) },
    ],
    [{ pool: averaging(), branch_pool: same(channels, 192, 1) }],
  );
}
