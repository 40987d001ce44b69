// Converts any file of weights to safetensors, a tensor at a time.
import { ClassifierTrainingError, isFloat } from "../core/index.ts";
import { castTensor } from "./cast.ts";
import { type Entries, type NamedEntry, timmEntries, torchvisionShape } from "./names-for-timm.ts";
import { plainNaming } from "./naming.ts";
import { type EncodedFile, layoutSafetensors } from "./safetensors.ts";
import { torchvisionNaming } from "./timm-names.ts";
import type { WeightsFile } from "./weights-file.ts";

/** What changes besides the file format. */
export interface ConvertOptions {
  /** Element type of all floating-point tensors; default: as they are. */
  readonly dtype?: "float32" | "float16" | "bfloat16" | undefined;
  /** Whose names the tensors get; default torchvision's. */
  readonly names?: WeightNames | undefined;
}

/** Whose names a network's state has. What torchvision has not, such as DINOv2, has timm's either way. */
export type WeightNames = "torchvision" | "timm";

/** Wrappers that put their name before every other: Lightning and others, DataParallel, torch.compile. */
const WRAPPERS = ["model.", "module.", "_orig_mod."];

/**
 * The tensors of `file` as a safetensors file with torchvision's names or timm's: the prefixes of wrappers are left out,
 * transformers' names and timm's translated. A tensor is read when its chunk is asked for.
 * @throws ClassifierTrainingError kind "usage" `WEIGHTS_NAMES` where timm's names of such a network are not known
 */
export function convertWeights(
  file: WeightsFile,
  { dtype, names = "torchvision" }: ConvertOptions = {},
): EncodedFile {
  const own = torchvisionEntries(file);
  const named = names === "timm" ? inTimmsNames(own, file) : own;
  const specs = named.map(({ name, source, shape }) => {
    const { dtype: found } = file.tensors.get(source)!;
    return { name, source, dtype: dtype !== undefined && isFloat(found) ? dtype : found, shape };
  });
  const metadata = new Map(file.metadata).set("format", "pt");
  const { header, order, byteLength } = layoutSafetensors(specs, metadata);
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  function* chunks(): Generator<Uint8Array> {
    yield header;
    for (const name of order) {
      const spec = byName.get(name)!;
      const { data } = castTensor(file.read(spec.source), spec.dtype);
      yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
  }
  return { byteLength, chunks: { [Symbol.iterator]: chunks } };
}

/** An entry of the new file and what it is called in the old one. */
interface Renamed extends NamedEntry {
  readonly source: string;
}

/** The entries by torchvision's names; those of networks that torchvision has not keep theirs. */
function torchvisionEntries({ tensors }: WeightsFile): readonly Renamed[] {
  const names = [...tensors.keys()];
  const { length } = wrapping(names);
  const bare = names.map((name) => name.slice(length));
  const timms = torchvisionNaming(bare);
  const nameOf = timms ?? plainNaming(bare);
  return names.map((source, i) => {
    const name = nameOf(bare[i]!);
    const { shape } = tensors.get(source)!;
    return { name, source, shape: timms === undefined ? shape : torchvisionShape(name, shape) };
  });
}

/** What wrappers put before every name. */
function wrapping(names: readonly string[]): string {
  let prefix = "";
  for (;;) {
    const wrapper = WRAPPERS.find((candidate) => names.every((name) => name.startsWith(prefix + candidate)));
    if (wrapper === undefined || names.length === 0) return prefix;
    prefix += wrapper;
  }
}

function inTimmsNames(own: readonly Renamed[], { name: where }: WeightsFile): readonly Renamed[] {
  const entries: Entries = new Map(own.map(({ name, shape }) => [name, { shape }]));
  const timms = timmEntries(entries);
  if (timms !== undefined) return own.map(({ name, source }) => ({ ...timms.get(name)!, source }));
  if (entries.has("patch_embed.proj.weight")) return own;
  throw new ClassifierTrainingError("usage", "WEIGHTS_NAMES", "timm's names of this network are not known", {
    where,
    hint: "they are of ResNets, ConvNeXts, vision transformers, EfficientNets, MobileNetV3s and RegNets",
  });
}
