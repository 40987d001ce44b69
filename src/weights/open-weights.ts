// Opens a file of weights by looking at its first bytes, whatever it is called.
import { ClassifierTrainingError } from "../core/index.ts";
import { type ByteSource, fileSource } from "./byte-source.ts";
import { readPyTorch } from "./pytorch/index.ts";
import { readSafetensors } from "./safetensors.ts";
import { openShardedSafetensors } from "./sharded-safetensors.ts";
import type { WeightsFile } from "./weights-file.ts";

/** What files that are not weights start with, and what to say about them. */
const LOOKALIKES: readonly { start: string; what: string; hint: string }[] = [
  {
    start: "version https://git-lfs",
    what: "it is a Git LFS pointer, not the file itself",
    hint: "run git lfs pull",
  },
  { start: "<", what: "it is a web page", hint: "the download went to a page; fetch the file itself" },
  { start: "\x89HDF", what: "it is an HDF5 file", hint: "convert it to safetensors first" },
  { start: "\x1f\x8b", what: "it is compressed with gzip", hint: "unpack it first" },
];

/**
 * Opens a safetensors file, an index of several of them, or a PyTorch file; only names and shapes are read.
 * @throws ClassifierTrainingError of kind "data": `WEIGHTS_UNREADABLE`, `WEIGHTS_FORMAT` where it is none of
 *   these, and what `openSafetensors`, `openShardedSafetensors` and `openPyTorch` throw.
 */
export function openWeights(path: string): WeightsFile {
  if (path.endsWith(".safetensors.index.json")) return openShardedSafetensors(path);
  const source = fileSource(path);
  try {
    return readWeights(source);
  } catch (error) {
    source.close();
    throw error;
  }
}

function readWeights(source: ByteSource): WeightsFile {
  const start = Buffer.from(source.read(0, Math.min(32, source.size))).toString("latin1");
  if (start.startsWith("PK\x03\x04") || start.startsWith("\x80")) return readPyTorch(source);
  const lookalike = LOOKALIKES.find((known) => start.startsWith(known.start));
  if (lookalike === undefined && (start[8] === "{" || source.name.endsWith(".safetensors"))) {
    return readSafetensors(source);
  }
  throw new ClassifierTrainingError(
    "data",
    "WEIGHTS_FORMAT",
    `this is no file of weights: ${lookalike?.what ?? (source.size === 0 ? "it is empty" : "its format is unknown")}`,
    {
      where: source.name,
      hint: lookalike?.hint ?? "safetensors and PyTorch (.pth, .pt, .ckpt) files are read",
    },
  );
}
