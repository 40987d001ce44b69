// Opens the tree of files behind a path: an archive's, or a folder's on disk; a bundler takes open-tree.browser.ts.
import { openArchive } from "./archive.ts";
import { DiskTree } from "./disk-tree.ts";
import type { FolderTree } from "./folder-tree.ts";

/** The tree of an archive where the name ends like one's, else of a folder. @throws as `openArchive` */
export async function openTree(path: string): Promise<FolderTree> {
  return (await openArchive(path)) ?? new DiskTree(path);
}
