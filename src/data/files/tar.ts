// Lists the files of a tar archive (ustar, GNU and pax names, hard links) without reading their contents.
import { type FileHandle, open } from "node:fs/promises";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { ArchiveMember } from "./archive.ts";

const BLOCK = 512;
const HARD_LINK = "1";
/** Longest name record taken: anything longer is no name. */
const MAX_NAME_RECORD = 1 << 16;

/**
 * The regular files of a tar archive and where their bytes lie. A hard link is one more name of an earlier file.
 * @throws ClassifierTrainingError kind "data", `ARCHIVE`
 */
export async function listTar(path: string): Promise<ArchiveMember[]> {
  const file = await openForReading(path);
  try {
    return await listOpenTar(file, path);
  } finally {
    await file.close();
  }
}

async function listOpenTar(file: FileHandle, path: string): Promise<ArchiveMember[]> {
  const { size: end } = await file.stat();
  const members: ArchiveMember[] = [];
  const read = async (position: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    if (bytesRead < length) throw broken(path, "the archive is truncated");
    return buffer;
  };
  /** By the path of each entry; undefined for what is no file. */
  const sources = new Map<string, ImageSource | undefined>();
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0; at + BLOCK <= end; ) {
    const header = await read(at, BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (!checksumHolds(header)) throw broken(path, "not a tar archive");
    const size = octal(header, 124, 12);
    const type = String.fromCharCode(header[156]!);
    const start = at + BLOCK;
    if (!Number.isSafeInteger(size) || start + size > end) throw broken(path, "the archive is truncated");
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "L" || type === "K" || type === "x") {
      if (size > MAX_NAME_RECORD) throw broken(path, "a name is too long");
      const record = await read(start, size);
      if (type === "L") longName = text(record, 0, size);
      else if (type === "K") longTarget = text(record, 0, size);
      else {
        longName = paxValue(record, "path") ?? longName;
        longTarget = paxValue(record, "linkpath") ?? longTarget;
      }
      continue;
    }
    const name = longName ?? headerName(header);
    let source: ImageSource | undefined;
    if (type === "0" || type === "\0" || type === "7" || (type === HARD_LINK && size > 0)) {
      source = { kind: "slice", path, offset: start, length: size };
    } else if (type === HARD_LINK) {
      const target = longTarget ?? text(header, 157, 100);
      if (!sources.has(plainPath(target)))
        throw broken(path, `${name} is a link to ${target}, which is not there`);
      source = sources.get(plainPath(target));
    }
    sources.set(plainPath(name), source);
    if (source !== undefined) members.push({ path: name, source });
    longName = undefined;
    longTarget = undefined;
  }
  return members;
}

/** A path without what does not change it, such as a leading "./". */
function plainPath(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function headerName(header: Buffer): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === "ustar" && header[262] === 0 ? text(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString("utf8");
}

/** A number field: octal text, or big-endian binary where the first bit is set. */
function octal(header: Buffer, start: number, length: number): number {
  if ((header[start]! & 0x80) === 0) return Number.parseInt(text(header, start, length).trim() || "0", 8);
  let value = header[start]! & 0x7f;
  for (let i = start + 1; i < start + length; i++) value = value * 256 + header[i]!;
  return value;
}

/** A value of a pax record, lines of "length key=value". */
function paxValue(record: Buffer, key: string): string | undefined {
  for (let at = 0; at < record.length; ) {
    const space = record.indexOf(0x20, at);
    const length = Number(record.subarray(at, space).toString("latin1"));
    if (space < 0 || !(length > 0)) return undefined;
    const line = record.subarray(space + 1, at + length - 1).toString("utf8");
    if (line.startsWith(`${key}=`)) return line.slice(key.length + 1);
    at += length;
  }
  return undefined;
}

function checksumHolds(header: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  return sum === octal(header, 148, 8);
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ClassifierTrainingError("data", "DATA_ROOT", missing ? "no such file" : "cannot be read", {
      where: path,
      cause: error,
    });
  }
}

function broken(path: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "ARCHIVE", message, { where: path });
}
