// Lists the files of a zip archive.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { openFile } from "../../platform/index.ts";
import { readZipDirectory, type ZipEntry, ZipError, zipName } from "../../zip/index.ts";
import type { ArchiveMember } from "./archive-member.ts";

const STORED = 0;
const DEFLATED = 8;
/** Absolute, or above the archive. */
const OUTSIDE = /^(\/|[a-zA-Z]:)|(^|\/)\.\.(\/|$)/;

/**
 * The files of a zip archive and where their bytes lie.
 * @throws ClassifierTrainingError kind "data": `DATA_ROOT`, `ARCHIVE`
 */
export async function listZip(path: string): Promise<ArchiveMember[]> {
  return (await entriesOf(path)).flatMap((entry) => {
    const name = zipName(entry);
    return name.endsWith("/") ? [] : [{ path: name, source: sourceOf(entry, name, path) }];
  });
}

async function entriesOf(path: string): Promise<ZipEntry[]> {
  try {
    const file = await openFile(path);
    try {
      return readZipDirectory(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof ZipError) throw archiveError(`not a readable zip archive: ${error.message}`, path);
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ClassifierTrainingError("data", "DATA_ROOT", missing ? "no such file" : "cannot be read", {
      where: path,
      cause: error,
    });
  }
}

function sourceOf(entry: ZipEntry, name: string, path: string): ImageSource {
  if (OUTSIDE.test(name)) throw archiveError(`${name} would lie outside of the archive's folder`, path);
  if (entry.encrypted) throw archiveError(`${name} is encrypted`, path);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    const hint = "pack it with deflate or without compression";
    throw archiveError(`${name} is compressed by method ${entry.method}`, path, hint);
  }
  if (entry.method === STORED && entry.packedSize !== entry.size)
    throw archiveError(`${name} has two different sizes`, path);
  return {
    kind: "zip",
    path,
    offset: entry.offset,
    length: entry.packedSize,
    unpackedLength: entry.size,
    deflated: entry.method === DEFLATED,
  };
}

function archiveError(message: string, where: string, hint?: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "ARCHIVE", message, { where, hint });
}
