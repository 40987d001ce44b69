// First values are drawn from the distributions that torchvision's are: mean, deviation and mean size of every tensor.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sizeOf } from "../../src/core/index.ts";
import { createNetwork, findNetwork, type NetworkName } from "../../src/models/index.ts";
import { initialState } from "../../src/nn/index.ts";
import { findPython, runPython } from "../support/python.ts";
import { TORCHVISION_NETWORKS } from "../support/torchvision-networks.ts";

const python = findPython("torch", "torchvision");
const folder = mkdtempSync(join(tmpdir(), "initial-values-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Larger tensors take long, and are drawn as their smaller neighbours are. */
const LARGEST = 3e5;

const MEASURE = `
import json, sys, torch, torchvision
torch.manual_seed(0)
folder, names = sys.argv[1], sys.argv[2:]
def measure(tensor):
    x = tensor.detach().double().flatten()
    return [x.mean().item(), x.std(unbiased=False).item(), x.abs().mean().item()]
def measures(name):
    model = getattr(torchvision.models, name)()
    return {key: measure(p) for key, p in model.named_parameters() if p.numel() <= ${LARGEST}}
json.dump({name: measures(name) for name in names}, open(folder + "/initial.json", "w"))
print("null")
`;

type Measures = readonly [mean: number, deviation: number, size: number];

function measure(values: Float32Array): Measures {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  return [mean, Math.sqrt(variance), size];
}

/** The first network of each family. */
const NETWORKS = TORCHVISION_NETWORKS.filter(
  (name, i) => findNetwork(name).family !== findNetwork(TORCHVISION_NETWORKS[i - 1] ?? "vit_b_16").family,
);

/** How many standard errors two samples may differ by; each of some thousand tensors is one draw. */
const ERRORS = 7;

describe.skipIf(python === undefined)("torchvision on this machine", () => {
  if (python === undefined) return;
  runPython(python, MEASURE, folder, ...NETWORKS);
  const all = JSON.parse(readFileSync(join(folder, "initial.json"), "utf8")) as Record<
    NetworkName,
    Record<string, Measures>
  >;

  test.each(NETWORKS)("%s", async (name) => {
    const network = createNetwork(name, { numClasses: 1000 });
    const state = await initialState(network, 1);
    for (const [key, { shape }] of network.namedParameters()) {
      if (sizeOf(shape) > LARGEST) continue;
      const own = measure(state.get(key)!.data as Float32Array);
      const theirs = all[name][key]!;
      const error = Math.max(own[1], theirs[1]) / Math.sqrt(sizeOf(shape));
      for (const [i, value] of own.entries()) {
        const allowed = Math.max(ERRORS * error, 1e-6 * Math.abs(theirs[i]!));
        expect(Math.abs(value - theirs[i]!), `${key}: ${own}, not ${theirs}`).toBeLessThanOrEqual(allowed);
      }
    }
  });
});
