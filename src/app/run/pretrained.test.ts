// Weights of a file in a model: what is said of prefixes and heads, and of files of other networks.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { componentRegistry } from "../../config/index.ts";
import { ClassificationModel, createNetwork, type NetworkName } from "../../models/index.ts";
import { initialState } from "../../nn/index.ts";
import { encodeStateDict, findWeights } from "../../weights/index.ts";
import { allComponents } from "../registry.ts";
import { composeRun } from "./configuration.ts";
import { loadPretrained, normalizationWarning, picturesLine } from "./pretrained.ts";
import { RunParts } from "./run-parts.ts";
import { validateRun } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "pretrained-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function writeWeights(
  name: NetworkName,
  rename: (key: string) => string = (key) => key,
): Promise<string> {
  const state = await initialState(createNetwork(name, { numClasses: 5 }), 1);
  const path = join(folder, `${name}.safetensors`);
  const renamed = new Map(Array.from(state, ([key, tensor]) => [rename(key), tensor]));
  writeFileSync(path, Buffer.concat([...encodeStateDict(renamed).chunks]));
  return path;
}

async function load(architecture: NetworkName, pretrained: string, head: "linear" | "knn" = "linear") {
  const model = new ClassificationModel({ architecture, pretrained, head });
  model.setup({ classNames: ["a", "b", "c"], imageSize: [64, 64], trainingPictures: 9 });
  const lines: string[] = [];
  const tensors = await loadPretrained(model, (_level, line) => lines.push(line));
  return { lines, tensors: tensors! };
}

describe("a file of weights", () => {
  test.each(["module.", "model.", "backbone.", "_orig_mod.", "model._orig_mod."])(
    "may have %s before every name",
    async (prefix) => {
      const path = await writeWeights("mobilenet_v3_small", (key) => prefix + key);
      const { lines, tensors } = await load("mobilenet_v3_small", path);
      expect(lines).toEqual([
        `pretrained: 242 tensors of ${path} (names without "${prefix}"); new: classifier.3.weight, classifier.3.bias`,
      ]);
      expect(tensors.has("classifier.0.weight")).toBe(true);
    },
  );

  test("with another head says what is not used", async () => {
    const path = await writeWeights("mobilenet_v3_small", (key) => key.replace("classifier.3.", "head."));
    const { lines } = await load("mobilenet_v3_small", path);
    expect(lines[0]).toMatch(
      /new: classifier\.3\.weight, classifier\.3\.bias; not used: head\.weight, head\.bias$/,
    );
  });

  test("gives a network whose neighbours vote all but its classifier", async () => {
    const path = await writeWeights("resnet18");
    const { lines } = await load("resnet18", path, "knn");
    expect(lines[0]).toMatch(/^pretrained: 120 tensors of .*; not used: fc\.weight, fc\.bias$/);
  });

  test("of a larger network that has every tensor of the model is refused too", async () => {
    const path = await writeWeights("resnet34");
    await expect(load("resnet18", path)).rejects.toMatchObject({
      code: "WEIGHTS_MISMATCH",
      message: "all 120 tensors of resnet18 are there, but the file's network has more",
      hint: "choose model=resnet34: these are its weights",
    });
  });

  test("of another network is refused in one line that names it", async () => {
    const path = await writeWeights("mobilenet_v3_small", (key) => `module.${key}`);
    const error = load("mobilenet_v3_large", path);
    await expect(error).rejects.toMatchObject({
      code: "WEIGHTS_MISMATCH",
      message: expect.stringMatching(
        /^\d+ of the \d+ tensors of mobilenet_v3_large fit \(names without "module\."\), the others do not$/,
      ),
      hint: "choose model=mobilenet_v3_small: these are its weights",
    });
  });

  test("of no known network is refused with what is missing", async () => {
    const path = await writeWeights("mobilenet_v3_small", (key) => key.replaceAll("features", "blocks"));
    await expect(load("mobilenet_v3_small", path)).rejects.toMatchObject({
      code: "WEIGHTS_MISMATCH",
      message: expect.stringMatching(
        /^\d+ of the \d+ tensors of the model fit, the others do not: missing: features\.0\.0\.weight, /,
      ),
      hint: "choose the model that the weights were made for",
    });
  });
});

describe("pictures", () => {
  async function dataOf(...overrides: string[]) {
    allComponents();
    const composition = await composeRun({ overrides: ["data.root=photos", ...overrides] });
    await validateRun(composition);
    const parts = new RunParts(composition, componentRegistry);
    const model = await parts.model();
    return { model, data: await parts.dataModule(undefined, model) };
  }

  test("are prepared as published weights expect them, and it is said", async () => {
    const { model, data } = await dataOf("model=efficientnet_b1", "model.pretrained=IMAGENET1K_V1");
    const { resizeSize, cropSize, interpolation, mean, std } = findWeights(
      "efficientnet_b1",
      "IMAGENET1K_V1",
    ).preprocessing;
    expect(data.preprocessing).toMatchObject({
      resize: resizeSize,
      imageSize: [cropSize, cropSize],
      interpolation,
      mean,
      std,
    });
    expect(picturesLine(model, data)).toBe(
      "pictures as efficientnet_b1 IMAGENET1K_V1 expects them: 256 pixels on the shorter side, 240 of them, bicubic, " +
        "mean 0.485 0.456 0.406, std 0.229 0.224 0.225",
    );
  });

  test("have the size that is asked for, in proportion", async () => {
    const weights = ["model=efficientnet_b1", "model.pretrained=true"];
    const { data } = await dataOf(...weights, "data.image_size=224");
    expect(data.preprocessing).toMatchObject({ imageSize: [224, 224], resize: 238 });
    const quick = await dataOf(...weights, "experiment=quickstart", "runtime=auto");
    expect(quick.data.preprocessing.imageSize).toEqual([64, 64]);
  });

  test("are told of where training normalises otherwise than validation", async () => {
    const strong = ["model.pretrained=true", "transforms=strong"];
    const { data } = await dataOf("model=efficientnet_v2_l", ...strong);
    expect(normalizationWarning(data)).toMatch(
      /by mean 0\.485 .* for training, by mean 0\.5 0\.5 0\.5, .* for validation/,
    );
    expect(normalizationWarning((await dataOf("model=resnet50", ...strong)).data)).toBeUndefined();
  });

  test("go through the transforms that are listed, whatever the weights expect", async () => {
    const { model, data } = await dataOf("model=swin_v2_t", "model.pretrained=true", "transforms=imagenet");
    expect(data.preprocessing).toMatchObject({
      resize: 256,
      imageSize: [224, 224],
      interpolation: "bilinear",
    });
    expect(picturesLine(model, data)).toBeUndefined();
  });
});
