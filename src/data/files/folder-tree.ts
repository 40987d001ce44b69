// A tree of files, on disk, in an archive or given to a page, as the folder data sets see it.
import type { ImageSource } from "../../image/image-source.ts";

/** What a folder holds, by name. */
export interface FolderEntries {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** Read-only, and the same wherever it lies. */
export interface FolderTree {
  /** What messages call the tree: its path. */
  readonly root: string;
  /**
   * The entries of a folder, given by its path relative to the root ("" for the root itself), `/` between the parts.
   * A folder reached through a link that leads back to a folder above it is left out.
   * @throws ClassifierTrainingError kind "data", `DATA_ROOT`
   */
  list(folder: string): Promise<FolderEntries>;
  /** Where to read the file at this relative path. */
  source(file: string): ImageSource;
}
