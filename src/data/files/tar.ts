// Lists the files of a tar archive (ustar, GNU and pax names, hard links) without reading their contents.
import { type FileHandle, open } from "node:fs/promises";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { ArchiveMember } from "./archive-member.ts";

const BLOCK = 512;
const HARD_LINK = "1";
/** Longest name record taken: anything longer is no name. */
const MAX_NAME_RECORD = 1 << 16;
/** Length and key of a line of a pax record: more than those of any name. */
const LONGEST_PAX_HEAD = 256;

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
      if (type === "x") {
        const names = await paxNames((offset, length) => read(start + offset, length), size);
        if (names.isTooLong) throw broken(path, "a name is too long");
        longName = names.path ?? longName;
        longTarget = names.linkpath ?? longTarget;
        continue;
      }
      if (size > MAX_NAME_RECORD) throw broken(path, "a name is too long");
      const name = text(await read(start, size), 0, size);
      if (type === "L") longName = name;
      else longTarget = name;
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

/** A pax record, lines of "length key=value": the names in it, whatever else there is and how long. */
async function paxNames(
  readAt: (offset: number, length: number) => Promise<Buffer>,
  size: number,
): Promise<{ readonly path?: string; readonly linkpath?: string; readonly isTooLong?: boolean }> {
  const whole = size <= MAX_NAME_RECORD ? await readAt(0, size) : undefined;
  const read = async (offset: number, length: number): Promise<Buffer> =>
    whole?.subarray(offset, offset + length) ?? readAt(offset, length);
  const names: Record<string, string> = {};
  for (let at = 0; at < size; ) {
    const head = (await read(at, Math.min(LONGEST_PAX_HEAD, size - at))).toString("latin1");
    const [start, digits, key] = /^(\d+) ([^=]+)=/.exec(head) ?? [];
    const length = Number(digits);
    if (start === undefined || !(length > start.length) || at + length > size) break;
    if (key === "path" || key === "linkpath") {
      if (length > MAX_NAME_RECORD) return { isTooLong: true };
      names[key] = (await read(at + start.length, length - start.length - 1)).toString("utf8");
    }
    at += length;
  }
  return names;
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
