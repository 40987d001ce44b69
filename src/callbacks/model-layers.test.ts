import { expect, test } from "vitest";
import { createNetwork, type NetworkName } from "../models/index.ts";
import { describeModel } from "./model-layers.ts";

/** Names of a network whose parts are named in its state as they are within it, and of one whose parts are not. */
test.each<[NetworkName, number]>([
  ["convnext_tiny", 0],
  // The class token and four registers belong to no part.
  ["vit_small_patch14_reg4_dinov2", 5 * 384],
])("the parts of %s have its parameters", (name, others) => {
  const network = createNetwork(name, { numClasses: 3 });
  const side = name === "convnext_tiny" ? 32 : 518;
  const { layers, parameters, flops } = describeModel(network, [3, side, side]);
  expect(layers.reduce((sum, layer) => sum + layer.parameters, 0) + others).toBe(parameters);
  expect(layers.every((layer) => layer.flops <= flops)).toBe(true);
});
