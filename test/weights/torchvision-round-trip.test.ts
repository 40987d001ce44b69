// Weights of torchvision's models, saved by PyTorch, give PyTorch's logits here; what is saved here loads there. Of each
// family one network goes both ways.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type HostTensor, toNumbers } from "../../src/core/index.ts";
import { createProgram, Graph, input, storageOf } from "../../src/graph/index.ts";
import { createNetwork, findNetwork, type NetworkName } from "../../src/models/index.ts";
import { type Module, stateEntries, trace } from "../../src/nn/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { encodeStateDict, loadStateDict, openWeights } from "../../src/weights/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill } from "../golden/formula.ts";
import { findPython, runPython } from "../support/python.ts";
import { TORCHVISION_NETWORKS } from "../support/torchvision-networks.ts";

const CLASSES = 7;
const TOLERANCE = 1e-4;
const python = findPython("torch", "torchvision");
const folder = mkdtempSync(join(tmpdir(), "round-trip-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Inception v3 takes no smaller pictures than of 75 pixels. */
const SIZE = 96;
/** MaxViT's stages must divide into windows of 7. */
const MAXVIT_SIZE = 224;
const picturesOf = (size: number): HostTensor => fill("round-trip.images", [1, 3, size, size], -2, 2);
for (const size of [SIZE, MAXVIT_SIZE]) {
  writeFileSync(join(folder, `images-${size}.f32`), new Uint8Array(picturesOf(size).data.buffer));
}
const images = picturesOf(SIZE);

const SETUP = `
import json, sys, torch, torchvision
from collections import OrderedDict
folder, name = sys.argv[1:3]
size = ${MAXVIT_SIZE} if name == "maxvit_t" else ${SIZE}
pictures = bytearray(open(f"{folder}/images-{size}.f32", "rb").read())
images = torch.frombuffer(pictures, dtype=torch.float32).reshape(1, 3, size, size)
model = getattr(torchvision.models, name)(num_classes=${CLASSES}, **json.loads(sys.argv[3]))
def logits():
    with torch.no_grad():
        return model.eval()(images).tolist()
`;

/** Saves a random model with running statistics that are not the initial ones. */
const SAVE = `
torch.manual_seed(7)
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        module.running_mean.uniform_(-0.1, 0.1)
        module.running_var.uniform_(0.8, 1.2)
        module.num_batches_tracked.fill_(5)
torch.save(model.state_dict(), folder + "/theirs.pth", _use_new_zipfile_serialization=name != "resnet50")
print(json.dumps(logits()))
`;

const LOAD = `
path = folder + "/ours.safetensors"
try:
    from safetensors.torch import load_file
    state = load_file(path)
except ImportError:
    raw = bytearray(open(path, "rb").read())
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__")
    body = torch.frombuffer(raw, dtype=torch.uint8)[8 + size:]
    types = {"F32": torch.float32, "I64": torch.int64}
    state = {k: body[slice(*v["data_offsets"])].clone().view(types[v["dtype"]]).reshape(v["shape"]) for k, v in header.items()}
# MNASNet asks for its version, which safetensors has no place for.
state = OrderedDict(state)
state._metadata = model.state_dict()._metadata
model.load_state_dict(state, strict=True)
print(json.dumps(logits()))
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

/** Saves a network by PyTorch and reads it here; its logits there, and its state here. */
function saveAndRead(name: NetworkName) {
  const sized = findNetwork(name).knows.includes("imageSize");
  const args = [folder, name, JSON.stringify(sized ? { image_size: SIZE } : {})];
  const expected = (runPython(python!, SETUP + SAVE, ...args) as number[][]).flat();
  const network = createNetwork(name, { numClasses: CLASSES, ...(sized ? { imageSize: SIZE } : {}) });
  using file = openWeights(join(folder, "theirs.pth"));
  const { tensors, match } = loadStateDict(file, stateEntries(network));
  expect(match).toMatchObject({ replaced: [], missing: [], misshapen: [], unexpected: [] });
  return { args, expected, network, tensors };
}

/** Writes a state and has PyTorch load it strictly: the same logits to the bit. */
function expectBack(args: string[], tensors: ReadonlyMap<string, HostTensor>, expected: number[]): void {
  writeFileSync(join(folder, "ours.safetensors"), Buffer.concat([...encodeStateDict(tensors).chunks]));
  expect((runPython(python!, SETUP + LOAD, ...args) as number[][]).flat()).toEqual(expected);
}

const FOUND = await findRuntimes();
const WITH_LOGITS: readonly NetworkName[] = ["resnet18", "resnet50"];

/** The first network of each family but the ResNets', smallest first. */
const OTHERS = TORCHVISION_NETWORKS.filter((name, i) => {
  const { family } = findNetwork(name);
  return family !== "ResNet" && family !== findNetwork(TORCHVISION_NETWORKS[i - 1]!).family;
});

describe.skipIf(python === undefined)("torchvision on this machine", () => {
  test.each(WITH_LOGITS)("%s gives PyTorch's logits with PyTorch's file, and the other way", async (name) => {
    const { args, expected, network, tensors } = saveAndRead(name);
    for (const { runtime, available } of FOUND) {
      if (available) expectNear(await evaluate(runtime, network, tensors), expected);
    }
    expectBack(args, tensors, expected);
  });

  test.each(OTHERS)("%s comes back as it went", (name) => {
    const { args, expected, tensors } = saveAndRead(name);
    expectBack(args, tensors, expected);
  });
});
