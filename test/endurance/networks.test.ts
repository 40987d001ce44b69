// Networks without golden data beside the torchvision that is installed: what they compute, evaluating and in training.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { findNetwork, type NetworkName } from "../../src/models/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { expectEvaluation, expectTraining, type Run } from "../golden/network-runs.ts";
import { findSubjects } from "../golden/subjects.ts";
import { findPython, runPython } from "../support/python.ts";
import { FULL } from "./scale.ts";

/** Height and width of the pictures, and how many. */
type Sized = readonly [name: NetworkName, size: number, pictures: number];

const FEW: readonly Sized[] = [["mnasnet0_5", 64, 2]];

/** What is built otherwise than the networks of its family that have golden data. */
const MANY: readonly Sized[] = [
  ["resnext50_32x4d", 64, 2],
  ["wide_resnet50_2", 64, 2],
  ["alexnet", 64, 2],
  ["vgg16", 32, 2],
  ["vgg13_bn", 32, 2],
  ["squeezenet1_0", 64, 2],
  ["googlenet", 96, 2],
  ["inception_v3", 107, 2],
  ["inception_v3", 299, 2],
  ["densenet161", 64, 2],
  ["mnasnet1_3", 64, 2],
  ["mobilenet_v3_large", 64, 2],
  ["shufflenet_v2_x0_5", 64, 2],
  ["shufflenet_v2_x2_0", 64, 2],
  ["efficientnet_b0", 64, 2],
  ["efficientnet_b7", 64, 2],
  ["efficientnet_v2_m", 64, 2],
  ["efficientnet_v2_l", 64, 2],
  ["regnet_y_400mf", 64, 2],
  ["regnet_y_1_6gf", 64, 2],
  ["regnet_y_16gf", 64, 2],
  ["regnet_x_32gf", 64, 2],
  ["convnext_tiny", 64, 2],
  ["convnext_base", 64, 2],
  ["vit_b_16", 64, 2],
  ["vit_l_32", 64, 1],
  ["swin_s", 64, 2],
  ["swin_b", 72, 1],
  ["swin_v2_t", 64, 2],
  ["swin_v2_s", 72, 1],
  ["maxvit_t", 224, 1],
];

/** What is too large for float64 in this process: it evaluates on a runtime of float32. */
const LARGE: readonly Sized[] = [
  ["vit_h_14", 28, 1],
  ["regnet_y_128gf", 64, 1],
];

/** On every runtime: what trains faster than in PyTorch is held to what PyTorch computes. */
const EVERYWHERE: readonly Sized[] = [
  ["mobilenet_v3_large", 64, 2],
  ["efficientnet_b0", 64, 2],
  ["convnext_tiny", 64, 2],
  ["regnet_y_400mf", 64, 2],
  ["vit_b_16", 32, 2],
];

/** Gains of weights with which maps neither vanish nor grow, by network or family. */
const GAINS: Readonly<Record<string, number>> = {
  AlexNet: 1.45,
  VGG: 1.3,
  SqueezeNet: 1.45,
  GoogLeNet: 1.35,
  Inception: 1.5,
  DenseNet: 1.45,
  MNASNet: 1.25,
  MobileNetV3: 1.35,
  ShuffleNetV2: 1.35,
  ConvNeXt: 1.4,
  // With more it is chaotic: 1e-13 of a picture moves float64's logits by a third.
  efficientnet_v2_l: 1.1,
  "Vision Transformer": 1.3,
};

/** None of those networks has a convolution that Winograd's algorithms would change. */
const FAST = (await findSubjects()).filter(
  ({ name, available, algorithm }) => available && name !== "reference" && !/winograd/.test(algorithm),
);

const python = findPython("torch", "torchvision");
const folder = mkdtempSync(join(tmpdir(), "networks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const script = readFileSync(new URL("../support/torchvision_run.py", import.meta.url), "utf8");

function runOf([name, size, pictures]: Sized): Run {
  const path = join(folder, `${name}-${size}.json`);
  const gain = GAINS[name] ?? GAINS[findNetwork(name).family] ?? 1.2;
  runPython(python!, script, name, String(size), String(pictures), String(gain), path);
  return JSON.parse(readFileSync(path, "utf8")) as Run;
}

describe.skipIf(python === undefined)("torchvision on this machine", () => {
  test.each(FULL ? [...FEW, ...MANY] : FEW)("%s of %d pixels computes the same", async (...sized) => {
    const run = runOf(sized);
    await expectEvaluation(referenceRuntime, "auto", sized[0], run);
    await expectTraining(referenceRuntime, "auto", sized[0], run);
  });

  const everywhere = EVERYWHERE.flatMap((sized) =>
    FAST.map(({ name, algorithm, runtime }) => [...sized, name, algorithm, runtime] as const),
  );
  test.skipIf(!FULL).each(everywhere)(
    "%s of %d pixels, %d of them, computes the same on %s, %s",
    async (...each) => {
      const [name, size, pictures, , algorithm, runtime] = each;
      const run = runOf([name, size, pictures]);
      await expectEvaluation(runtime, algorithm, name, run);
      await expectTraining(runtime, algorithm, name, run);
    },
  );

  test.skipIf(!FULL).each(LARGE)("%s of %d pixels evaluates alike in float32", async (...sized) => {
    const fast = (await findRuntimes()).find(({ name, available }) => available && name === "onednn");
    const { onnxRuntime } = await import("../../src/runtime/onnxruntime/index.ts");
    await expectEvaluation(fast?.runtime ?? onnxRuntime, "auto", sized[0], runOf(sized));
  });
});
