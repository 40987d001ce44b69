// The platform of a page or a web worker: paths name files of the origin's private file system, URLs are fetched.
import { ClassifierTrainingError } from "../core/index.ts";
import type { DurableWriteOptions } from "./durable-file.ts";
import type { FileStamp, ListedFile, OpenFile } from "./files.ts";
import { type Filling, filler } from "./fill.ts";
import type { Sha256 } from "./hashing.ts";
import type { TextOutput } from "./machine.ts";

/** What browsers have and the types of Node.js do not know. */
interface PrivateFile {
  readonly kind: "file";
  getFile(): Promise<Blob & { readonly lastModified: number }>;
  createWritable(): Promise<{
    write(data: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}
interface PrivateFolder {
  readonly kind: "directory";
  getFileHandle(name: string, options?: { create: boolean }): Promise<PrivateFile>;
  getDirectoryHandle(name: string, options?: { create: boolean }): Promise<PrivateFolder>;
  removeEntry(name: string): Promise<void>;
  entries(): AsyncIterable<readonly [string, PrivateFile | PrivateFolder]>;
}

const isUrl = (path: string | URL): boolean => path instanceof URL || /^([a-z]+:|\.{0,2}\/)/i.test(path);

/** An error that says what the operating system's would. */
function withCode(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(`${code}: ${message}`, { cause }), { code });
}

/** A DOMException of the file system in the words of Node.js. */
function translated(path: string, cause: unknown): Error {
  const codes: Readonly<Record<string, string>> = {
    NotFoundError: "ENOENT",
    NotAllowedError: "EACCES",
    NoModificationAllowedError: "EBUSY",
    QuotaExceededError: "ENOSPC",
    TypeMismatchError: "EISDIR",
  };
  const { name, message } = cause as Error;
  const code = codes[name];
  return code === undefined ? (cause as Error) : withCode(code, `${path}: ${message}`, cause);
}

async function folderOf(path: string, create: boolean): Promise<[PrivateFolder, string]> {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const name = parts.pop() ?? "";
  const page = globalThis as unknown as {
    navigator: { storage: { getDirectory(): Promise<PrivateFolder> } };
  };
  let folder = await page.navigator.storage.getDirectory();
  for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
  return [folder, name];
}

async function blobOf(path: string | URL): Promise<Blob> {
  if (!isUrl(path)) {
    try {
      const [folder, name] = await folderOf(String(path), false);
      return await (await folder.getFileHandle(name)).getFile();
    } catch (error) {
      throw translated(String(path), error);
    }
  }
  const response = await fetch(path);
  if (response.ok) return response.blob();
  const code = response.status === 404 ? "ENOENT" : response.status === 403 ? "EACCES" : "EIO";
  throw withCode(code, `${path}: the server says ${response.status}`);
}

/** The bytes of a file or URL. @throws an error with `code`, such as ENOENT */
export async function readBytes(path: string | URL): Promise<Uint8Array> {
  return new Uint8Array(await (await blobOf(path)).arrayBuffer());
}

/** The text of a file or URL in UTF-8. @throws as `readBytes` */
export async function readText(path: string | URL): Promise<string> {
  return (await blobOf(path)).text();
}

/** The bytes from `offset` on: `length` of them, or as many as there are. @throws as `readBytes` */
export async function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  const part = (await blobOf(path)).slice(offset, offset + length);
  return new Uint8Array(await part.arrayBuffer());
}

/** A file in memory: a page cannot read from its disk bit by bit. @throws as `readBytes` */
export async function openFile(path: string): Promise<OpenFile> {
  const bytes = await readBytes(path);
  return {
    size: bytes.length,
    read: (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
    close() {},
  };
}

/** @throws always: pages wait for files */
export function openFileSync(path: string): OpenFile {
  throw withCode("ENOTSUP", `${path}: a page cannot open a file at once; read its bytes first`);
}

/** @throws always: pages wait for files */
export function readTextSync(path: string): string {
  throw withCode("ENOTSUP", `${path}: a page cannot read a file at once`);
}

/** @throws always: pages wait for files */
export function appendTextSync(path: string, _text: string): void {
  throw withCode("ENOTSUP", `${path}: a page cannot write a file at once`);
}

/** Undefined: a page cannot look at a file at once. */
export function fileStamp(_path: string): FileStamp | undefined {
  return undefined;
}

/** The files that lie in a folder, by name; none where there is no such folder. */
export async function listFiles(path: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  try {
    const [parent, name] = await folderOf(path, false);
    const folder = name === "" ? parent : await parent.getDirectoryHandle(name);
    for await (const [entry, handle] of folder.entries()) {
      if (handle.kind !== "file") continue;
      const { size, lastModified } = await handle.getFile();
      files.push({ name: entry, bytes: size, modified: lastModified });
    }
  } catch (error) {
    const failure = translated(path, error);
    if ((failure as { code?: string }).code !== "ENOENT") throw failure;
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A path from its parts. */
export function joinPath(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "")
    .join("/")
    .replace(/\/{2,}/g, "/");
}

/** Whether there is a file of that name. */
export async function pathExists(path: string): Promise<boolean> {
  return blobOf(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the folder that a file is to lie in, and those above it.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
 */
export async function makeFolderOf(path: string): Promise<void> {
  await folderOf(path, true).catch((error: unknown) => {
    throw writeFailed(path, error);
  });
}

/**
 * Replaces `path` by `chunks`; the browser keeps the old content until the new one is whole.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`
 */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array>,
  { previous }: DurableWriteOptions = {},
): Promise<void> {
  try {
    if (previous !== undefined && (await pathExists(path)))
      await writeWhole(previous, [await readBytes(path)]);
    await writeWhole(path, chunks);
  } catch (error) {
    throw writeFailed(path, error);
  }
}

async function writeWhole(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const [folder, name] = await folderOf(path, true);
  const writer = await (await folder.getFileHandle(name, { create: true })).createWritable();
  try {
    // A view of shared memory cannot be written: its bytes are copied.
    for (const chunk of chunks)
      await writer.write(chunk.buffer instanceof ArrayBuffer ? chunk : chunk.slice());
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await writer.close();
}

/** Removes a file where it is there. @throws ClassifierTrainingError kind "storage" `WRITE_FAILED` */
export async function removeFile(path: string): Promise<void> {
  try {
    const [folder, name] = await folderOf(path, false);
    await folder.removeEntry(name);
  } catch (error) {
    const failure = translated(path, error);
    if ((failure as { code?: string }).code !== "ENOENT") throw writeFailed(path, failure);
  }
}

/** A failed write as an error of kind "storage". */
export function writeFailed(path: string, cause: unknown): ClassifierTrainingError {
  if (cause instanceof ClassifierTrainingError) return cause;
  const { code = "", message } = translated(path, cause) as Error & { code?: string };
  return new ClassifierTrainingError("storage", "WRITE_FAILED", `cannot be written (${code || message})`, {
    where: path,
    hint:
      code === "ENOSPC" ? "the browser gives this page no more room: remove older checkpoints" : undefined,
    cause,
  });
}

/** The bytes of a raw deflate stream. @throws where the stream is damaged or has more than `maxLength` bytes */
export async function inflateRaw(packed: Uint8Array, maxLength: number): Promise<Uint8Array> {
  return unpack(packed, "deflate-raw", maxLength);
}

/** The bytes of a deflate stream with zlib's header and checksum. @throws as `inflateRaw` */
export async function inflate(packed: Uint8Array, maxLength: number): Promise<Uint8Array> {
  return unpack(packed, "deflate", maxLength);
}

async function unpack(
  packed: Uint8Array,
  format: "deflate" | "deflate-raw",
  maxLength: number,
): Promise<Uint8Array> {
  const unpacked = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream(format));
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = unpacked.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > maxLength) throw new RangeError(`the stream has more than ${maxLength} bytes`);
    pieces.push(next.value);
  }
  return joined(pieces);
}

/** A hash whose pieces are kept until its end: browsers hash only what they are given whole. */
export function sha256(): Sha256 {
  const pieces: Uint8Array[] = [];
  return {
    update(piece) {
      pieces.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      return this;
    },
    async digest() {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", joined(pieces)));
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** Processors that the browser tells of. */
export function processorCount(): number {
  return (
    (globalThis as unknown as { navigator: { hardwareConcurrency?: number } }).navigator
      .hardwareConcurrency ?? 1
  );
}

/** Bytes of memory of the machine, as roughly as a page may know them, but no more than a page can use. */
export function availableMemory(): number {
  const { deviceMemory = 4 } = (globalThis as unknown as { navigator: { deviceMemory?: number } }).navigator;
  return Math.min(deviceMemory, 4) * 2 ** 30;
}

/** Where warnings go by default: the console. */
export function warningOutput(): TextOutput {
  return { write: (text) => console.warn(text.trimEnd()) };
}

/** Resolves after events that wait, such as clicks and messages, had their turn. */
export async function nextTask(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** A page fills here: it trains in a web worker where it wants to stay alive. */
export function fillsInThreads(): boolean {
  return false;
}

/** Carries out fillings with the functions of a module, with a pause after each for events that wait. */
export async function fill(module: Uint8Array<ArrayBuffer>, fillings: readonly Filling[]): Promise<void> {
  const carryOut = filler(module);
  for (const filling of fillings) {
    carryOut(filling);
    await nextTask();
  }
}
