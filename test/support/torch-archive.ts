// Writes state dicts as torch.save does in its zip format, for tests and benchmarks of the reader.
import { storedZip, type ZipContent } from "./stored-zip.ts";

/** An archive of one-dimensional float32 tensors. */
export function torchArchive(tensors: ReadonlyMap<string, Float32Array>): Buffer {
  const items: Buffer[] = [];
  const storages: ZipContent[] = [];
  for (const [name, { buffer, byteOffset, byteLength, length }] of tensors) {
    const key = String(storages.length);
    storages.push({ name: `archive/data/${key}`, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    items.push(
      text(name),
      ascii("ctorch._utils\n_rebuild_tensor_v2\n(("),
      text("storage"),
      ascii("ctorch\nFloatStorage\n"),
      text(key),
      text("cpu"),
      integer(length),
      ascii("tQK\x00"),
      integer(length),
      ascii("\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"),
    );
  }
  const pickle = Buffer.concat([ascii("\x80\x02}("), ...items, ascii("u.")]);
  return storedZip([{ name: "archive/data.pkl", bytes: pickle }, ...storages]);
}

function ascii(instructions: string): Buffer {
  return Buffer.from(instructions, "latin1");
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([ascii("X"), uint32(bytes.length), bytes]);
}

function integer(value: number): Buffer {
  return Buffer.concat([ascii("J"), uint32(value)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
