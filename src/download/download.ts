// Downloads one file so that it is complete and right under its name, or not there at all.
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClassifierTrainingError } from "../core/index.ts";
import { get } from "./http.ts";

/** How far a download has come, for a progress bar. */
export interface DownloadProgress {
  readonly receivedBytes: number;
  /** Undefined where the server does not say. */
  readonly totalBytes: number | undefined;
}

/**
 * How a download is checked, watched and retried. Without `sha256Prefix` nothing of an earlier process is taken
 * up.
 */
export interface DownloadOptions {
  /** First digits of the SHA-256 that the file must have. */
  readonly sha256Prefix?: string | undefined;
  /** Called after every piece that was written. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For the proxy variables; default: the process's. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds without a byte after which a connection counts as broken; default 30,000. */
  readonly idleTimeout?: number | undefined;
  /** Milliseconds before the second attempt, doubled for each one after that; default 1000. */
  readonly retryDelay?: number | undefined;
  /** What to do where the file cannot be written, for the error. */
  readonly storageHint?: string | undefined;
}

/** Attempts in a row that may bring no byte. */
const MOST_FRUITLESS_ATTEMPTS = 4;
const STORAGE_CODES = new Set(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "ENOTDIR", "EEXIST"]);
/** Answers that may be different next time; 206 and 416 mean that the file had to be emptied. */
const TRANSIENT_STATUS = new Set([206, 408, 416, 429]);
const TRANSIENT_CODES = new Set(["ECONNRESET", "ETIMEDOUT", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"]);
/** No connection came about; where none ever did, trying again only delays the message. */
const UNREACHABLE_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH"]);

/** Downloads of this process by destination: whoever asks for the same file waits for the same download. */
const running = new Map<string, Promise<void>>();

/**
 * Downloads `url` to `destination`, whose folder is created. The bytes go to a file beside it with the ending
 * `.partial`, which is hashed, synced and renamed when it is complete.
 *
 * A connection that breaks off is taken up where it broke. What an earlier process left is taken up too where
 * `sha256Prefix` can tell whether the whole fits together.
 *
 * @throws ClassifierTrainingError `DOWNLOAD` (kind "failure") where the server cannot be reached or
 *   refuses, `DOWNLOAD_HASH` (kind "data") where it sent something else, `DOWNLOAD_STORAGE` (kind "storage")
 *   where the file cannot be written. An abort rejects with the signal's reason.
 */
export function download(url: string, destination: string, options: DownloadOptions = {}): Promise<void> {
  const same = running.get(destination);
  if (same !== undefined) return same;
  const started = downloadAlone(url, destination, options).finally(() => running.delete(destination));
  running.set(destination, started);
  return started;
}

async function downloadAlone(url: string, destination: string, options: DownloadOptions): Promise<void> {
  try {
    await mkdir(dirname(destination), { recursive: true });
    const partial = await PartialFile.open(destination, options.sha256Prefix !== undefined);
    try {
      await fill(partial, new URL(url), options);
      if (partial.wasTakenOver && !partial.matches(options.sha256Prefix)) {
        await partial.restart();
        await fill(partial, new URL(url), options);
      }
      await partial.finish(destination, url, options.sha256Prefix);
    } catch (error) {
      await partial.abandon(keepsPartial(error, options));
      throw error;
    }
  } catch (error) {
    throw explain(error, url, destination, options);
  }
}

/** What is left is worth keeping when another process could go on with it. */
function keepsPartial(error: unknown, { sha256Prefix }: DownloadOptions): boolean {
  const wrong = error instanceof ClassifierTrainingError || isStorageError(error);
  return sha256Prefix !== undefined && !wrong;
}

/** Requests the rest of the file until all of it is there. */
async function fill(partial: PartialFile, url: URL, options: DownloadOptions): Promise<void> {
  const { idleTimeout = 30_000, retryDelay = 1000, signal, environment = process.env } = options;
  let validator: string | undefined;
  let fruitless = 0;
  let received = false;
  for (;;) {
    const before = partial.size;
    try {
      const headers: Record<string, string> = { "accept-encoding": "identity" };
      if (before > 0) headers.range = `bytes=${before}-`;
      if (before > 0 && validator !== undefined) headers["if-range"] = validator;
      const response = await get(url, { headers, idleTimeout, signal, environment });
      const { etag } = response.headers;
      validator = etag?.startsWith('"') ? etag : response.headers["last-modified"];
      await receive(response, partial, options.onProgress);
      return;
    } catch (error) {
      const fruitful = partial.size > before;
      received ||= fruitful;
      fruitless = fruitful ? 0 : fruitless + 1;
      if (!isTransient(error, received, signal) || fruitless === MOST_FRUITLESS_ATTEMPTS) throw error;
    }
    await sleep(retryDelay * 2 ** fruitless, undefined, { ...(signal && { signal }) });
  }
}

/** Appends a response's body. Where it does not continue what is there, the file is emptied and an error thrown. */
async function receive(
  response: IncomingMessage,
  partial: PartialFile,
  onProgress: DownloadOptions["onProgress"],
): Promise<void> {
  const { statusCode: status = 0, statusMessage, headers } = response;
  const from = status === 206 ? Number(/^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1]) : 0;
  const continues = status === 206 && from === partial.size;
  if (!continues && partial.size > 0 && [200, 206, 416].includes(status)) await partial.restart();
  if (status !== 200 && !continues) {
    response.destroy();
    throw new HttpStatusError(status, statusMessage ?? "");
  }
  const length = headers["content-length"];
  const totalBytes = length === undefined ? undefined : partial.size + Number(length);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    await partial.append(chunk);
    onProgress?.({ receivedBytes: partial.size, totalBytes });
  }
}

class HttpStatusError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(`the server answers ${status} ${message}`.trim());
    this.status = status;
  }
}

/** The bytes received so far, hashed as they come. */
class PartialFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #hash: Hash;
  size: number;
  /** Whether its first bytes come from an earlier process. */
  readonly wasTakenOver: boolean;

  private constructor(path: string, file: FileHandle, hash: Hash, size: number) {
    this.#path = path;
    this.#file = file;
    this.#hash = hash;
    this.size = size;
    this.wasTakenOver = size > 0;
  }

  /** Every process has a file of its own, so that two of them do not mix; a dead one's file is taken over. */
  static async open(destination: string, resume: boolean): Promise<PartialFile> {
    const path = `${destination}.${process.pid}.partial`;
    if (resume) await adoptOrphan(destination, path);
    const file = await open(path, "a+");
    const hash = createHash("sha256");
    let size = 0;
    if (!resume) await file.truncate(0);
    for await (const chunk of file.createReadStream({
      start: 0,
      autoClose: false,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
    return new PartialFile(path, file, hash, size);
  }

  async append(chunk: Buffer): Promise<void> {
    await this.#file.appendFile(chunk);
    this.#hash.update(chunk);
    this.size += chunk.length;
  }

  async restart(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash("sha256");
    this.size = 0;
  }

  matches(sha256Prefix = ""): boolean {
    return this.#digest().startsWith(sha256Prefix);
  }

  #digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Gives the file its name, if it is the right one, and makes that last. */
  async finish(destination: string, url: string, sha256Prefix: string | undefined): Promise<void> {
    if (!this.matches(sha256Prefix)) {
      throw new ClassifierTrainingError(
        "data",
        "DOWNLOAD_HASH",
        `the downloaded file has SHA-256 ${this.#digest()}, which does not start with ${sha256Prefix}`,
        { where: url, hint: "the file was changed on the way; it has been removed, try again" },
      );
    }
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#path, destination);
    await syncFolder(dirname(destination));
  }

  async abandon(keep: boolean): Promise<void> {
    await this.#file.close().catch(() => undefined);
    if (!keep || this.size === 0) await rm(this.#path, { force: true });
  }
}

/** Moves the largest partial file that no living process owns to `path`. */
async function adoptOrphan(destination: string, path: string): Promise<void> {
  const folder = dirname(destination);
  const prefix = `${basename(destination)}.`;
  const orphans: { orphan: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(prefix)
      ? /^(\d+)\.partial$/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (owner === undefined || isAlive(Number(owner))) continue;
    const orphan = join(folder, name);
    orphans.push({ orphan, size: await stat(orphan).then(({ size }) => size) });
  }
  const [largest, ...rest] = orphans.sort((a, b) => b.size - a.size);
  // Another process may have taken it over in the meantime.
  if (largest !== undefined) await rename(largest.orphan, path).catch(() => undefined);
  for (const { orphan } of rest) await rm(orphan, { force: true });
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Not every file system lets a folder be synced; the rename is atomic all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Whether trying again may help: not where the server said no, the disk is full or the user gave up. */
function isTransient(error: unknown, received: boolean, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted || isStorageError(error)) return false;
  if (error instanceof HttpStatusError) return error.status >= 500 || TRANSIENT_STATUS.has(error.status);
  const { code = "" } = error as NodeJS.ErrnoException;
  return TRANSIENT_CODES.has(code) || (received && UNREACHABLE_CODES.has(code));
}

function isStorageError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && STORAGE_CODES.has(code) && syscall !== "connect";
}

function explain(error: unknown, url: string, destination: string, options: DownloadOptions): unknown {
  if (options.signal?.aborted) return options.signal.reason;
  if (error instanceof ClassifierTrainingError) return error;
  const message =
    error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
  if (isStorageError(error)) {
    return new ClassifierTrainingError(
      "storage",
      "DOWNLOAD_STORAGE",
      `cannot write the download: ${message}`,
      {
        where: destination,
        hint: options.storageHint ?? "make room, or choose a folder that can be written to",
        cause: error,
      },
    );
  }
  return new ClassifierTrainingError("failure", "DOWNLOAD", `cannot download: ${message}`, {
    where: url,
    hint: `fetch ${basename(destination)} from there by other means and put it at ${destination}`,
    cause: error,
  });
}
