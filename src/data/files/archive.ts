// A .zip or .tar of pictures, read in place: only its list of files is kept in memory.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { ArchiveMember } from "./archive-member.ts";
import type { FolderEntries, FolderTree } from "./folder-tree.ts";
import { listTar } from "./tar.ts";
import { isToolEntry } from "./tool-entries.ts";
import { listZip } from "./zip.ts";

/** The tree of an archive; undefined where the name does not end like an archive's. */
export async function openArchive(path: string): Promise<ArchiveTree | undefined> {
  const name = path.toLowerCase();
  if (name.endsWith(".zip")) return new ArchiveTree(path, await listZip(path));
  if (name.endsWith(".tar")) return new ArchiveTree(path, await listTar(path));
  if (/\.(tgz|tar\.\w+)$/.test(name)) {
    throw new ClassifierTrainingError("data", "ARCHIVE", "a compressed tar cannot be read in place", {
      where: path,
      hint: "unpack it, or make it a .tar or .zip",
    });
  }
  return undefined;
}

/** The files of an archive by folder. One folder that holds all others is passed through. */
export class ArchiveTree implements FolderTree {
  readonly #folders = new Map<string, { folders: Set<string>; files: Set<string> }>();
  readonly #sources = new Map<string, ImageSource>();
  readonly #top: string;

  constructor(
    readonly root: string,
    members: readonly ArchiveMember[],
  ) {
    this.#folder("");
    for (const { path, source } of members) {
      const parts = path.split("/").filter((part) => part !== "" && part !== ".");
      const name = parts.pop();
      if (name === undefined || parts.includes("..")) continue;
      for (let depth = 0; depth < parts.length; depth++) {
        this.#folder(parts.slice(0, depth).join("/")).folders.add(parts[depth]!);
        this.#folder(parts.slice(0, depth + 1).join("/"));
      }
      this.#folder(parts.join("/")).files.add(name);
      this.#sources.set([...parts, name].join("/"), source);
    }
    const [only, ...others] = [...this.#folder("").folders].filter((name) => !isToolEntry(name));
    this.#top =
      only !== undefined && others.length === 0 && this.#folder(only).folders.size > 0 ? `${only}/` : "";
  }

  async list(folder: string): Promise<FolderEntries> {
    const entries = this.#folders.get((this.#top + folder).replace(/\/$/, ""));
    if (entries === undefined) {
      throw new ClassifierTrainingError("data", "DATA_ROOT", `no folder "${folder}" in it`, {
        where: this.root,
      });
    }
    return { folders: [...entries.folders], files: [...entries.files] };
  }

  source(file: string): ImageSource {
    return this.#sources.get(this.#top + file)!;
  }

  #folder(path: string): { folders: Set<string>; files: Set<string> } {
    let entries = this.#folders.get(path);
    if (entries === undefined) {
      entries = { folders: new Set(), files: new Set() };
      this.#folders.set(path, entries);
    }
    return entries;
  }
}
