// Random access to the bytes of a file or of a buffer, with every range checked against the size.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ClassifierTrainingError } from "../core/index.ts";

/** One read call may not ask the operating system for more than 2 GiB. */
const LARGEST_READ = 2 ** 30;

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
  const unreadable = (cause: unknown): ClassifierTrainingError =>
    new ClassifierTrainingError("data", "WEIGHTS_UNREADABLE", `cannot read the file: ${reason(cause)}`, {
      where: path,
      cause,
    });
  let descriptor: number | undefined;
  let size: number;
  try {
    descriptor = openSync(path, "r");
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error("it is not a regular file");
    size = stat.size;
  } catch (cause) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw unreadable(cause);
  }
  return {
    name: path,
    size,
    read(offset, length) {
      checkRange(this, offset, length);
      if (descriptor === undefined) throw unreadable(new Error("it has been closed"));
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      for (let done = 0; done < length; ) {
        let count: number;
        try {
          count = readSync(descriptor, bytes, done, Math.min(length - done, LARGEST_READ), offset + done);
        } catch (cause) {
          throw unreadable(cause);
        }
        if (count === 0) throw unreadable(new Error("it became shorter while it was being read"));
        done += count;
      }
      return bytes;
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
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

function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "permission denied";
  return message;
}
