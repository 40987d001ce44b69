import { describe, expect, test } from "vitest";
import { float32, hostTensor } from "../../core/index.ts";
import { matmul, type Value } from "../../graph/index.ts";
import { createResNet } from "../../models/index.ts";
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Flatten,
  fill,
  GlobalAvgPool2d,
  Linear,
  Module,
  Parameter,
  Sequential,
} from "../../nn/index.ts";
import { AdamW } from "../../optim/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { TrainingEngine } from "./engine.ts";
import { FineTuning, type FineTuningOptions } from "./fine-tuning.ts";

const BACKBONE = ["conv1.*", "bn1.*", "layer*"];

describe("groups", () => {
  test("a frozen backbone leaves the classifier", () => {
    const network = createResNet("resnet18", 7);
    const tuning = new FineTuning(network, { freeze: BACKBONE });
    expect(tuning.enter(0)).toBe(true);
    expect(tuning.groups()).toEqual([{ parameters: ["fc.weight", "fc.bias"], learningRateScale: 1 }]);
    expect(network.bn1.frozen).toBe(true);
    expect(tuning.enter(100)).toBe(false);
  });

  test("a network whose parameters are all its own is one stage", () => {
    class Own extends Module {
      readonly weight = new Parameter([2, 2], fill(1));

      override forward(x: Value): Value {
        return matmul(x, this.weight.value);
      }
    }
    const groups = new FineTuning(new Own(), { layerDecay: 0.5 }).groups();
    expect(groups).toEqual([{ parameters: ["weight"], learningRateScale: 1 }]);
    expect(() => new FineTuning(new Own(), { freezeStages: 1 })).toThrow("1 of 1 stages cannot be frozen");
  });

  test("unfreezing trains everything, parts before the classifier more gently, without decay of norms and biases", () => {
    const network = createResNet("resnet18", 7);
    const tuning = new FineTuning(network, {
      freeze: BACKBONE,
      unfreezeEpoch: 3,
      layerDecay: 0.5,
      decayNormsAndBiases: false,
    });
    tuning.enter(0);
    expect(tuning.enter(2)).toBe(false);
    expect(tuning.enter(3)).toBe(true);
    expect(network.bn1.frozen).toBe(false);
    const groupOf = (name: string) => tuning.groups().find(({ parameters }) => parameters.includes(name));
    expect(groupOf("fc.weight")).toMatchObject({ learningRateScale: 1 });
    expect(groupOf("fc.bias")).toMatchObject({ learningRateScale: 1, weightDecay: 0 });
    expect(groupOf("layer4.0.conv1.weight")?.learningRateScale).toBe(0.5);
    expect(groupOf("layer3.0.bn1.weight")).toMatchObject({ learningRateScale: 0.25, weightDecay: 0 });
    expect(groupOf("bn1.weight")?.learningRateScale).toBe(0.5 ** 5);
    const all = tuning.groups().flatMap(({ parameters }) => parameters);
    expect(new Set(all).size).toBe(Array.from(network.namedParameters()).length);
  });

  test("stages are frozen by number, and unfrozen one after another from the classifier on", () => {
    const network = createResNet("resnet18", 7);
    const trained = () =>
      Array.from(network.namedParameters()).flatMap(([name, { requiresGrad }]) =>
        requiresGrad && /^(conv1|layer\d\.0\.conv1|fc)\.weight$/.test(name) ? [name.split(".")[0]] : [],
      );
    const tuning = new FineTuning(network, { freezeStages: -2, unfreezeEpoch: 1, unfreezeEvery: 2 });
    const seen = [0, 1, 2, 3, 5, 7].map((epoch) => {
      tuning.enter(epoch);
      return trained().join(" ");
    });
    expect(seen).toEqual([
      "layer4 fc",
      "layer3 layer4 fc",
      "layer3 layer4 fc",
      "layer2 layer3 layer4 fc",
      "layer1 layer2 layer3 layer4 fc",
      "conv1 layer1 layer2 layer3 layer4 fc",
    ]);
    new FineTuning(network, { freezeStages: 2 }).enter(0);
    expect(trained()).toEqual(["layer2", "layer3", "layer4", "fc"]);
  });

  test("their numbers in the course of a training are known before it", () => {
    const network = createResNet("resnet18", 7);
    const counts = (options: FineTuningOptions, epochs: number) =>
      new FineTuning(network, { freezeStages: -1, ...options }).groupCounts(epochs);
    expect(counts({}, 9)).toEqual([1]);
    expect(counts({ unfreezeEpoch: 2 }, 9)).toEqual([1]);
    expect(counts({ unfreezeEpoch: 2, layerDecay: 0.5 }, 9)).toEqual([1, 6]);
    expect(counts({ unfreezeEpoch: 2, layerDecay: 0.5 }, 2)).toEqual([1]);
    expect(counts({ unfreezeEpoch: 1, unfreezeEvery: 2, layerDecay: 0.5 }, 6)).toEqual([1, 2, 3, 4]);
    const norms = { decayNormsAndBiases: false, layerDecay: 0.5 };
    expect(counts({ ...norms, unfreezeEpoch: 0 }, 9)).toEqual([12]);
    expect(network.fc.weight.requiresGrad && network.conv1.weight.requiresGrad).toBe(true);
  });

  test.each([6, -6])("refuses to freeze %i of six stages", (freezeStages) => {
    expect(() => new FineTuning(createResNet("resnet18", 7), { freezeStages })).toThrow(
      expect.objectContaining({ code: "FREEZE_STAGES", hint: expect.stringContaining("layer4, fc") }),
    );
  });

  test("where one part holds all the others its parts count, and parameters say whether they decay", () => {
    class Block extends Module {
      readonly scale = new Parameter([4, 1, 1], fill(1), { decays: false });
      readonly linear = new Linear(4, 4);
      override forward(x: Value): Value {
        return this.linear.call(x);
      }
    }
    class Encoder extends Module {
      readonly pos_embedding = new Parameter([1, 9, 4], fill(0), { decays: false });
      readonly layers = new Sequential(new Block(), new Block(), new Block());
      readonly ln = new BatchNorm2d(4);
      override forward(x: Value): Value {
        return this.layers.call(x);
      }
    }
    class Transformer extends Module {
      readonly conv_proj = new Conv2d(3, 4, 4);
      readonly encoder = new Encoder();
      readonly head = new Linear(4, 2);
      override forward(x: Value): Value {
        return this.head.call(this.encoder.call(this.conv_proj.call(x)));
      }
    }
    const tuning = new FineTuning(new Transformer(), { layerDecay: 0.5, decayNormsAndBiases: false });
    const groupOf = (name: string) => tuning.groups().find(({ parameters }) => parameters.includes(name));
    const scales = ["head", "encoder.ln", "encoder.layers.2.linear", "encoder.layers.1.linear"].map(
      (path) => groupOf(`${path}.weight`)!.learningRateScale,
    );
    expect(scales).toEqual([1, 0.5, 0.25, 0.125]);
    expect(groupOf("conv_proj.weight")!.learningRateScale).toBe(0.5 ** 5);
    expect(groupOf("encoder.pos_embedding")).toMatchObject({ learningRateScale: 0.5 ** 5, weightDecay: 0 });
    expect(groupOf("encoder.layers.0.scale")).toMatchObject({ weightDecay: 0 });
    expect(groupOf("encoder.layers.0.linear.weight")).not.toHaveProperty("weightDecay");
  });

  test.each([
    { freeze: ["layr1.*"], message: '"layr1.*" names no parameter' },
    { freeze: ["*"], message: "every parameter is frozen" },
  ])("refuses $freeze", ({ freeze, message }) => {
    expect(() => new FineTuning(createResNet("resnet18", 7), { freeze })).toThrow(message);
  });
});

describe("engine", () => {
  const images = float32(
    [4, 2, 3, 3],
    Array.from({ length: 72 }, (_, i) => Math.sin(i)),
  );
  const batch = { images, labels: hostTensor("int32", [4], Int32Array.of(0, 1, 2, 0)), indices: [] };

  test("frozen parameters and statistics stay, unfrozen ones move, optimizer state is kept", async () => {
    const network = new Sequential(
      new Conv2d(2, 4, 3, { padding: 1 }),
      new BatchNorm2d(4),
      new GlobalAvgPool2d(),
      new Flatten(),
      new Linear(4, 3),
    );
    const engine = await TrainingEngine.open({
      runtime: referenceRuntime,
      model: { network, loss: (logits, labels) => crossEntropy(logits, labels) },
      optimizer: new AdamW(),
      seed: 1,
      fineTuning: new FineTuning(network, { freeze: ["0.*", "1.*"], unfreezeEpoch: 1 }),
    });
    const step = async (number: number) => {
      await engine.accumulate(batch, true, [0, 0]);
      await engine.apply(number, 0.1);
      return engine.readState();
    };
    const numbers = (state: Awaited<ReturnType<typeof step>>, name: string) =>
      Array.from(state.get(name)!.data, Number);
    const before = await engine.readWeights();
    const first = await step(1);
    for (const name of ["0.weight", "1.weight", "1.running_mean", "1.num_batches_tracked"]) {
      expect(numbers(first, name)).toEqual(Array.from(before.get(name)!.data, Number));
    }
    expect(numbers(first, "4.weight")).not.toEqual(Array.from(before.get("4.weight")!.data, Number));
    expect(first.has("optimizer.exp_avg.0.weight")).toBe(false);

    await engine.enterEpoch(1);
    const thawed = await engine.readState();
    expect(numbers(thawed, "4.weight")).toEqual(numbers(first, "4.weight"));
    expect(numbers(thawed, "optimizer.exp_avg.4.weight")).toEqual(
      numbers(first, "optimizer.exp_avg.4.weight"),
    );
    const second = await step(2);
    expect(numbers(second, "0.weight")).not.toEqual(numbers(first, "0.weight"));
    expect(numbers(second, "1.num_batches_tracked")).toEqual([1]);
    await engine.dispose();
  });
});
