import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { DType } from "../core/index.ts";
import { matchStateDict, requireMatch } from "./match-state-dict.ts";
import type { TensorSpec } from "./safetensors.ts";
import type { TensorInfo } from "./weights-file.ts";

/** torchvision's state dict of an architecture with 1000 classes. */
function layout(architecture: string): TensorSpec[] {
  const golden = JSON.parse(readFileSync(`test/golden/models/${architecture}.json`, "utf8")) as {
    layout: { keys: [string, number[], DType, string][] };
  };
  return golden.layout.keys.map(([name, shape, dtype]) => ({ name, shape, dtype }));
}

function asFile(specs: readonly TensorSpec[], rename = (name: string) => name): Map<string, TensorInfo> {
  return new Map(specs.map(({ name, dtype, shape }) => [rename(name), { dtype, shape }]));
}

function withClasses(specs: readonly TensorSpec[], classes: number): TensorSpec[] {
  return specs.map((spec) =>
    spec.name.startsWith("fc.") ? { ...spec, shape: [classes, ...spec.shape.slice(1)] } : spec,
  );
}

const resnet18 = layout("resnet18");
const resnet50 = layout("resnet50");

describe("matchStateDict", () => {
  it("finds every tensor of the same architecture and keeps the classifier", () => {
    const match = matchStateDict(resnet18, asFile(resnet18));
    expect([...match.sources]).toEqual(resnet18.map(({ name }) => [name, name]));
    expect(match).toMatchObject({ replaced: [], missing: [], misshapen: [], unexpected: [], prefix: "" });
    expect(() => requireMatch(match, "file")).not.toThrow();
  });

  it("replaces the classifier when the number of classes differs", () => {
    const match = matchStateDict(withClasses(resnet18, 7), asFile(resnet18));
    expect(match.replaced).toEqual(["fc.weight", "fc.bias"]);
    expect(match.sources.size).toBe(resnet18.length - 2);
    expect(match).toMatchObject({ missing: [], misshapen: [], unexpected: [] });
    expect(() => requireMatch(match, "file")).not.toThrow();
  });

  it.each([
    [["cat", "dog"], ["cat", "dog"], []],
    [
      ["cat", "dog"],
      ["dog", "cat"],
      ["fc.weight", "fc.bias"],
    ],
    [
      ["cat", "dog"],
      ["cat", "fox"],
      ["fc.weight", "fc.bias"],
    ],
    [["cat", "dog"], undefined, []],
    [undefined, ["cat", "dog"], []],
  ])("with classes %s and weights for %s replaces %s", (classNames, weightsClassNames, replaced) => {
    const two = withClasses(resnet18, 2);
    expect(matchStateDict(two, asFile(two), { classNames, weightsClassNames }).replaced).toEqual(replaced);
  });

  it("replaces a classifier that the file does not have, and one of another name", () => {
    const features = resnet18.filter(({ name }) => !name.startsWith("fc."));
    expect(matchStateDict(resnet18, asFile(features)).replaced).toEqual(["fc.weight", "fc.bias"]);
    const named = [{ name: "head.weight", dtype: "float32", shape: [2, 3] }] as const;
    const file = asFile([{ ...named[0], shape: [5, 3] }]);
    expect(matchStateDict(named, file, { classifiers: ["head"] }).replaced).toEqual(["head.weight"]);
  });

  it("replaces those of several classifiers that the file does not have", () => {
    const named = ["fc.weight", "aux.fc.weight"].map(
      (name) => ({ name, dtype: "float32", shape: [2, 3] }) as const,
    );
    const match = matchStateDict(named, asFile([named[0]!]), { classifiers: ["fc", "aux"] });
    expect(match).toMatchObject({ replaced: ["aux.fc.weight"], missing: [] });
  });

  it("does not miss the counters that old files lack", () => {
    const old = asFile(resnet18.filter(({ name }) => !name.endsWith("num_batches_tracked")));
    const match = matchStateDict(resnet18, old);
    expect(match.missing).toEqual([]);
    expect(match.sources.has("bn1.num_batches_tracked")).toBe(false);
  });

  it.each(["model.", "module.", "_orig_mod.", "model._orig_mod.", "backbone.encoder."])(
    "looks behind the prefix %s, next to other entries",
    (prefix) => {
      const file = asFile(resnet50, (name) => prefix + name);
      file.set("optimizer.step", { dtype: "int64", shape: [] });
      const match = matchStateDict(resnet50, file);
      expect(match.prefix).toBe(prefix);
      expect(match.sources.size).toBe(resnet50.length);
      expect(match.unexpected).toEqual(["optimizer.step"]);
    },
  );

  it("prefers the weights themselves to a copy behind a prefix", () => {
    const file = new Map([...asFile(resnet18, (name) => `ema.${name}`), ...asFile(resnet18)]);
    const match = matchStateDict(resnet18, file);
    expect(match.prefix).toBe("");
    expect(match.unexpected).toHaveLength(resnet18.length);
  });

  it("lists what is missing and what has another shape", () => {
    const file = asFile(resnet18);
    file.delete("layer1.0.conv1.weight");
    file.set("conv1.weight", { dtype: "float32", shape: [64, 1, 7, 7] });
    file.set("extra", { dtype: "float32", shape: [] });
    const match = matchStateDict(resnet18, file);
    expect(match.missing).toEqual(["layer1.0.conv1.weight"]);
    expect(match.misshapen).toEqual([
      { name: "conv1.weight", expected: [64, 3, 7, 7], found: [64, 1, 7, 7] },
    ]);
    expect(match.unexpected).toEqual(["extra"]);
    expect(() => requireMatch(match, "w.pth")).toThrow(
      expect.objectContaining({
        code: "WEIGHTS_MISMATCH",
        where: "w.pth",
        message:
          "120 of the 122 tensors of the model fit, the others do not: missing: layer1.0.conv1.weight; of another shape: " +
          "conv1.weight [64, 1, 7, 7] instead of [64, 3, 7, 7]; unexpected: extra",
      }),
    );
  });

  it("says what was taken off the names where the others do not fit", () => {
    const file = asFile(resnet18, (name) => `module.${name}`);
    file.delete("module.conv1.weight");
    expect(() => requireMatch(matchStateDict(resnet18, file), "w.pth")).toThrow(
      '121 of the 122 tensors of the model fit (names without "module."), the others do not: missing: conv1.weight',
    );
  });

  it("refuses the weights of another architecture in one line", () => {
    const match = matchStateDict(resnet50, asFile(resnet18));
    expect(() => requireMatch(match, "w.pth")).toThrow(/ and \d+ more; of another shape: .* and \d+ more$/);
  });

  it("says that nothing fits", () => {
    const file = asFile([{ name: "blocks.0.attn.qkv.weight", dtype: "float32", shape: [1] }]);
    expect(() => requireMatch(matchStateDict(resnet18, file), "vit.pth")).toThrow(
      /none of the 1 tensors fits/,
    );
  });

  it("is not slowed down by names made of dots", () => {
    const file = new Map([[".".repeat(1_000_000), { dtype: "float32" as const, shape: [] }]]);
    // Quadratic work would reach the time limit.
    expect(matchStateDict(resnet18, file).sources.size).toBe(0);
  });
});

test.each([
  ["features.denseblock1.denselayer12.norm.1.weight", "features.denseblock1.denselayer12.norm1.weight"],
  ["encoder.layers.encoder_layer_0.mlp.linear_1.weight", "encoder.layers.encoder_layer_0.mlp.0.weight"],
  ["module.encoder.layers.encoder_layer_0.mlp.linear_2.bias", "encoder.layers.encoder_layer_0.mlp.3.bias"],
])("%s, as torchvision's earlier versions had it, is known", (theirs, ours) => {
  const spec = { dtype: "float32", shape: [2] } as const;
  const { sources } = matchStateDict([{ name: ours, ...spec }], new Map([[theirs, spec]]));
  expect(sources.get(ours)).toBe(theirs);
});

describe("transformers' names", () => {
  const ENTRIES = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

  /** [transformers' name, torchvision's name] of a layer of convolution and normalisation. */
  function layer(theirs: string, convolution: string, normalization: string): [string, string][] {
    return [
      [`${theirs}.convolution.weight`, `${convolution}.weight`],
      ...ENTRIES.map((entry): [string, string] => [
        `${theirs}.normalization.${entry}`,
        `${normalization}.${entry}`,
      ]),
    ];
  }

  /** All names of ResNetForImageClassification, as its modules nest. */
  function names(
    depths: readonly number[],
    perBlock: number,
    shortcuts: readonly boolean[],
  ): [string, string][] {
    const pairs = layer("resnet.embedder.embedder", "conv1", "bn1");
    for (const [stage, depth] of depths.entries()) {
      for (let block = 0; block < depth; block++) {
        const theirs = `resnet.encoder.stages.${stage}.layers.${block}`;
        const ours = `layer${stage + 1}.${block}`;
        if (block === 0 && shortcuts[stage]) {
          pairs.push(...layer(`${theirs}.shortcut`, `${ours}.downsample.0`, `${ours}.downsample.1`));
        }
        for (let i = 0; i < perBlock; i++) {
          pairs.push(...layer(`${theirs}.layer.${i}`, `${ours}.conv${i + 1}`, `${ours}.bn${i + 1}`));
        }
      }
    }
    return [...pairs, ["classifier.1.weight", "fc.weight"], ["classifier.1.bias", "fc.bias"]];
  }

  it.each([
    ["resnet18", resnet18, names([2, 2, 2, 2], 2, [false, true, true, true])],
    ["resnet50", resnet50, names([3, 4, 6, 3], 3, [true, true, true, true])],
  ])("of %s are torchvision's", (_, wanted, pairs) => {
    const theirs = new Map(pairs.map(([theirs, ours]) => [ours, theirs]));
    expect(theirs.size).toBe(wanted.length);
    for (const [prefix, model] of [
      ["", "resnet."],
      ["model.", "resnet."],
      ["", ""],
    ] as const) {
      const file = asFile(wanted, (name) => prefix + theirs.get(name)!.replace(/^resnet\./, model));
      const match = matchStateDict(wanted, file);
      expect(match).toMatchObject({
        convention: "transformers",
        prefix,
        missing: [],
        unexpected: [],
        replaced: [],
      });
      expect(match.sources.size).toBe(wanted.length);
    }
  });
});
