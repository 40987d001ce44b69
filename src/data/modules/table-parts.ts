// The data sets of tables and annotations that were read: one for each split, all with the classes of training.
import { normalize } from "node:path";
import type { TaskName } from "../../core/index.ts";
import { type LabelRow, LabelTable } from "../datasets/label-table.ts";
import { TableDataset, type TableRow } from "../datasets/table-dataset.ts";
import type { GivenParts } from "./auto-split.ts";

/** The rows of a split, what their pictures' paths are relative to, and what messages call them. */
export interface TablePart {
  readonly root: string;
  readonly table: string;
  readonly rows: readonly LabelRow[];
}

/** The splits that there are. */
export interface TableParts {
  readonly train: TablePart;
  readonly val: TablePart | undefined;
  readonly test: TablePart | undefined;
}

/**
 * Opens each split.
 * @param classes of training, in order
 * @throws ClassifierTrainingError kind "data", as `TableDataset` and `LabelTable` do
 */
export function openTables(
  { train, val, test }: TableParts,
  task: TaskName,
  classes: readonly string[],
): GivenParts {
  const open = ({ root, rows, table }: TablePart): LabelTable | TableDataset =>
    task === "multi_label"
      ? new LabelTable(root, rows, classes, table)
      : new TableDataset(root, rows.map(withOneLabel), classes, table);
  const parts = { train: open(train), val: val && open(val), test: test && open(test) };
  const warnings = [parts.train, parts.val, parts.test].flatMap((dataset) => dataset?.warnings ?? []);
  return { ...parts, warnings };
}

/** What the names of pictures are relative to, written as they begin: nothing where that is the working directory. */
export function pictureRoot({ root }: Pick<TablePart, "root">): string {
  const path = normalize(root);
  return path === "." ? "" : path;
}

function withOneLabel({ labels: [label = ""], path, group }: LabelRow): TableRow {
  return { path, label, group };
}
