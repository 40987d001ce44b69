// In a page no tree of files is found by its path.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { FolderTree } from "./folder-tree.ts";

/** @throws ClassifierTrainingError kind "usage", `DATA_ROOT`, always */
export async function openTree(path: string): Promise<FolderTree> {
  throw new ClassifierTrainingError("usage", "DATA_ROOT", "a page cannot open a folder by its path", {
    where: path,
    hint: "give what was dropped or picked: root: await droppedFolder(event.dataTransfer)",
  });
}
