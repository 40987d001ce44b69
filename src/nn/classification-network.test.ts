import { expect, test } from "vitest";
import { createResNet } from "../models/index.ts";
import { Backbone, FeatureClassifier } from "./classification-network.ts";
import { stateEntries } from "./state.ts";

const network = createResNet("resnet18", 5);
const names = (module: Backbone | FeatureClassifier) => Array.from(module.namedState(), ([name]) => name);

test("the backbone is everything but the classifier, under the same names", () => {
  const whole = Array.from(network.namedState(), ([name]) => name);
  expect(names(new Backbone(network))).toEqual(whole.filter((name) => !name.startsWith("fc.")));
});

test("a network on features has the state of the whole one", () => {
  const onFeatures = new FeatureClassifier(network);
  expect(stateEntries(onFeatures)).toEqual(stateEntries(network));
  expect(Array.from(onFeatures.children(), ([name]) => name)).toContain("layer4");
});
