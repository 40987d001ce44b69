// Says in words why the pictures of a data set stay where they are, and what can be done instead.
import { ImageFolder } from "../../data/datasets/image-folder.ts";
import { LabelFolder } from "../../data/datasets/label-folder.ts";
import { LabelTable } from "../../data/datasets/label-table.ts";
import { TableDataset } from "../../data/datasets/table-dataset.ts";
import type { Beside } from "./beside.ts";
import type { OpenData } from "./open-data.ts";

const CLOSED: Readonly<Record<NonNullable<Beside["closed"]>, string>> = {
  "read-only": "The studio was opened to look, not to change.",
  "not-writable": "The folder beside the pictures cannot be written, so they can only be looked at.",
  taken: "Another studio has these pictures open, so here they can only be looked at.",
};

/** Null where they can be moved. @param isSorted whether they lie in a folder for each class */
export function whyFixed(
  { splits: { train } }: Pick<OpenData, "splits">,
  beside: Beside | undefined,
  isSorted: boolean,
): string | null {
  if (beside !== undefined && beside.closed !== null) return CLOSED[beside.closed];
  if (beside !== undefined && isSorted) return null;
  if (train instanceof ImageFolder)
    return "These pictures lie in an archive, where they are not moved: unpack it, and open the folder.";
  if (train instanceof LabelFolder)
    return "Each of these pictures may lie in the folders of several labels, so none is moved: to leave one out, take it out of all of them.";
  if (train instanceof TableDataset || train instanceof LabelTable)
    return "A file names these pictures, and training would miss one that is gone: to leave one out, take its entry out of that file.";
  return "These pictures are no files of their own, so they stay as they are.";
}
