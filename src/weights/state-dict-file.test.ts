import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { float32, type HostTensor, hostTensor } from "../core/index.ts";
import { convertWeights } from "./convert.ts";
import { openWeights } from "./open-weights.ts";
import { type EncodedFile, encodeSafetensors, parseSafetensors } from "./safetensors.ts";
import { encodeStateDict, loadStateDict, readStateDictDescription } from "./state-dict-file.ts";
import { verifyWeights } from "./verify.ts";

const GOLDEN = "test/golden/weights";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "state-dict-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = ({ chunks, byteLength }: EncodedFile): Buffer => {
  const all = Buffer.concat([...chunks]);
  expect(all.length).toBe(byteLength);
  return all;
};

const state = new Map<string, HostTensor>([
  ["conv.weight", float32([2, 1, 1, 1], [1, 2])],
  ["bn.num_batches_tracked", hostTensor("int64", [], BigInt64Array.of(3n))],
  ["fc.weight", float32([2, 2], [1, 2, 3, 4])],
  ["fc.bias", float32([2], [5, 6])],
]);
const wanted = [...state].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));

describe("a state dict", () => {
  it("comes back with its classes and architecture", () => {
    const description = { architecture: "tiny", classNames: ["cat", "dög"] };
    using file = parseSafetensors(bytes(encodeStateDict(state, description)));
    expect(file.metadata.get("format")).toBe("pt");
    expect(readStateDictDescription(file)).toEqual(description);
    const { tensors, match } = loadStateDict(file, wanted, { classNames: ["cat", "dög"] });
    expect([...tensors]).toEqual([...state]);
    expect(match.replaced).toEqual([]);
  });

  it("leaves the classifier out when the classes are others", () => {
    using file = parseSafetensors(bytes(encodeStateDict(state, { classNames: ["cat", "dog"] })));
    const { tensors, match } = loadStateDict(file, wanted, { classNames: ["cat", "fox"] });
    expect([...tensors.keys()]).toEqual(["conv.weight", "bn.num_batches_tracked"]);
    expect(match.replaced).toEqual(["fc.weight", "fc.bias"]);
  });

  it("is loaded as the element types that the model wants", () => {
    const half = new Map(state).set(
      "conv.weight",
      hostTensor("float16", [2, 1, 1, 1], Uint16Array.of(0x3c00, 0x4000)),
    );
    using file = parseSafetensors(bytes(encodeStateDict(half)));
    expect(loadStateDict(file, wanted).tensors.get("conv.weight")).toEqual(state.get("conv.weight"));
  });

  it("is not loaded in part", () => {
    using file = parseSafetensors(bytes(encodeStateDict(state)));
    expect(() => loadStateDict(file, [...wanted, { name: "more", dtype: "float32", shape: [1] }])).toThrow(
      expect.objectContaining({ code: "WEIGHTS_MISMATCH" }),
    );
  });

  it("ignores class names that are none", () => {
    for (const text of ["{", '{"a":1}', "[1]"]) {
      const encoded = encodeSafetensors(state, new Map([["class_names", text]]));
      expect(readStateDictDescription(parseSafetensors(bytes(encoded))).classNames).toBeUndefined();
    }
  });

  it("is found in a Lightning checkpoint", () => {
    using file = openWeights(join(GOLDEN, "lightning.zip.pt"));
    const specs = [...file.tensors]
      .filter(([name]) => name.startsWith("model."))
      .map(([name, info]) => ({ name: name.slice("model.".length), ...info }));
    const { tensors, match } = loadStateDict(file, specs, { classifiers: ["3"] });
    expect(match.prefix).toBe("model.");
    expect(tensors.get("0.weight")).toEqual(file.read("model.0.weight"));
    expect(tensors.size).toBe(specs.length);
  });
});

describe("convertWeights", () => {
  it("writes PyTorch files as safetensors, to the bit", () => {
    using file = openWeights(join(GOLDEN, "dtypes.legacy.pt"));
    using converted = parseSafetensors(bytes(convertWeights(file)));
    expect([...converted.tensors.keys()]).toEqual([...file.tensors.keys()]);
    for (const name of file.tensors.keys()) expect(converted.read(name)).toEqual(file.read(name));
  });

  it("changes the element type of floats only", () => {
    using file = openWeights(join(GOLDEN, "dtypes.zip.pt"));
    using converted = parseSafetensors(bytes(convertWeights(file, { dtype: "bfloat16" })));
    expect(converted.tensors.get("f64")!.dtype).toBe("bfloat16");
    expect(converted.tensors.get("f16")!.dtype).toBe("bfloat16");
    expect(converted.tensors.get("i64")!.dtype).toBe("int64");
  });

  it("leaves out the names of wrappers and translates those of transformers", () => {
    const one = float32([1], [1]);
    const wrapped = new Map([
      ["model.module.conv1.weight", one],
      ["model.module.fc.bias", one],
    ]);
    expect(convertedNames(wrapped)).toEqual(["conv1.weight", "fc.bias"]);
    const theirs = new Map([
      ["resnet.embedder.embedder.convolution.weight", one],
      ["resnet.encoder.stages.3.layers.0.shortcut.normalization.running_var", one],
      ["classifier.1.bias", one],
    ]);
    expect(convertedNames(theirs)).toEqual(["conv1.weight", "layer4.0.downsample.1.running_var", "fc.bias"]);
    expect(
      convertedNames(
        new Map([
          ["model.a", one],
          ["other", one],
        ]),
      ),
    ).toEqual(["model.a", "other"]);
    expect(convertedNames(new Map())).toEqual([]);
    expect(convertedNames(new Map([["classifier.1.weight", one]]))).toEqual(["classifier.1.weight"]);
  });

  function convertedNames(tensors: Map<string, HostTensor>): string[] {
    const file = parseSafetensors(bytes(encodeSafetensors(tensors)));
    return [...parseSafetensors(bytes(convertWeights(file))).tensors.keys()];
  }
});

describe("verifyWeights", () => {
  const good = join(GOLDEN, "dtypes.zip.pt");

  it("counts, hashes and names what is not finite", async () => {
    const report = await verifyWeights(good);
    expect(report).toMatchObject({
      format: "pytorch-zip",
      tensors: 10,
      fileBytes: 3746,
      expectedSha256: undefined,
    });
    expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(report.nonFinite).toEqual(["f64", "f32", "f16", "bf16"]);
    expect((await verifyWeights(good, report.sha256.slice(0, 8).toUpperCase())).sha256).toBe(report.sha256);
  });

  it("refuses a file with another hash than it should have", async () => {
    await expect(verifyWeights(good, "00000000")).rejects.toMatchObject({ code: "WEIGHTS_HASH" });
    const posing = join(folder, "resnet18-f37072fd.pth");
    writeFileSync(posing, bytes(encodeStateDict(state)));
    await expect(verifyWeights(posing)).rejects.toMatchObject({ code: "WEIGHTS_HASH", where: posing });
  });

  it("refuses a file with a changed byte", async () => {
    await expect(verifyWeights(join(GOLDEN, "hostile_wrong_crc.pt"))).rejects.toMatchObject({
      code: "PYTORCH_INVALID",
    });
  });
});
