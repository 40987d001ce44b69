// Finds the pictures below a folder, and counts what is left out.
import { compareCodePoints } from "../../core/index.ts";
import { extensionOf, hasImageExtension } from "../../image/extensions.ts";
import type { FolderTree } from "./folder-tree.ts";
import { isToolEntry } from "./tool-entries.ts";

/** A folder on the way, with what lies in it. */
export interface PictureFolder {
  /** Relative to where the search began, `/` between the parts; "" for that folder itself. */
  readonly path: string;
  /** Names of the pictures in it, sorted by code point. */
  readonly pictures: readonly string[];
  /** Whether there are folders in it. */
  readonly isParent: boolean;
}

/** The pictures of a tree by their folders, and what in it is not one. */
export interface FoundPictures {
  /** All folders, sorted by the code points of their paths. */
  readonly folders: readonly PictureFolder[];
  readonly leftOut: LeftOut;
}

/**
 * Finds the pictures in `folder` of a tree and in all folders below it but those of tools. Files beside the folders in
 * `folder` itself do not count as left out.
 */
export async function findPictures(tree: FolderTree, folder = ""): Promise<FoundPictures> {
  const found: PictureFolder[] = [];
  const leftOut = new LeftOut();
  const pending = [""];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const entries = await tree.list(joinPath(folder, path));
    const folders = entries.folders.filter((name) => !isToolEntry(name));
    for (const name of folders) pending.push(joinPath(path, name));
    for (const name of entries.folders) if (isToolEntry(name)) leftOut.addFolder(joinPath(path, name));
    const pictures = entries.files.filter(isPicture);
    if (path !== "") for (const name of entries.files) if (!isPicture(name)) leftOut.addFile(name);
    found.push({ path, pictures: pictures.sort(compareCodePoints), isParent: folders.length > 0 });
  }
  return { folders: found.sort((a, b) => compareCodePoints(a.path, b.path)), leftOut };
}

function isPicture(name: string): boolean {
  return hasImageExtension(name) && !isToolEntry(name);
}

/** A path within a tree: a folder's and one within it. */
export function joinPath(folder: string, path: string): string {
  return folder === "" || path === "" ? folder + path : `${folder}/${path}`;
}

const MOST_NAMED = 3;

/** What a search has passed over: files that are no pictures by their names, and what belongs to tools. */
export class LeftOut {
  readonly #byExtension = new Map<string, number>();
  readonly #folders: string[] = [];
  #files = 0;

  addFile(name: string): void {
    this.#files++;
    const kind = isToolEntry(name) ? "hidden or of tools" : extensionOf(name) || "without an ending";
    this.#byExtension.set(kind, (this.#byExtension.get(kind) ?? 0) + 1);
  }

  addFolder(path: string): void {
    this.#folders.push(path);
  }

  /** One line for files and one for folders, where there are any; `where` names the searched folder. */
  warnings(where: string): string[] {
    const lines: string[] = [];
    if (this.#folders.length > 0) {
      const named = [...this.#folders].sort(compareCodePoints).slice(0, MOST_NAMED).join(", ");
      const more = this.#folders.length > MOST_NAMED ? ` and ${this.#folders.length - MOST_NAMED} more` : "";
      lines.push(`${where}: folders of tools are not classes: ${named}${more}`);
    }
    if (this.#files > 0) {
      const kinds = [...this.#byExtension].sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]));
      const counts = kinds.map(([kind, count]) => `${count} ${kind}`).join(", ");
      lines.push(`${where}: files that do not end like a picture are left out: ${counts}`);
    }
    return lines;
  }
}
