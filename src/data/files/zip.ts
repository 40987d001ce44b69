// Lists the files of a zip archive.
import type { Entry, ZipFile } from "yauzl";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { ArchiveMember } from "./archive-member.ts";

const STORED = 0;
const DEFLATED = 8;

/**
 * The files of a zip archive and where their bytes lie.
 * @throws ClassifierTrainingError kind "data": `DATA_ROOT`, `ARCHIVE`
 */
export async function listZip(path: string): Promise<ArchiveMember[]> {
  const { open } = await import("yauzl");
  try {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      open(path, { lazyEntries: true, autoClose: true }, (error, file) =>
        error ? reject(error) : resolve(file),
      );
    });
    return await listOpenZip(zip, path);
  } catch (error) {
    if (error instanceof ClassifierTrainingError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined) {
      throw new ClassifierTrainingError(
        "data",
        "DATA_ROOT",
        code === "ENOENT" ? "no such file" : "cannot be read",
        {
          where: path,
          cause: error,
        },
      );
    }
    throw new ClassifierTrainingError("data", "ARCHIVE", `not a readable zip archive: ${message}`, {
      where: path,
    });
  }
}

function listOpenZip(zip: ZipFile, path: string): Promise<ArchiveMember[]> {
  const members: ArchiveMember[] = [];
  return new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", () => resolve(members));
    zip.on("entry", (entry: Entry) => {
      try {
        if (!entry.fileName.endsWith("/"))
          members.push({ path: entry.fileName, source: sourceOf(entry, path) });
        zip.readEntry();
      } catch (error) {
        zip.close();
        reject(error);
      }
    });
    zip.readEntry();
  });
}

function sourceOf(entry: Entry, path: string): ImageSource {
  if ((entry.generalPurposeBitFlag & 1) !== 0) {
    throw new ClassifierTrainingError("data", "ARCHIVE", `${entry.fileName} is encrypted`, { where: path });
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    const message = `${entry.fileName} is compressed by method ${entry.compressionMethod}`;
    throw new ClassifierTrainingError("data", "ARCHIVE", message, {
      where: path,
      hint: "pack it with deflate or without compression",
    });
  }
  return {
    kind: "zip",
    path,
    offset: entry.relativeOffsetOfLocalHeader,
    length: entry.compressedSize,
    unpackedLength: entry.uncompressedSize,
    deflated: entry.compressionMethod === DEFLATED,
  };
}
