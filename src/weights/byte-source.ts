// Random access to the bytes of a file or of a buffer, with every range checked against the size.
import { ClassifierTrainingError } from "../core/index.ts";
import { type OpenFile, openFile, openFileSync } from "../platform/index.ts";

/**
 * Bytes that are read a range at a time, so that a file of gigabytes need not be in memory. Closed by who opened
 * it.
 */
export interface ByteSource {
  /** What the bytes are called in messages, usually the path. */
  readonly name: string;
  /** Number of bytes. */
  readonly size: number;
  /**
   * A fresh copy of `length` bytes at `offset`.
   * @throws ClassifierTrainingError `WEIGHTS_TRUNCATED` where the range leaves the source.
   */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** The bytes of `bytes`, which must not change while the source is in use. */
export function bufferSource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, length) {
      checkRange(this, offset, length);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    close() {},
  };
}

/**
 * The bytes of the file at `path`, read when asked for.
 * @throws ClassifierTrainingError `WEIGHTS_UNREADABLE` where there is no readable file.
 */
export function fileSource(path: string): ByteSource {
  return ofFile(
    path,
    attempt(path, () => openFileSync(path)),
  );
}

/** `fileSource` where files cannot be opened at once. @throws as `fileSource` */
export async function openSource(path: string): Promise<ByteSource> {
  const file = await openFile(path).catch((cause: unknown) => Promise.reject(unreadable(path, cause)));
  return ofFile(path, file);
}

function ofFile(path: string, file: OpenFile): ByteSource {
  return {
    name: path,
    size: file.size,
    read(offset, length) {
      checkRange(this, offset, length);
      return attempt(path, () => file.read(offset, length));
    },
    close: () => file.close(),
  };
}

/** @throws ClassifierTrainingError `WEIGHTS_UNREADABLE` for whatever `action` throws */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): ClassifierTrainingError {
  const { code, message } = cause as { readonly code?: string; readonly message: string };
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
  };
  const reason = (code === undefined ? undefined : reasons[code]) ?? message;
  return new ClassifierTrainingError("data", "WEIGHTS_UNREADABLE", `cannot read the file: ${reason}`, {
    where: path,
    cause,
  });
}

function checkRange(source: ByteSource, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= source.size) return;
  throw new ClassifierTrainingError(
    "data",
    "WEIGHTS_TRUNCATED",
    `${length} bytes at ${offset} are asked for, but the file has ${source.size}`,
    { where: source.name, hint: "the file is incomplete: fetch or copy it again" },
  );
}
