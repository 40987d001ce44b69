// A folder on disk as a tree of files.
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { FolderEntries, FolderTree } from "./folder-tree.ts";

/** A folder on disk. */
export class DiskTree implements FolderTree {
  constructor(readonly root: string) {}

  async list(folder: string): Promise<FolderEntries> {
    const path = join(this.root, folder);
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of await this.#read(path)) {
      if (!entry.isSymbolicLink()) (entry.isDirectory() ? folders : files).push(entry.name);
      else if (!(await isFolderLink(path, entry))) files.push(entry.name);
      else if (!(await leadsBack(this.root, folder, entry.name))) folders.push(entry.name);
    }
    return { folders, files };
  }

  source(file: string): ImageSource {
    return { kind: "file", path: join(this.root, file) };
  }

  async #read(path: string): Promise<Dirent[]> {
    try {
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      const messages: Readonly<Record<string, string>> = {
        ENOENT: "no such folder",
        ENOTDIR: "this is a file, not a folder",
        EACCES: "no permission to read this folder",
      };
      throw new ClassifierTrainingError("data", "DATA_ROOT", messages[code] ?? `cannot be listed: ${code}`, {
        where: path,
        hint: path === join(this.root) ? "give the folder of your pictures as data.root=PATH" : undefined,
        cause: error,
      });
    }
  }
}

async function isFolderLink(parent: string, entry: Dirent): Promise<boolean> {
  const target = await stat(join(parent, entry.name)).catch(() => undefined);
  return target?.isDirectory() ?? false;
}

/** Whether a link in `folder` leads to the root or to a folder between the root and itself. */
async function leadsBack(root: string, folder: string, name: string): Promise<boolean> {
  const target = await realpath(join(root, folder, name));
  const parts = folder === "" ? [] : folder.split("/");
  for (let depth = 0; depth <= parts.length; depth++) {
    if ((await realpath(join(root, ...parts.slice(0, depth)))) === target) return true;
  }
  return false;
}
