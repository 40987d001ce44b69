// Names that other libraries, and torchvision itself in earlier versions, gave a network's state.

import { TIMM_FAMILIES } from "./timm-names.ts";

/** Whose names a file has. timm's ResNets have torchvision's. */
export type NamingConvention = "torchvision" | "transformers" | "open_clip" | "timm";

/**
 * A convention's way to torchvision's names, or timm's for what torchvision has not, that needs one name alone; what it
 * does not know stays as it is.
 */
const TORCHVISION_NAME: {
  readonly [C in Exclude<NamingConvention, "timm">]: (name: string) => string;
} = {
  torchvision: fromEarlier,
  transformers: (name) => fromEarlier(fromTransformers(name)),
  open_clip: fromOpenClip,
};

/** torchvision's names before 0.6 (DenseNet) and 0.14 (ViT), which its own published files have. */
function fromEarlier(name: string): string {
  return name
    .replace(/(denselayer\d{1,4}\.(?:norm|conv))\.([12]\.)/, "$1$2")
    .replace(/\bmlp\.linear_([12])\./, (_all, layer: string) => `mlp.${layer === "1" ? 0 : 3}.`);
}

/** torchvision's names for those of a file with its names or transformers'. */
export function plainNaming(names: readonly string[]): (name: string) => string {
  return TORCHVISION_NAME[names.some((name) => STEM.test(name)) ? "transformers" : "torchvision"];
}

const STEM = /^(.{0,200}?)(?:resnet\.)?embedder\.embedder\.(convolution|normalization)\.(\w+)$/;
const BLOCK =
  /^(.{0,200}?)(?:resnet\.)?encoder\.stages\.(\d+)\.layers\.(\d+)\.(?:layer\.(\d+)|shortcut)\.(convolution|normalization)\.(\w+)$/;
const HEAD = /^(.{0,200}?)classifier\.1\.(weight|bias)$/;

/** transformers' ResNetModel, ResNetBackbone and ResNetForImageClassification. */
function fromTransformers(name: string): string {
  const stem = STEM.exec(name);
  if (stem !== null) return `${stem[1]}${stem[2] === "convolution" ? "conv1" : "bn1"}.${stem[3]}`;
  const head = HEAD.exec(name);
  if (head !== null) return `${head[1]}fc.${head[2]}`;
  const block = BLOCK.exec(name);
  if (block === null) return name;
  const [, prefix, stage, layer, index, kind, entry] = block;
  const convolution = kind === "convolution";
  const part =
    index === undefined
      ? `downsample.${convolution ? 0 : 1}`
      : `${convolution ? "conv" : "bn"}${Number(index) + 1}`;
  return `${prefix}layer${Number(stage) + 1}.${layer}.${part}.${entry}`;
}

/** CLIP's own names of its towers and OpenCLIP's, the image tower's behind `visual.`, and timm's. */
const OPEN_CLIP: readonly (readonly [theirs: RegExp, timms: string])[] = [
  [/\bclass_embedding$/, "cls_token"],
  [/\bpositional_embedding$/, "pos_embed"],
  [/\bvisual\.conv1\./, "visual.patch_embed.proj."],
  [/^conv1\./, "patch_embed.proj."],
  [/\bln_pre\./, "norm_pre."],
  [/\bln_post\./, "norm."],
  [/\btransformer\.resblocks\./, "blocks."],
  [/\.ln_([12])\./, ".norm$1."],
  [/\.attn\.in_proj_/, ".attn.qkv."],
  [/\.attn\.out_proj\./, ".attn.proj."],
  [/\.mlp\.c_fc\./, ".mlp.fc1."],
  [/\.mlp\.c_proj\./, ".mlp.fc2."],
];

function fromOpenClip(name: string): string {
  return OPEN_CLIP.reduce((text, [theirs, timms]) => text.replace(theirs, timms), name);
}

/** Where a set of names stands in relation to the names that are wanted. */
export interface Renaming {
  readonly convention: NamingConvention;
  /** What stands before every name, such as Lightning's `model.` or DataParallel's `module.`. */
  readonly prefix: string;
  /** Wanted name -> the file's name. */
  readonly sources: ReadonlyMap<string, string>;
  /** The file's names of parts that the convention knows in such a network and that are not wanted. */
  readonly foreign: readonly string[];
}

/** The convention and the prefix under which most wanted names are found; the plainer one where they tie. */
export function findRenaming(wanted: ReadonlySet<string>, names: Iterable<string>): Renaming {
  const candidates = renamings([...names]).map(({ convention, renamed }) => {
    const prefix = bestPrefix(wanted, renamed.keys());
    const sources = new Map<string, string>();
    for (const name of wanted) {
      const source = renamed.get(prefix + name);
      if (source !== undefined) sources.set(name, source);
    }
    const isForeign = ([ours, theirs]: [string, string]): boolean =>
      convention === "timm" && ours !== theirs && !wanted.has(ours.slice(prefix.length));
    const foreign = [...renamed].filter(isForeign).map(([, theirs]) => theirs);
    return { convention, prefix, sources, foreign };
  });
  return candidates.reduce((best, next) => (next.sources.size > best.sources.size ? next : best));
}

/** A file's names by what they would be in torchvision's convention. */
interface Candidate {
  readonly convention: NamingConvention;
  readonly renamed: ReadonlyMap<string, string>;
}

/** What the names may be, the plainest first. */
function renamings(names: readonly string[]): Candidate[] {
  const isOpenClip = names.some((name) => name.includes("transformer.resblocks."));
  const conventions = Object.entries(TORCHVISION_NAME).filter(([name]) => name !== "open_clip" || isOpenClip);
  const plain = conventions.map(([convention, rename]): Candidate => {
    const renamed = new Map(names.map((name) => [rename(name), name]));
    return { convention: convention as NamingConvention, renamed };
  });
  const timm = TIMM_FAMILIES.flatMap(({ anchor, rename }): Candidate[] => {
    const found = names.find((name) => name === anchor || name.endsWith(`.${anchor}`));
    if (found === undefined) return [];
    const prefix = found.slice(0, -anchor.length);
    const own = names.filter((name) => name.startsWith(prefix));
    const nameOf = rename(own.map((name) => name.slice(prefix.length)));
    const renamed = new Map(own.map((name) => [prefix + nameOf(name.slice(prefix.length)), name]));
    return [{ convention: "timm", renamed }];
  });
  return [...plain, ...timm];
}

function bestPrefix(wanted: ReadonlySet<string>, names: Iterable<string>): string {
  const longest = Math.max(0, ...[...wanted].map(({ length }) => length));
  const counts = new Map<string, number>([["", 0]]);
  for (const name of names) {
    let dot = name.length;
    do {
      dot = name.lastIndexOf(".", dot - 1);
      const suffix = name.slice(dot + 1);
      if (suffix.length > longest) break;
      const prefix = name.slice(0, dot + 1);
      if (wanted.has(suffix)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    } while (dot > 0);
  }
  const [best] = [...counts].sort(([a, m], [b, n]) => n - m || a.length - b.length);
  return best![0];
}
