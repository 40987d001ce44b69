// timm's names for the state of networks that torchvision has too, as torchvision's.
import { efficientNetNames, mobileNetV3Names } from "./timm-blocks.ts";

/** How timm names the state of a family of networks. timm's ResNets have torchvision's names. */
export interface TimmFamily {
  /** An entry that each file of the family has. */
  readonly anchor: string;
  /** torchvision's name for each of a file's names; what it does not know stays as it is. */
  readonly rename: (names: readonly string[]) => (name: string) => string;
}

type Rules = readonly (readonly [timms: RegExp, torchvisions: string])[];

/** The name after every rule, one after the other. */
function apply(rules: Rules, name: string): string {
  return rules.reduce((text, [timms, torchvisions]) => text.replace(timms, torchvisions), name);
}

/** `stages.1.blocks.0` is `features.3.0`: torchvision counts what lies between the stages too. */
function convnextName(name: string): string {
  return apply(CONVNEXT, name).replace(
    /^stages\.(\d+)\.(downsample|blocks)\./,
    (_all, stage: string, part: string) => {
      const place = 2 * Number(stage) + (part === "blocks" ? 1 : 0);
      return `features.${place}.`;
    },
  );
}

const CONVNEXT: Rules = [
  [/^stem\./, "features.0."],
  [/\.gamma$/, ".layer_scale"],
  [/\.conv_dw\./, ".block.0."],
  [/^(stages\.\d+\.blocks\.\d+)\.norm\./, "$1.block.2."],
  [/\.mlp\.fc1\./, ".block.3."],
  [/\.mlp\.fc2\./, ".block.5."],
  [/^head\.norm\./, "classifier.0."],
  [/^head\.fc\./, "classifier.2."],
];

const VISION_TRANSFORMER: Rules = [
  [/^cls_token$/, "class_token"],
  [/^pos_embed$/, "encoder.pos_embedding"],
  [/^patch_embed\.proj\./, "conv_proj."],
  [/^norm\./, "encoder.ln."],
  [/^head\./, "heads.head."],
  [/^blocks\.(\d+)\./, "encoder.layers.encoder_layer_$1."],
  [/\.norm([12])\./, ".ln_$1."],
  [/\.attn\.qkv\./, ".self_attention.in_proj_"],
  [/\.attn\.proj\./, ".self_attention.out_proj."],
  [/\.mlp\.fc1\./, ".mlp.0."],
  [/\.mlp\.fc2\./, ".mlp.3."],
];

/** `s2.b1.conv1.conv` is `trunk_output.block2.block2-0.f.a.0`. */
function regnetName(name: string): string {
  return apply(REGNET, name).replace(
    /^s(\d+)\.b(\d+)\./,
    (_all, stage: string, block: string) => `trunk_output.block${stage}.block${stage}-${Number(block) - 1}.`,
  );
}

const REGNET: Rules = [
  [/\.conv1\.(conv|bn)\./, ".f.a.$1."],
  [/\.conv2\.(conv|bn)\./, ".f.b.$1."],
  [/\.conv3\.(conv|bn)\./, ".f.c.$1."],
  [/\.se\.fc([12])\./, ".f.se.fc$1."],
  [/\.downsample\.(conv|bn)\./, ".proj.$1."],
  [/^head\.fc\./, "fc."],
  [/\.conv\.(weight)$/, ".0.$1"],
  [/\.bn\.(\w+)$/, ".1.$1"],
];

/** Every family whose names differ; of the last two MobileNetV3s have both anchors. */
export const TIMM_FAMILIES: readonly TimmFamily[] = [
  { anchor: "patch_embed.proj.weight", rename: () => (name) => apply(VISION_TRANSFORMER, name) },
  { anchor: "stages.0.blocks.0.conv_dw.weight", rename: () => convnextName },
  { anchor: "stem.conv.weight", rename: () => regnetName },
  { anchor: "conv_stem.weight", rename: efficientNetNames },
  { anchor: "conv_head.bias", rename: mobileNetV3Names },
];

/** What networks of timm's have that torchvision's of the same family have not. */
const BEYOND_TORCHVISION = /(^|\.)(ls[12]\.gamma|norm_pre\.\w+|reg_token|fc_norm\.\w+|grn\.\w+|q_norm\.\w+)$/;

/** torchvision's name for each of the names of a state of timm's; undefined where torchvision has no such network. */
export function torchvisionNaming(names: readonly string[]): ((name: string) => string) | undefined {
  const family = TIMM_FAMILIES.findLast(({ anchor }) => names.includes(anchor));
  const isBeyond = names.some((name) => BEYOND_TORCHVISION.test(name));
  return family === undefined || isBeyond ? undefined : family.rename(names);
}
