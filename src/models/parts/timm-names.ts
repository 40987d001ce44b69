// timm's names for the state of a vision transformer.

/** What stands at a place of torchvision's names (and ours for what torchvision has not), and what in timm's. */
const NAMES: readonly (readonly [ours: RegExp, timms: string])[] = [
  [/^class_token$/, "cls_token"],
  [/^register_tokens$/, "reg_token"],
  [/^conv_proj\b/, "patch_embed.proj"],
  [/^encoder\.pos_embedding$/, "pos_embed"],
  [/^encoder\.ln_pre\b/, "norm_pre"],
  [/^encoder\.ln\b/, "norm"],
  [/^encoder\.layers\.encoder_layer_/, "blocks."],
  [/\.ln_([12])\b/, ".norm$1"],
  [/\.self_attention\.in_proj_/, ".attn.qkv."],
  [/\.self_attention\.out_proj\b/, ".attn.proj"],
  [/\.layer_scale_([12])\b/, ".ls$1"],
  [/\.mlp\.0\b/, ".mlp.fc1"],
  [/\.mlp\.3\b/, ".mlp.fc2"],
  [/^heads(\.head)?\b/, "head"],
];

/** The name that timm has for a part of a vision transformer, or for an entry of its state. */
export function timmName(name: string): string {
  return NAMES.reduce((text, [ours, timms]) => text.replace(ours, timms), name);
}
