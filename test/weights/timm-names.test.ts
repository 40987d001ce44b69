// timm's state dicts, by its own names and shapes, become those of torchvision's networks.
import { describe, expect, test } from "vitest";
import { fittingOf } from "../../src/app/run/recognize-network.ts";
import { type Shape, zeros } from "../../src/core/index.ts";
import { createNetwork, NETWORK_NAMES, type NetworkName } from "../../src/models/index.ts";
import { timmName } from "../../src/models/parts/timm-names.ts";
import { stateEntries } from "../../src/nn/index.ts";
import {
  convertWeights,
  matchStateDict,
  requireMatch,
  type StateDictMatch,
  type WeightNames,
  type WeightsFile,
} from "../../src/weights/index.ts";
import type { TensorInfo } from "../../src/weights/weights-file.ts";
import { readGolden } from "../golden/read-golden.ts";

interface Layouts {
  readonly networks: Readonly<
    Record<
      string,
      { readonly ours: NetworkName; readonly tensors: readonly (readonly [name: string, shape: number[]])[] }
    >
  >;
}

const { networks } = readGolden<Layouts>("weights/timm-layouts.json");

function match(
  timms: string,
  rename: (name: string) => string = (name) => name,
  numClasses = 1000,
): StateDictMatch {
  const { ours, tensors } = networks[timms]!;
  const file = new Map(
    tensors.map(([name, shape]): [string, TensorInfo] => [rename(name), { dtype: "float32", shape }]),
  );
  const network = createNetwork(ours, { numClasses });
  return matchStateDict(stateEntries(network), file, fittingOf(network));
}

describe.each(Object.keys(networks))("%s", (timms) => {
  test.each(["", "module.", "backbone.model."])("every tensor is found behind %j", (prefix) => {
    const { sources, ...others } = match(timms, (name) => prefix + name);
    expect(others).toMatchObject({
      missing: [],
      misshapen: [],
      unexpected: [],
      foreign: [],
      replaced: [],
      prefix,
    });
    expect(sources.size).toBe(networks[timms]!.tensors.length);
  });

  test("the order of the file does not matter", () => {
    const { ours, tensors } = networks[timms]!;
    const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
    const file = new Map(
      sorted.map(([name, shape]): [string, TensorInfo] => [name, { dtype: "float32", shape }]),
    );
    const network = createNetwork(ours, { numClasses: 1000 });
    expect([...matchStateDict(stateEntries(network), file, fittingOf(network)).sources]).toEqual([
      ...match(timms).sources,
    ]);
  });

  test("other classes replace the last layer alone", () => {
    const { replaced, missing, misshapen } = match(timms, (name) => name, 7);
    expect(replaced).toHaveLength(2);
    expect([...missing, ...misshapen]).toEqual([]);
  });
});

/** Names and shapes of a network's entries as `weights convert` writes them. */
function converted(entries: Iterable<readonly [string, Shape]>, names: WeightNames): Map<string, Shape> {
  const tensors = Array.from(entries, ([name, shape]) => [name, { dtype: "float32", shape }] as const);
  const file: WeightsFile = {
    ...{ name: "weights", format: "safetensors", metadata: new Map(), tensors: new Map(tensors) },
    read: () => expect.fail("only names are asked for"),
    close: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
  const [header] = convertWeights(file, { names }).chunks;
  const described = JSON.parse(Buffer.from(header!.subarray(8)).toString()) as Record<
    string,
    { shape: Shape }
  >;
  return new Map(Object.entries(described).flatMap(([name, { shape }]) => (shape ? [[name, shape]] : [])));
}

const layoutOf = (name: NetworkName): Map<string, Shape> =>
  new Map(
    Array.from(stateEntries(createNetwork(name, { numClasses: 1000 })), ({ name, shape }) => [name, shape]),
  );

describe("weights convert", () => {
  test.each(Object.entries(networks))(
    "writes %s as timm and as torchvision have it",
    (_timms, { ours, tensors }) => {
      expect(converted(layoutOf(ours), "timm")).toEqual(new Map(tensors));
      expect(converted(tensors, "torchvision")).toEqual(layoutOf(ours));
    },
  );

  const known = NETWORK_NAMES.filter((name) =>
    /^(resne|wide_|convnext|vit_|efficientnet|mobilenet_v3|regnet)/.test(name),
  );
  test.each(known)("brings %s back from timm's names", (name) => {
    const layout = layoutOf(name);
    const timms = converted(layout, "timm");
    expect(timms.size).toBe(layout.size);
    expect(converted(timms, "torchvision")).toEqual(layout);
  });

  test("says whose names timm's are not known of", () => {
    expect(() => converted(layoutOf("squeezenet1_1"), "timm")).toThrow(
      expect.objectContaining({ code: "WEIGHTS_NAMES" }),
    );
  });
});

/** Of what is easily taken for something else of the same shape. */
test.each([
  ["convnext_tiny", "features.3.1.layer_scale", "stages.1.blocks.1.gamma"],
  ["convnext_tiny", "features.2.0.weight", "stages.1.downsample.0.weight"],
  ["convnext_tiny", "features.1.0.block.2.weight", "stages.0.blocks.0.norm.weight"],
  ["vit_base_patch32_224", "encoder.layers.encoder_layer_3.ln_1.weight", "blocks.3.norm1.weight"],
  ["vit_base_patch32_224", "encoder.layers.encoder_layer_3.ln_2.weight", "blocks.3.norm2.weight"],
  ["vit_base_patch32_224", "encoder.ln.weight", "norm.weight"],
  ["efficientnet_b0", "features.1.0.block.2.1.running_var", "blocks.0.0.bn2.running_var"],
  ["efficientnet_b0", "features.2.1.block.1.1.bias", "blocks.1.1.bn2.bias"],
  ["efficientnet_b0", "features.2.1.block.0.1.bias", "blocks.1.1.bn1.bias"],
  ["tf_efficientnetv2_s", "features.2.0.block.0.1.weight", "blocks.1.0.bn1.weight"],
  ["mobilenetv3_large_100", "features.4.block.2.fc1.weight", "blocks.2.0.se.conv_reduce.weight"],
  ["mobilenetv3_large_100", "features.7.block.2.1.weight", "blocks.3.0.bn3.weight"],
  ["mobilenetv3_large_100", "features.16.0.weight", "blocks.6.0.conv.weight"],
  ["mobilenetv3_large_100", "classifier.0.weight", "conv_head.weight"],
  ["regnety_004", "trunk_output.block2.block2-2.f.b.1.weight", "s2.b3.conv2.bn.weight"],
  ["regnety_004", "trunk_output.block1.block1-0.proj.1.bias", "s1.b1.downsample.bn.bias"],
])("%s: %s is %s", (timms, ours, theirs) => {
  expect(match(timms).sources.get(ours)).toBe(theirs);
});

test("a 1x1 kernel becomes the matrix that it is, a factor for each channel one for each map", () => {
  const { changes } = match("mobilenetv3_large_100");
  expect([...changes.keys()]).toEqual(["classifier.0.weight"]);
  const kernel = zeros("float32", [1280, 960, 1, 1]);
  expect(changes.get("classifier.0.weight")!(kernel)).toEqual({ ...kernel, shape: [1280, 960] });
  expect(match("convnext_tiny").changes.size).toBe(18);
});

test("a network with parts that the model has not is refused", () => {
  const { tensors } = networks.vit_base_patch32_224!;
  const scaled = [...tensors, ["blocks.0.ls1.gamma", [768]], ["optimizer.step", []]] as const;
  const file = new Map(
    scaled.map(([name, shape]): [string, TensorInfo] => [name, { dtype: "float32", shape }]),
  );
  const network = createNetwork("vit_b_32", { numClasses: 1000 });
  const matched = matchStateDict(stateEntries(network), file, fittingOf(network));
  expect(matched).toMatchObject({ missing: [], foreign: ["blocks.0.ls1.gamma"] });
  expect(() => requireMatch(matched, "deit3.pth")).toThrow(
    "all 152 tensors of the model are there, but the file's network has more: unexpected: blocks.0.ls1.gamma",
  );
});

test("networks with timm's names name a vision transformer as its files do", () => {
  for (const [ours, theirs] of match("vit_base_patch32_224").sources) expect(timmName(ours)).toBe(theirs);
});

describe("a table of positions of another size", () => {
  const network = createNetwork("vit_b_32", { numClasses: 1000, imageSize: 64 });
  const { tensors } = networks.vit_base_patch32_224!;
  const positions = (rows: number): StateDictMatch => {
    const file = new Map(
      tensors.map(([name, shape]): [string, TensorInfo] => [
        name,
        { dtype: "float32", shape: name === "pos_embed" ? [1, rows, 768] : shape },
      ]),
    );
    return matchStateDict(stateEntries(network), file, fittingOf(network));
  };

  test("is resampled", () => {
    const { changes, misshapen } = positions(50);
    expect(misshapen).toEqual([]);
    expect(changes.get("encoder.pos_embedding")!(zeros("float32", [1, 50, 768])).shape).toEqual([1, 5, 768]);
  });

  test("is refused where it is no square", () => {
    expect(positions(49).misshapen).toEqual([
      { name: "encoder.pos_embedding", expected: [1, 5, 768], found: [1, 49, 768] },
    ]);
  });
});

/** OpenCLIP's names of an image tower beside a text tower, of so many blocks each. */
function openClip(blocks: number, channels: number, patch: number, positions: number): [string, Shape][] {
  const block = (at: string, width: number): [string, Shape][] => [
    [`${at}.ln_1.weight`, [width]],
    [`${at}.ln_1.bias`, [width]],
    [`${at}.attn.in_proj_weight`, [3 * width, width]],
    [`${at}.attn.in_proj_bias`, [3 * width]],
    [`${at}.attn.out_proj.weight`, [width, width]],
    [`${at}.attn.out_proj.bias`, [width]],
    [`${at}.ln_2.weight`, [width]],
    [`${at}.ln_2.bias`, [width]],
    [`${at}.mlp.c_fc.weight`, [4 * width, width]],
    [`${at}.mlp.c_fc.bias`, [4 * width]],
    [`${at}.mlp.c_proj.weight`, [width, 4 * width]],
    [`${at}.mlp.c_proj.bias`, [width]],
  ];
  const tower = (at: string, width: number): [string, Shape][] =>
    Array.from({ length: blocks }, (_, i) => block(`${at}transformer.resblocks.${i}`, width)).flat();
  return [
    ["positional_embedding", [77, 512]],
    ["text_projection", [512, 512]],
    ["logit_scale", []],
    ["visual.class_embedding", [channels]],
    ["visual.positional_embedding", [positions, channels]],
    ["visual.proj", [channels, 512]],
    ["visual.conv1.weight", [channels, 3, patch, patch]],
    ...["visual.ln_pre", "visual.ln_post", "ln_final"].flatMap((norm): [string, Shape][] =>
      ["weight", "bias"].map((entry) => [`${norm}.${entry}`, [norm === "ln_final" ? 512 : channels]]),
    ),
    ...tower("visual.", channels),
    ...tower("", 512),
    ["token_embedding.weight", [49408, 512]],
  ];
}

describe("OpenCLIP's names", () => {
  const match = (rename: (name: string) => string, imageSize = 224): StateDictMatch => {
    const network = createNetwork("vit_base_patch32_clip_224", { numClasses: 10, imageSize });
    const file = openClip(12, 768, 32, 50).map(([name, shape]): [string, TensorInfo] => [
      rename(name),
      { dtype: "float32", shape },
    ]);
    return matchStateDict(stateEntries(network), new Map(file), fittingOf(network));
  };

  test.each(["", "module."])("of an image tower are found beside the text tower's, behind %j", (prefix) => {
    const { missing, misshapen, replaced, sources } = match((name) => prefix + name);
    expect([...missing, ...misshapen]).toEqual([]);
    expect(replaced).toEqual(["head.weight", "head.bias"]);
    expect(sources.get("blocks.3.mlp.fc2.weight")).toBe(
      `${prefix}visual.transformer.resblocks.3.mlp.c_proj.weight`,
    );
    expect(sources.get("norm.bias")).toBe(`${prefix}visual.ln_post.bias`);
    expect(sources.get("pos_embed")).toBe(`${prefix}visual.positional_embedding`);
  });

  test("fit pictures of another size", () => {
    const { changes, misshapen } = match((name) => name, 96);
    expect(misshapen).toEqual([]);
    expect(changes.get("pos_embed")!(zeros("float32", [50, 768])).shape).toEqual([1, 10, 768]);
    expect(changes.get("cls_token")!(zeros("float32", [768])).shape).toEqual([1, 1, 768]);
  });
});
