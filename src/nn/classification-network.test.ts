import { expect, test } from "vitest";
import { createNetwork, createResNet } from "../models/index.ts";
import {
  Backbone,
  countFeatures,
  FeatureClassifier,
  outputLayers,
  Reclassified,
} from "./classification-network.ts";
import { NearestNeighbors } from "./layers/nearest-neighbors.ts";
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

test.each([
  ["resnet18", 512, {}],
  ["vit_b_32", 768, { imageSize: 64 }],
  ["convnext_tiny", 768, {}],
] as const)(
  "%s with another classifier keeps its backbone's state, and what fits it",
  (name, features, more) => {
    const whole = createNetwork(name, { numClasses: 5, ...more });
    expect(countFeatures(whole, [3, 64, 64])).toBe(features);
    const other = new Reclassified(whole, new NearestNeighbors({ samples: 4, features, classes: 5 }));
    const own = ["log_scale", "samples", "labels"].map((entry) => `neighbors.${entry}`);
    expect(stateEntries(other).map((entry) => entry.name)).toEqual([
      ...Array.from(new Backbone(whole).namedState(), ([entry]) => entry),
      ...own,
    ]);
    expect(outputLayers(other)).toEqual(["neighbors"]);
    expect(other.stages.at(-1)).toBe("neighbors");
    const table = "encoder.pos_embedding";
    expect(typeof other.fitState(table, [1, 50, 768])).toBe(typeof whole.fitState(table, [1, 50, 768]));
  },
);
