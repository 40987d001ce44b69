// State dicts go from PyTorch here and back: its own file is read, what is written loads there strictly, to the bit.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createNetwork, findNetwork, NETWORK_NAMES, type NetworkName } from "../../src/models/index.ts";
import { stateEntries } from "../../src/nn/index.ts";
import { encodeStateDict, loadStateDict, openWeights } from "../../src/weights/index.ts";
import { findPython, runPython } from "../support/python.ts";
import { FULL } from "./scale.ts";

const CLASSES = 7;
/** Whose files have a network's names: torchvision's, or timm's for what it has not. */
const LIBRARIES = ["torchvision", "timm"] as const;
const isTimms = (name: NetworkName): boolean => /dinov2|clip/.test(name);
/** 4.5 GB, in memory several times; built as the large ones with a few other numbers. */
const TOO_LARGE: ReadonlySet<NetworkName> = new Set<NetworkName>([
  "vit_giant_patch14_dinov2",
  "vit_giant_patch14_reg4_dinov2",
]);

const folder = mkdtempSync(join(tmpdir(), "weights-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Initialisers do nothing: memory that nobody writes costs nothing. */
const SETUP = `
import json, math, mmap, sys, warnings, torch
from collections import OrderedDict
warnings.simplefilter("ignore")
for initializer in list(vars(torch.nn.init)):
    if initializer.endswith("_") and not initializer.startswith("_"):
        setattr(torch.nn.init, initializer, lambda tensor, *args, **options: tensor)
folder, library, name = sys.argv[1:4]
def create():
    if library == "timm":
        import timm
        return timm.create_model(name, num_classes=${CLASSES})
    import torchvision
    return getattr(torchvision.models, name)(num_classes=${CLASSES})
model = create()
`;

const SAVE = `
torch.manual_seed(7)
state = model.state_dict()
for tensor in state.values():
    tensor.uniform_(-1, 1) if tensor.is_floating_point() else tensor.random_(0, 1000)
torch.save(state, folder + "/theirs.pth")
print(len(state))
`;

/** What `safetensors.torch.load_file` does, where that is not installed: tensors lie in the file as they are. */
const LOAD = `
with open(folder + "/ours.safetensors", "rb") as file:
    raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
size = int.from_bytes(raw[:8], "little")
header = json.loads(raw[8:8 + size])
header.pop("__metadata__")
types = {"F32": torch.float32, "I64": torch.int64}
def read(entry):
    count = math.prod(entry["shape"])
    return torch.frombuffer(raw, dtype=types[entry["dtype"]], count=count, offset=8 + size + entry["data_offsets"][0]).reshape(entry["shape"])
state = OrderedDict((key, read(entry)) for key, entry in header.items())
# MNASNet asks for its version, which safetensors has no place for.
state._metadata = model.state_dict()._metadata
model.load_state_dict(state, strict=True)
own, theirs = model.state_dict(), torch.load(folder + "/theirs.pth")
print(json.dumps([key for key in own if not torch.equal(own[key], theirs[key])]))
`;

function expectRoundTrip(python: string, library: string, name: NetworkName): void {
  const args = [folder, library, name];
  const count = runPython(python, SETUP + SAVE, ...args);
  const entries = stateEntries(createNetwork(name, { numClasses: CLASSES }));
  using file = openWeights(join(folder, "theirs.pth"));
  const { tensors, match } = loadStateDict(file, entries);
  expect(match).toMatchObject({ replaced: [], missing: [], misshapen: [], unexpected: [], foreign: [] });
  expect(match.changes.size).toBe(0);
  expect([tensors.size, entries.length]).toEqual([count, count]);
  const ours = openSync(join(folder, "ours.safetensors"), "w");
  for (const chunk of encodeStateDict(tensors).chunks) writeSync(ours, chunk);
  closeSync(ours);
  expect(runPython(python, SETUP + LOAD, ...args), "tensors that are not as they went").toEqual([]);
}

/** The first network of each family, smallest first. */
const FIRST = NETWORK_NAMES.filter(
  (name, i) => findNetwork(name).family !== findNetwork(NETWORK_NAMES[i - 1] ?? "vit_b_16").family,
);

describe.each(LIBRARIES)("%s on this machine", (library) => {
  const python = findPython("torch", library);
  const networks = FULL ? NETWORK_NAMES.filter((name) => !TOO_LARGE.has(name)) : FIRST;
  const known = networks.filter((name) => isTimms(name) === (library === "timm"));
  test.skipIf(python === undefined).each(known)("%s comes back as it went", (name) => {
    expectRoundTrip(python!, library, name);
  });
});
