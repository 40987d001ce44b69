// A folder that is made for something new: nothing that lies there is overwritten.
import { existsSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";

/** @throws ClassifierTrainingError kind "usage" `PACKAGE_FOLDER` for a folder that holds something */
export function emptyFolder(path: string): string {
  const folder = resolve(path);
  if (!existsSync(folder) || readdirSync(folder).length === 0) return folder;
  throw new ClassifierTrainingError("usage", "PACKAGE_FOLDER", "the folder is not empty", {
    where: folder,
    hint: "choose another one with -o, or remove it",
  });
}

/** Writes files by their paths within the folder. @throws ClassifierTrainingError kind "storage" `WRITE_FAILED` */
export async function writeFiles(
  folder: string,
  files: Iterable<readonly [path: string, content: string | Uint8Array]>,
): Promise<void> {
  for (const [path, content] of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
      throw writeFailed(target, error);
    });
    await writeDurably(target, [typeof content === "string" ? new TextEncoder().encode(content) : content]);
  }
}
