// Files that are known by their paths, as a tree: those of an archive, or those that a page was given.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { ArchiveMember } from "./archive-member.ts";
import type { FolderEntries, FolderTree } from "./folder-tree.ts";
import { isToolEntry } from "./tool-entries.ts";

/** The files by folder. One folder that holds all others is passed through. */
export class MemberTree implements FolderTree {
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
