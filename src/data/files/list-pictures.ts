// Lists the pictures of a folder on disk.
import { join } from "node:path";
import { compareCodePoints } from "../../core/index.ts";
import { DiskTree } from "./disk-tree.ts";
import { findPictures, joinPath } from "./find-pictures.ts";

/** Paths of the pictures below a folder on disk, sorted by code point. Links are followed. */
export async function listPictures(folder: string): Promise<string[]> {
  const { folders } = await findPictures(new DiskTree(folder));
  const names = folders.flatMap(({ path, pictures }) => pictures.map((name) => joinPath(path, name)));
  return names.map((name) => join(folder, name)).sort(compareCodePoints);
}
