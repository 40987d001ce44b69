import { expect, test } from "vitest";
import { createResNet } from "../models/index.ts";
import { FeatureClassifier } from "./classification-network.ts";
import { Conv2d, Flatten, Linear, Module, ReLU, Sequential } from "./index.ts";
import { deriveStages, parameterStages } from "./stages.ts";

class Network extends Module {
  readonly features = new Sequential(new Conv2d(3, 4, 3), new ReLU(), new Conv2d(4, 4, 3));
  readonly flatten = new Flatten();
  readonly classifier = new Sequential(new Linear(4, 4), new ReLU(), new Linear(4, 2));

  override forward(): never {
    throw new Error("is not traced");
  }
}

test("a part that holds the others is opened, parts without parameters are none", () => {
  const network = new Network();
  expect(deriveStages(network, network.classifier)).toEqual(["features.0", "features.2", "classifier"]);
  const last = Array.from(network.classifier.children(), ([, child]) => child).at(-1);
  expect(deriveStages(network, last)).toEqual(["features.0", "features.2", "classifier.0", "classifier.2"]);
  expect(deriveStages(network)).toEqual(["features.0", "features.2", "classifier"]);
});

test("a stage reaches to the next one's beginning", () => {
  const network = createResNet("resnet18", 2);
  const stageOf = parameterStages(network, network.stages);
  const names = ["conv1.weight", "bn1.bias", "layer1.1.bn2.weight", "layer4.0.conv1.weight", "fc.bias"];
  expect(names.map((name) => stageOf.get(name))).toEqual([0, 0, 1, 4, 5]);
  expect(new FeatureClassifier(network).stages).toEqual(network.stages);
});
