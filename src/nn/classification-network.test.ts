import { expect, test } from "vitest";
import { createNetwork, createResNet } from "../models/index.ts";
import { Backbone, FeatureClassifier, outputLayers } from "./classification-network.ts";
import { stateEntries } from "./state.ts";

const network = createResNet("resnet18", 5);
const names = (module: Backbone | FeatureClassifier) => Array.from(module.namedState(), ([name]) => name);

test("the backbone is everything but the classifier, under the same names", () => {
  const whole = Array.from(network.namedState(), ([name]) => name);
  expect(names(new Backbone(network))).toEqual(whole.filter((name) => !name.startsWith("fc.")));
});

test.each([
  ["resnet18", ["fc"]],
  ["mobilenet_v3_small", ["classifier.3"]],
  ["convnext_tiny", ["classifier.2"]],
  ["vit_b_32", ["heads.head"]],
  ["googlenet", ["fc", "aux1", "aux2"]],
  ["inception_v3", ["fc", "AuxLogits"]],
] as const)("of %s other classes replace %s", (name, layers) => {
  expect(outputLayers(createNetwork(name, { numClasses: 5 }))).toEqual(layers);
});

test("a network on features has the state of the whole one", () => {
  const onFeatures = new FeatureClassifier(network);
  expect(stateEntries(onFeatures)).toEqual(stateEntries(network));
  expect(Array.from(onFeatures.children(), ([name]) => name)).toContain("layer4");
});
