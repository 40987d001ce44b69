// Every network that torchvision has too has its state, and every row of weights torchvision's facts.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createNetwork } from "../../src/models/index.ts";
import { stateEntries } from "../../src/nn/index.ts";
import { WEIGHTS_CATALOG } from "../../src/weights/index.ts";
import { findPython, runPython } from "../support/python.ts";
import { TORCHVISION_NETWORKS } from "../support/torchvision-networks.ts";

const python = findPython("torch", "torchvision");
const folder = mkdtempSync(join(tmpdir(), "layouts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Initialisers do nothing: memory that nobody writes costs nothing, and the largest networks are made in moments. */
const DESCRIBE = `
import json, sys, torch
for name in list(vars(torch.nn.init)):
    if name.endswith("_") and not name.startswith("_"):
        setattr(torch.nn.init, name, lambda tensor, *args, **options: tensor)
import torchvision
from torchvision.models import get_model_weights
version = [int(part) for part in torchvision.__version__.split(".")[:2]]
folder, *names = sys.argv[1:]
def layout(name):
    model = getattr(torchvision.models, name)()
    parameters = {key for key, _ in model.named_parameters()}
    return [[k, list(v.shape), str(v.dtype)[6:], "parameter" if k in parameters else "buffer"] for k, v in model.state_dict().items()]
def facts(name):
    rows = {}
    for weights in get_model_weights(name):
        transforms, meta = weights.transforms(), weights.meta
        if meta["categories"] is None: continue
        accuracy = meta["_metrics"]["ImageNet-1K"]
        # These two, made with weights, change what they are given to a mean and a deviation of one half.
        half = name in ("googlenet", "inception_v3")
        mean, std = ([0.5] * 3, [0.5] * 3) if half else (transforms.mean, transforms.std)
        rows[weights.name] = {
            "architecture": name, "name": weights.name, "parameters": meta["num_params"],
            "accuracyTop1": accuracy["acc@1"], "accuracyTop5": accuracy["acc@5"],
            "preprocessing": {"resizeSize": transforms.resize_size[0], "cropSize": transforms.crop_size[0],
                "interpolation": transforms.interpolation.value, "mean": mean, "std": std},
            # Versions before 0.17 name some files by hashes that they do not have.
            **({"url": weights.url} if version >= [0, 17] else {})}
    default = getattr(get_model_weights(name), "DEFAULT").name
    return [rows[key] for key in sorted(rows, key=lambda key: key == default)]
json.dump({"layouts": {name: layout(name) for name in names}, "facts": {name: facts(name) for name in names}},
    open(folder + "/torchvision.json", "w"))
print("null")
`;

interface Described {
  readonly layouts: Readonly<Record<string, readonly unknown[]>>;
  readonly facts: Readonly<Record<string, readonly { readonly name: string }[]>>;
}

describe.skipIf(python === undefined)("torchvision on this machine", () => {
  if (python === undefined) return;
  runPython(python, DESCRIBE, folder, ...TORCHVISION_NETWORKS);
  const { layouts, facts } = JSON.parse(readFileSync(join(folder, "torchvision.json"), "utf8")) as Described;

  test.each(TORCHVISION_NETWORKS)("%s: names, shapes, order, element types", (name) => {
    const own = stateEntries(createNetwork(name, { numClasses: 1000 }));
    expect(own.map(({ name, shape, dtype, kind }) => [name, shape, dtype, kind])).toEqual(layouts[name]);
  });

  test.each(TORCHVISION_NETWORKS)("%s: weights", (name) => {
    const own = WEIGHTS_CATALOG.filter(({ architecture }) => architecture === name);
    expect(own.at(-1)).toMatchObject(facts[name]!.at(-1)!);
    const byName = (rows: readonly { readonly name: string }[]) =>
      [...rows].sort((a, b) => a.name.localeCompare(b.name));
    expect(byName(own)).toMatchObject(byName(facts[name]!));
  });
});
