// Weights of torchvision's models, saved by PyTorch, give PyTorch's logits here. That every network's come back as they
// went is for the endurance tests.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type HostTensor, toNumbers } from "../../src/core/index.ts";
import { createProgram, Graph, input, storageOf } from "../../src/graph/index.ts";
import { createNetwork, type NetworkName } from "../../src/models/index.ts";
import { type Module, stateEntries, trace } from "../../src/nn/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { loadStateDict, openWeights } from "../../src/weights/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill } from "../golden/formula.ts";
import { findPython, runPython } from "../support/python.ts";

const CLASSES = 7;
const TOLERANCE = 1e-4;
const python = findPython("torch", "torchvision");
const folder = mkdtempSync(join(tmpdir(), "logits-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 96;
const images: HostTensor = fill("logits.images", [1, 3, SIZE, SIZE], -2, 2);
writeFileSync(join(folder, "images.f32"), new Uint8Array(images.data.buffer));

/** Saves a random model with running statistics that are not the initial ones. */
const SAVE = `
import json, sys, torch, torchvision
folder, name = sys.argv[1:]
pictures = bytearray(open(f"{folder}/images.f32", "rb").read())
images = torch.frombuffer(pictures, dtype=torch.float32).reshape(1, 3, ${SIZE}, ${SIZE})
torch.manual_seed(7)
model = getattr(torchvision.models, name)(num_classes=${CLASSES})
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        module.running_mean.uniform_(-0.1, 0.1)
        module.running_var.uniform_(0.8, 1.2)
        module.num_batches_tracked.fill_(5)
torch.save(model.state_dict(), folder + "/theirs.pth", _use_new_zipfile_serialization=name != "resnet50")
with torch.no_grad():
    print(json.dumps(model.eval()(images).tolist()))
`;

async function evaluate(
  runtime: Runtime,
  network: Module,
  state: ReadonlyMap<string, HostTensor>,
): Promise<number[]> {
  const entries = stateEntries(network);
  const storages = (["float32", "int64"] as const).map((dtype) =>
    storageOf(
      dtype,
      entries.filter((entry) => entry.dtype === dtype).map(({ name, shape }) => ({ name, dtype, shape })),
    ),
  );
  const variables = new Map(
    storages.flatMap(({ members }) => members.map((member) => [member.name, member] as const)),
  );
  const session = await runtime.open({ storages });
  try {
    await session.write([...state].map(([name, tensor]) => ({ variable: variables.get(name)!, tensor })));
    const x = input(new Graph(), "images", "float32", images.shape);
    const { output } = trace(network, x, { training: false, variable: (name) => variables.get(name)! });
    const executable = await session.compile(createProgram({ name: "evaluate", outputs: { output } }));
    const { output: logits } = await executable.run({ images });
    return toNumbers(logits!.data);
  } finally {
    await session.dispose();
  }
}

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThan(TOLERANCE);
}

const FOUND = await findRuntimes();
const NETWORKS: readonly NetworkName[] = ["resnet18", "resnet50"];

describe.skipIf(python === undefined)("torchvision on this machine", () => {
  test.each(NETWORKS)("%s gives PyTorch's logits with PyTorch's file", async (name) => {
    const expected = (runPython(python!, SAVE, folder, name) as number[][]).flat();
    const network = createNetwork(name, { numClasses: CLASSES });
    using file = openWeights(join(folder, "theirs.pth"));
    const { tensors, match } = loadStateDict(file, stateEntries(network));
    expect(match).toMatchObject({ replaced: [], missing: [], misshapen: [], unexpected: [] });
    for (const { runtime, available } of FOUND) {
      if (available) expectNear(await evaluate(runtime, network, tensors), expected);
    }
  });
});
