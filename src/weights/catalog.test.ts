import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { weightsCacheFolder } from "./cache.ts";
import { findWeights, WEIGHTS_CATALOG } from "./catalog.ts";
import { IMAGENET_CLASSES } from "./imagenet-classes.ts";
import { pretrainedSource } from "./pretrained.ts";

describe("the catalogue", () => {
  it("names every file by its hash, once, and says what pictures it expects", () => {
    for (const {
      fileName,
      url,
      sha256Prefix,
      accuracyTop1,
      accuracyTop5,
      preprocessing,
    } of WEIGHTS_CATALOG) {
      expect(sha256Prefix).toMatch(/^[0-9a-f]{8,10}$/);
      expect(fileName.endsWith(`-${sha256Prefix}.pth`)).toBe(true);
      expect(url.endsWith(`/${fileName}`)).toBe(true);
      expect(accuracyTop1).toBeGreaterThan(50);
      expect(accuracyTop5).toBeGreaterThan(accuracyTop1);
      expect(preprocessing.resizeSize).toBeGreaterThanOrEqual(preprocessing.cropSize);
    }
    expect(new Set(WEIGHTS_CATALOG.map(({ fileName }) => fileName)).size).toBe(WEIGHTS_CATALOG.length);
  });

  it("chooses as torchvision does", () => {
    expect(findWeights("resnet18")).toMatchObject({
      name: "IMAGENET1K_V1",
      fileName: "resnet18-f37072fd.pth",
      accuracyTop1: 69.758,
      preprocessing: { resizeSize: 256, cropSize: 224, interpolation: "bilinear" },
    });
    expect(findWeights("resnet34", "DEFAULT")).toMatchObject({ name: "IMAGENET1K_V1", accuracyTop1: 73.314 });
    expect(findWeights("resnet50")).toMatchObject({
      name: "IMAGENET1K_V2",
      accuracyTop1: 80.858,
      preprocessing: { resizeSize: 232 },
    });
    expect(findWeights("resnet50", "IMAGENET1K_V1").preprocessing.resizeSize).toBe(256);
    expect(findWeights("vit_b_16")).toMatchObject({ name: "IMAGENET1K_V1" });
    expect(findWeights("regnet_y_128gf")).toMatchObject({
      name: "IMAGENET1K_SWAG_E2E_V1",
      license: expect.any(String),
    });
    expect(findWeights("efficientnet_v2_l").preprocessing).toEqual({
      resizeSize: 480,
      cropSize: 480,
      interpolation: "bicubic",
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
  });

  it.each([
    ["resnet18", "IMAGENET1K_V2", /resnet18 has no weights/, /IMAGENET1K_V1/],
    ["resnet50", "DEFUALT", /resnet50 has no weights/, /DEFAULT/],
    ["resnet5", "DEFAULT", /no pretrained weights for "resnet5"/, /resnet50/],
  ])("refuses %s %s and names the nearest", (architecture, name, message, hint) => {
    expect(() => findWeights(architecture, name)).toThrow(
      expect.objectContaining({
        code: "WEIGHTS_UNKNOWN",
        kind: "usage",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  it("has 1000 different class names in ImageNet's order", () => {
    expect(IMAGENET_CLASSES).toHaveLength(1000);
    expect(new Set(IMAGENET_CLASSES).size).toBe(1000);
    const known = {
      0: "tench",
      1: "goldfish",
      134: "crane bird",
      281: "tabby",
      282: "tiger cat",
      517: "crane",
    };
    for (const [index, name] of Object.entries(known)) expect(IMAGENET_CLASSES[Number(index)]).toBe(name);
    expect(IMAGENET_CLASSES.at(-1)).toBe("toilet tissue");
    // Of torchvision 0.29's list, one name a line.
    expect(createHash("sha256").update(IMAGENET_CLASSES.join("\n")).digest("hex")).toBe(
      "0b0f9fee7c952f257418d62aa701f023a9da13b443a14f5c4291e5724d92967c",
    );
  });
});

describe("pretrainedSource", () => {
  it.each([
    [true, { kind: "catalog", entry: findWeights("resnet50") }],
    ["DEFAULT", { kind: "catalog", entry: findWeights("resnet50") }],
    ["IMAGENET1K_V1", { kind: "catalog", entry: findWeights("resnet50", "IMAGENET1K_V1") }],
    ["https://host.example/w.pth", { kind: "url", url: "https://host.example/w.pth" }],
    ["runs/last.safetensors", { kind: "file", path: "runs/last.safetensors" }],
    ["weights.pth", { kind: "file", path: "weights.pth" }],
    ["package.json", { kind: "file", path: "package.json" }],
    [false, undefined],
  ])("reads %s", (pretrained, expected) => {
    expect(pretrainedSource("resnet50", pretrained)).toEqual(expected);
  });

  it("takes a misspelt name for a name, not for a file", () => {
    expect(() => pretrainedSource("resnet50", "IMAGENET_V1")).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNKNOWN" }),
    );
  });
});

it("finds torch.hub's cache by its variables", () => {
  expect(weightsCacheFolder({ TORCH_HOME: "/t", XDG_CACHE_HOME: "/x" })).toBe(
    join("/t", "hub", "checkpoints"),
  );
  expect(weightsCacheFolder({ XDG_CACHE_HOME: "/x" })).toBe(join("/x", "torch", "hub", "checkpoints"));
  expect(weightsCacheFolder({})).toMatch(/\.cache.torch.hub.checkpoints$/);
});
