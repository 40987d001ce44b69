// What a person drops or picks in a page, as files with their paths, and these as a tree that data modules read.

import type { FolderTree } from "../data/files/folder-tree.ts";
import { MemberTree } from "../data/files/member-tree.ts";

/** A file and its path from the dropped folder on, `/` between the parts. May be posted to a web worker. */
export interface PageFile {
  readonly path: string;
  readonly file: Blob;
}

/** What of a browser's `File` is used. */
export interface NamedFile extends Blob {
  readonly name: string;
  readonly lastModified: number;
  readonly webkitRelativePath: string;
}

/** What of a browser's `DataTransfer` is used. */
export interface DroppedItems {
  readonly items: ArrayLike<{ readonly kind: string; webkitGetAsEntry(): DroppedEntry | null }>;
}

/** What of a browser's `FileSystemEntry` is used. */
export interface DroppedEntry {
  readonly isFile: boolean;
  readonly fullPath: string;
}

interface FileEntry extends DroppedEntry {
  file(resolve: (file: Blob) => void, reject: (error: unknown) => void): void;
}

interface FolderEntry extends DroppedEntry {
  createReader(): {
    readEntries(resolve: (entries: DroppedEntry[]) => void, reject: (error: unknown) => void): void;
  };
}

/** What of a browser's `FileSystemDirectoryHandle` is used. */
export interface FolderHandle {
  readonly kind: "directory";
  entries(): AsyncIterable<[string, FolderHandle | FileHandle]>;
}

/** What of a browser's `FileSystemFileHandle` is used. */
export interface FileHandle {
  readonly kind: "file";
  getFile(): Promise<Blob>;
}

/** All files of the folders that were dropped; to be called in the `drop` event itself. */
export async function droppedFiles({ items }: DroppedItems): Promise<PageFile[]> {
  // Once the event is over its items are gone.
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: PageFile[] = [];
  for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
    if (entry.isFile) {
      const file = await new Promise<Blob>((resolve, reject) => (entry as FileEntry).file(resolve, reject));
      found.push({ path: entry.fullPath.replace(/^\//, ""), file });
      continue;
    }
    const reader = (entry as FolderEntry).createReader();
    const more = (): Promise<DroppedEntry[]> =>
      new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    // Chrome gives a hundred at a time.
    for (let some = await more(); some.length > 0; some = await more()) entries.push(...some);
  }
  return inOrder(found);
}

/** The files of an `<input type="file" webkitdirectory>`. */
export function pickedFiles(files: ArrayLike<NamedFile>): PageFile[] {
  return inOrder(Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** The files below a folder that `showDirectoryPicker` gave, or one of the origin's private file system. */
export async function filesIn(folder: FolderHandle, path = ""): Promise<PageFile[]> {
  const found: PageFile[] = [];
  for await (const [name, entry] of folder.entries()) {
    const below = path === "" ? name : `${path}/${name}`;
    if (entry.kind === "directory") found.push(...(await filesIn(entry, below)));
    else found.push({ path: below, file: await entry.getFile() });
  }
  return inOrder(found);
}

/** The files as `root` of an `ImageFolderDataModule`; one folder that holds all others is passed through. */
export function folderOf(files: readonly PageFile[], name = "the dropped folder"): FolderTree {
  return new MemberTree(
    name,
    files.map(({ path, file }) => {
      const { lastModified: modified = 0 } = file as Partial<NamedFile>;
      return { path, source: { kind: "blob", path, modified, blob: file } };
    }),
  );
}

function inOrder(files: PageFile[]): PageFile[] {
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
