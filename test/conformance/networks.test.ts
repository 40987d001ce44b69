// A small network of each kind that the families have, in a step of training on every runtime against the oracle.
import { describe, expect, test } from "vitest";
import { ConvNeXt } from "../../src/models/convnext.ts";
import { DenseNet } from "../../src/models/densenet.ts";
import { MaxVit } from "../../src/models/maxvit.ts";
import { MobileNetV3 } from "../../src/models/mobilenet-v3.ts";
import { RegNet } from "../../src/models/regnet.ts";
import { SwinTransformer } from "../../src/models/swin-transformer.ts";
import { VisionTransformer } from "../../src/models/vision-transformer.ts";
import { Hardswish, type Module } from "../../src/nn/index.ts";
import { expectOracle, type Step } from "../golden/network-runs.ts";
import { findRuntimes } from "./runtimes.ts";

const SIDE = 16;
const COMMON = { numClasses: 3, dropout: 0, stochasticDepth: 0 } as const;

interface Small {
  readonly kind: string;
  /** Whether an adapter in software computes it too: there compiling it takes seconds, and whole networks take minutes. */
  readonly inSoftware?: boolean;
  readonly create: () => Module;
}

const SMALL: readonly Small[] = [
  {
    kind: "attention over patches",
    inSoftware: true,
    create: () =>
      new VisionTransformer({ ...COMMON, imageSize: SIDE, patchSize: 8, layers: 2, heads: 2, channels: 8 }),
  },
  ...([1, 2] as const).map((version) => ({
    kind: `attention in shifted windows, version ${version}`,
    create: () =>
      new SwinTransformer({ ...COMMON, version, channels: 8, layers: [2], heads: [2], window: 2 }),
  })),
  {
    kind: "attention in windows and grids",
    create: () =>
      new MaxVit({ ...COMMON, stemChannels: 8, channels: [8], layers: [1], headChannels: 4, window: 2 }),
  },
  {
    kind: "depthwise convolutions with gates",
    inSoftware: true,
    create: () => new MobileNetV3({ ...COMMON, lastChannels: 8, blocks: [[5, 24, 16, true, Hardswish, 1]] }),
  },
  {
    kind: "layer norms and scales between convolutions",
    inSoftware: true,
    create: () => new ConvNeXt({ ...COMMON, channels: [8, 12], layers: [1, 1] }),
  },
  {
    kind: "convolutions in groups",
    inSoftware: true,
    create: () => new RegNet({ numClasses: 3, layers: [1], channels: [16], groupWidth: 8, squeezed: true }),
  },
  {
    kind: "maps put together",
    create: () => new DenseNet({ ...COMMON, growth: 4, layers: [2, 1], stemChannels: 8 }),
  },
];

/** Three pictures, of which batch norms have as many values a channel at least. */
const step = (kind: string): Step => ({
  prefix: kind,
  weight_gain: 1.3,
  num_classes: 3,
  input: { name: `pictures for ${kind}`, shape: [3, 3, SIDE, SIDE], lo: -1, hi: 1 },
  labels: { values: [2, 0, 1] },
  class_weights: { name: "class weights", lo: 0.5, hi: 1.5 },
  label_smoothing: 0.1,
});

// The oracle itself is held to torchvision's numbers of whole networks.
const RUNTIMES = (await findRuntimes()).filter(({ name }) => name !== "reference");

describe.each(RUNTIMES)("$name", ({ runtime, available, inSoftware: isSlow }) => {
  const networks = SMALL.filter(({ inSoftware }) => !isSlow || inSoftware);
  test.skipIf(!available).each(networks)("$kind", async ({ kind, create }) => {
    const { relative } = await expectOracle(runtime, "auto", create, step(kind));
    expect(relative).toBeLessThan(1e-5);
  });
});
