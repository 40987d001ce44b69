// timm's names and shapes for the state of torchvision's networks: the way back of timm-names.ts.
import type { Shape } from "../core/index.ts";

/** An entry of a state, as a file lists it. */
export type Entries = ReadonlyMap<string, { readonly shape: Shape }>;

/** An entry under another name, and in another shape of as many elements. */
export interface NamedEntry {
  readonly name: string;
  readonly shape: Shape;
}

type Naming = (name: string, entries: Entries) => string;
type Rules = readonly (readonly [torchvisions: RegExp, timms: string])[];

const renamed = (rules: Rules, name: string): string =>
  rules.reduce((text, [torchvisions, timms]) => text.replace(torchvisions, timms), name);

const VISION_TRANSFORMER: Rules = [
  [/^class_token$/, "cls_token"],
  [/^encoder\.pos_embedding$/, "pos_embed"],
  [/^conv_proj\./, "patch_embed.proj."],
  [/^encoder\.ln\./, "norm."],
  [/^heads\.head\./, "head."],
  [/^encoder\.layers\.encoder_layer_/, "blocks."],
  [/\.ln_([12])\./, ".norm$1."],
  [/\.self_attention\.in_proj_/, ".attn.qkv."],
  [/\.self_attention\.out_proj\./, ".attn.proj."],
  [/\.mlp\.(?:0|linear_1)\./, ".mlp.fc1."],
  [/\.mlp\.(?:3|linear_2)\./, ".mlp.fc2."],
];

const CONVNEXT: Rules = [
  [/^features\.0\./, "stem."],
  [/\.layer_scale$/, ".gamma"],
  [/\.block\.0\./, ".conv_dw."],
  [/\.block\.2\./, ".norm."],
  [/\.block\.3\./, ".mlp.fc1."],
  [/\.block\.5\./, ".mlp.fc2."],
  [/^classifier\.0\./, "head.norm."],
  [/^classifier\.2\./, "head.fc."],
];

/** `features.3.0` is `stages.1.blocks.0`, and `features.2` what lies before that stage. */
function convnextName(name: string): string {
  return renamed(CONVNEXT, name).replace(/^features\.(\d+)\./, (_all, place: string) => {
    const part = Number(place) % 2 === 1 ? "blocks" : "downsample";
    return `stages.${Math.floor(Number(place) / 2)}.${part}.`;
  });
}

const REGNET: Rules = [
  [/\.f\.a\./, ".conv1."],
  [/\.f\.b\./, ".conv2."],
  [/\.f\.c\./, ".conv3."],
  [/\.f\.se\./, ".se."],
  [/\.proj\./, ".downsample."],
  [/^fc\./, "head.fc."],
  [/(^stem|\.conv\d|\.downsample)\.0\./, "$1.conv."],
  [/(^stem|\.conv\d|\.downsample)\.1\./, "$1.bn."],
];

/** `trunk_output.block2.block2-0` is `s2.b1`. */
function regnetName(name: string): string {
  const blocks = name.replace(
    /^trunk_output\.block\d+\.block(\d+)-(\d+)\./,
    (_all, stage: string, block: string) => `s${stage}.b${Number(block) + 1}.`,
  );
  return renamed(REGNET, blocks);
}

/** `features.2.1.block.0.0.weight`, or of a MobileNetV3 `features.2.block.0.0.weight`. */
const IN_BLOCK = /^(features\.\d+(?:\.\d+)?)\.block\.(\d+)\.(\w+)\.(\w+)$/;

/** timm's names of the parts of a block, in the order of torchvision's numbers. */
function partsOf(block: string, entries: Entries): readonly string[] {
  const shapes: (Shape | undefined)[] = [];
  for (let i = 0; ; i++) {
    const shape = entries.get(`${block}.block.${i}.0.weight`)?.shape;
    if (shape === undefined && !entries.has(`${block}.block.${i}.fc1.weight`)) break;
    shapes.push(shape);
  }
  const [first] = shapes;
  const convolutions = shapes.filter((shape) => shape !== undefined).length;
  const isDepthwise = first?.[1] === 1 && first[0]! > 1;
  const [expanding, narrowing] = isDepthwise
    ? ["conv_dw", "conv_pw"]
    : [first?.[2] === 1 ? "conv_pw" : "conv_exp", "conv_pwl"];
  const names =
    convolutions === 1
      ? ["conv"]
      : convolutions === 2
        ? [expanding, narrowing]
        : [expanding, "conv_dw", narrowing];
  let next = 0;
  return shapes.map((shape) => (shape === undefined ? "se" : names[next++]!));
}

/** What of a block's part an entry is: `conv_pw.weight`, its norm `bn1.weight`, `se.conv_reduce.weight`. */
function entryInBlock(block: string, index: string, part: string, entry: string, entries: Entries): string {
  const parts = partsOf(block, entries);
  const name = parts[Number(index)]!;
  if (name === "se") return `se.${part === "fc1" ? "conv_reduce" : "conv_expand"}.${entry}`;
  if (part === "0") return `${name}.${entry}`;
  return `bn${parts.slice(0, Number(index) + 1).filter((each) => each !== "se").length}.${entry}`;
}

const EFFICIENTNET: Rules = [
  [/^features\.0\.0\./, "conv_stem."],
  [/^features\.0\.1\./, "bn1."],
  [/^features\.\d+\.0\.(weight)$/, "conv_head.$1"],
  [/^features\.\d+\.1\./, "bn2."],
  [/^classifier\.1\./, "classifier."],
];

/** torchvision counts the blocks of each stage, as timm does from one less. */
function efficientNetName(name: string, entries: Entries): string {
  const [, block, index, part, entry] = IN_BLOCK.exec(name) ?? [];
  if (block === undefined) return renamed(EFFICIENTNET, name);
  const [, stage, place] = block.split(".");
  return `blocks.${Number(stage) - 1}.${place}.${entryInBlock(block, index!, part!, entry!, entries)}`;
}

const MOBILENET_V3: Rules = [
  [/^features\.0\.0\./, "conv_stem."],
  [/^features\.0\.1\./, "bn1."],
  [/^classifier\.0\./, "conv_head."],
  [/^classifier\.3\./, "classifier."],
];

/** torchvision counts all blocks; those of a stage of timm's put out as many channels. */
function mobileNetV3Name(name: string, entries: Entries): string {
  const [, at] = /^features\.([1-9]\d*)\./.exec(name) ?? [];
  if (at === undefined) return renamed(MOBILENET_V3, name);
  let [stage, place] = [0, 0];
  for (let i = 2; i <= Number(at); i++) {
    if (channelsOf(`features.${i}`, entries) === channelsOf(`features.${i - 1}`, entries)) place++;
    else [stage, place] = [stage + 1, 0];
  }
  const [, block, index, part, entry] = IN_BLOCK.exec(name) ?? [];
  const within =
    block === undefined
      ? name.replace(/^features\.\d+\.0\./, "conv.").replace(/^features\.\d+\.1\./, "bn1.")
      : entryInBlock(block, index!, part!, entry!, entries);
  return `blocks.${stage}.${place}.${within}`;
}

function channelsOf(block: string, entries: Entries): number {
  const last = partsOf(block, entries).length - 1;
  return entries.get(`${block}${last < 0 ? "" : `.block.${last}`}.0.weight`)!.shape[0]!;
}

/** A family by entries that each of its states has, and no other family's. */
const FAMILIES: readonly (readonly [anchors: readonly string[], naming: Naming])[] = [
  [["layer1.0.conv1.weight"], (name) => name],
  [["conv_proj.weight", "encoder.pos_embedding"], (name) => renamed(VISION_TRANSFORMER, name)],
  [["features.1.0.layer_scale"], convnextName],
  [["trunk_output.block1.block1-0.f.a.0.weight"], regnetName],
  [["features.1.0.block.0.0.weight", "classifier.1.weight"], efficientNetName],
  [["features.1.block.0.0.weight", "classifier.3.weight"], mobileNetV3Name],
];

/** What timm calls each entry, by torchvision's names; undefined where timm's names of such a network are not known. */
export function timmEntries(entries: Entries): ReadonlyMap<string, NamedEntry> | undefined {
  const [, naming] = FAMILIES.find(([anchors]) => anchors.every((anchor) => entries.has(anchor))) ?? [];
  if (naming === undefined) return undefined;
  return new Map(
    Array.from(entries, ([ours, { shape }]) => {
      const name = naming(ours, entries);
      return [ours, { name, shape: timmShape(name, shape) }];
    }),
  );
}

/** A matrix before MobileNetV3's classifier is a 1x1 kernel, a factor for each map one for each channel. */
function timmShape(name: string, shape: Shape): Shape {
  if (name === "conv_head.weight" && shape.length === 2) return [...shape, 1, 1];
  return name.endsWith(".gamma") ? [shape[0]!] : shape;
}

/** The shape that an entry of timm's has in torchvision's network, by torchvision's name. */
export function torchvisionShape(name: string, shape: Shape): Shape {
  if (name === "classifier.0.weight" && shape.length === 4) return shape.slice(0, 2);
  return name.endsWith(".layer_scale") && shape.length === 1 ? [shape[0]!, 1, 1] : shape;
}
