// A fingerprint of a data set: equal as long as nobody changed its pictures, names or labels.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { SampleLabels } from "../../core/index.ts";
import type { ImageSource } from "../../image/index.ts";
import type { ImageDataset } from "./dataset.ts";

/** SHA-256 over labels, names and where pictures come from; files count with size and time of change. */
export async function fingerprint(dataset: ImageDataset): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(dataset.classes)).update(entriesOf(dataset.labels));
  const files = new Map<string, string>();
  for (let index = 0; index < dataset.labels.length; index++) {
    const source = await dataset.source(index);
    if ("path" in source && !files.has(source.path)) files.set(source.path, await fileState(source.path));
    hash.update(JSON.stringify([dataset.name(index), "path" in source ? files.get(source.path) : null]));
    hash.update(content(source));
  }
  return hash.digest("hex");
}

function entriesOf(labels: SampleLabels): Int32Array | Int8Array {
  return labels instanceof Int32Array ? labels : labels.data;
}

async function fileState(path: string): Promise<string> {
  // A file that is gone is the concern of who reads it.
  const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }));
  return `${path} ${size} ${mtimeMs}`;
}

/** What of a source the state of a file does not tell. */
function content(source: ImageSource): string | Uint8Array {
  switch (source.kind) {
    case "file":
      return "";
    case "slice":
    case "zip":
      return `${source.offset} ${source.length}`;
    case "blob":
      return `${source.blob.size} ${source.modified}`;
    case "bytes":
      return source.bytes;
    case "pixels":
      return source.data;
    case "image":
      return source.image.data;
  }
}
