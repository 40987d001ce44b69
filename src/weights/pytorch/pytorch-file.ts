// Opens what torch.save wrote, in either of its formats, as a file of named tensors: data only, never code.
import { bytesPerElement, sizeOf } from "../../core/index.ts";
import { type ByteSource, bufferSource, fileSource } from "../byte-source.ts";
import { unknownTensor, type WeightsFile } from "../weights-file.ts";
import type { TorchArchive } from "./archive.ts";
import { beyondLimit, invalid, located } from "./errors.ts";
import { openLegacyArchive } from "./legacy-archive.ts";
import type { TorchTensor } from "./pickle-values.ts";
import { findStateDict } from "./state-dict.ts";
import { TensorReader } from "./tensor-reader.ts";
import { openZipArchive } from "./zip-archive.ts";

const ZIP_START = 0x04034b50;
const PICKLE_START = 0x80;
/** Tensors of this many bytes in all are allowed however small the file is. */
const ALWAYS_ALLOWED = 1024 * 1024;

/**
 * Opens a `.pth`, `.pt` or `.ckpt` file. Names and shapes are read at once, a tensor's bytes when asked for.
 *
 * Reading never runs code: see `unpickle`. What the file needs in memory is bounded by its own size.
 * @throws ClassifierTrainingError `PYTORCH_INVALID` where the file is damaged, `PYTORCH_REFUSED` where it holds
 *   anything but weights, `PYTORCH_LIMIT` where it asks for too much, `WEIGHTS_UNREADABLE`, `WEIGHTS_TRUNCATED`.
 */
export function openPyTorch(path: string): WeightsFile {
  const source = fileSource(path);
  try {
    return readPyTorch(source);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The same for a file that is already in memory; `name` stands for it in messages. */
export function parsePyTorch(bytes: Uint8Array, name = "pytorch"): WeightsFile {
  return readPyTorch(bufferSource(bytes, name));
}

/** The same for any source of bytes, which the result takes over: closing the file closes the source. */
export function readPyTorch(source: ByteSource): WeightsFile {
  return located(source.name, () => {
    const archive = openArchive(source);
    const stateDict = findStateDict(archive.value);
    checkTotal(stateDict.values(), source.size);
    const reader = new TensorReader(archive);
    return {
      name: source.name,
      format: archive.format,
      metadata: new Map<string, string>(),
      tensors: new Map(
        [...stateDict].map(([name, { storage, shape }]) => [name, { dtype: storage.dtype, shape }]),
      ),
      read(name) {
        const tensor = stateDict.get(name);
        if (tensor === undefined) throw unknownTensor(this, name);
        return located(source.name, () => reader.read(tensor));
      },
      close: () => source.close(),
      [Symbol.dispose]: () => source.close(),
    };
  });
}

/** Views that repeat or share elements: together they may not be much more than the file itself. */
function checkTotal(tensors: Iterable<TorchTensor>, fileSize: number): void {
  let total = 0;
  for (const { shape, storage } of tensors) total += sizeOf(shape) * bytesPerElement(storage.dtype);
  if (total > Math.max(4 * fileSize, ALWAYS_ALLOWED)) {
    throw beyondLimit(`the tensors of a file of ${fileSize} bytes would take ${total} bytes`);
  }
}

/** The whole of what was saved, not just its tensors. */
export function openArchive(source: ByteSource): TorchArchive {
  const start = source.read(0, Math.min(4, source.size));
  if (start.length === 4 && new DataView(start.buffer).getUint32(0, true) === ZIP_START) {
    return openZipArchive(source);
  }
  if (start[0] === PICKLE_START) return openLegacyArchive(source);
  throw invalid("the file is not one that torch.save writes");
}
