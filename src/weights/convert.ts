// Converts any file of weights to safetensors, a tensor at a time.
import { isFloat } from "../core/index.ts";
import { castTensor } from "./cast.ts";
import { TORCHVISION_NAME } from "./naming.ts";
import { type EncodedFile, layoutSafetensors } from "./safetensors.ts";
import type { WeightsFile } from "./weights-file.ts";

/** What changes besides the file format. */
export interface ConvertOptions {
  /** Element type of all floating-point tensors; default: as they are. */
  readonly dtype?: "float32" | "float16" | "bfloat16" | undefined;
}

/** Wrappers that put their name before every other: Lightning and others, DataParallel, torch.compile. */
const WRAPPERS = ["model.", "module.", "_orig_mod."];

/**
 * The tensors of `file` as a safetensors file with torchvision's names: the prefixes of wrappers are left out
 * and transformers' names translated. A tensor is read when its chunk is asked for.
 */
export function convertWeights(file: WeightsFile, { dtype }: ConvertOptions = {}): EncodedFile {
  const specs = torchvisionNames([...file.tensors.keys()]).map(([name, source]) => {
    const { dtype: found, shape } = file.tensors.get(source)!;
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

/** Pairs of torchvision's name and the file's. */
function torchvisionNames(names: readonly string[]): [name: string, source: string][] {
  let prefix = "";
  for (;;) {
    const wrapper = WRAPPERS.find((candidate) => names.every((name) => name.startsWith(prefix + candidate)));
    if (wrapper === undefined || names.length === 0) break;
    prefix += wrapper;
  }
  return names.map((name) => [TORCHVISION_NAME.transformers(name.slice(prefix.length)), name]);
}
