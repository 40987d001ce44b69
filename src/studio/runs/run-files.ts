// Files of a run's folder as they may be sent: those that lie in it, and nothing that a link leads to elsewhere.
import type { Stats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { notFound } from "../http/answers.ts";

/** A file's real path. @throws ClassifierTrainingError `NOT_FOUND` where there is none, or it lies outside `folder` */
export async function insideOf(folder: string, name: string): Promise<string> {
  const [root, path] = await Promise.all([real(folder), real(join(folder, name))]);
  if (root === undefined || path === undefined || !path.startsWith(root + sep)) throw notFound();
  return path;
}

/** What is known of a file without opening it; null: there is none. */
export type Found = Stats | null;

/** Of each file. */
export function statsOf<const P extends readonly string[]>(...paths: P): Promise<{ [K in keyof P]: Found }> {
  return Promise.all(paths.map((path) => stat(path).catch(() => null))) as Promise<{ [K in keyof P]: Found }>;
}

/** Another one whenever the file is written; "" where there is none. */
export function versionOf(found: Found): string {
  return found === null ? "" : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

const real = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

/** The end of a text file, from the beginning of a line on. @param length most bytes */
export async function tailOf(path: string, length: number): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const start = Math.max(0, size - length);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const text = buffer.toString("utf8", 0, bytesRead);
  return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
}
