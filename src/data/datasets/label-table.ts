// A data set given as a table whose pictures may have several labels, or none.
import { normalize } from "node:path";
import {
  ABSENT,
  ClassifierTrainingError,
  compareCodePoints,
  LabelSets,
  listNames,
  PRESENT,
  UNKNOWN,
} from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { SplittableDataset } from "../modules/auto-split.ts";
import { nameIn, pathIn, type TableRow } from "./table-dataset.ts";

/** What one row of a table says about a picture. */
export interface LabelRow extends Omit<TableRow, "label"> {
  /** Labels that the picture has. */
  readonly labels: readonly string[];
  /** Labels of which the row does not say whether the picture has them. Default: it has no others than `labels`. */
  readonly unknown?: readonly string[] | "all" | undefined;
}

/** The pictures of a table. One that several rows name is one sample with the labels of all of them. */
export class LabelTable implements SplittableDataset {
  readonly classes: readonly string[];
  readonly labels: LabelSets;
  readonly files: readonly string[];
  readonly groups: readonly string[];
  /** What was left out or is worth knowing, one line each. */
  readonly warnings: readonly string[];
  readonly #root: string;

  /**
   * @param root what the rows' relative paths are relative to
   * @param classes the labels of the training split, in order; others are left out of their pictures and counted.
   * Default: those of these rows, sorted by code point.
   * @param table what messages call the table; default: the root
   * @throws ClassifierTrainingError kind "data": `TABLE_EMPTY`; `TABLE_ROW` where rows put a picture into two groups
   */
  constructor(root: string, rows: readonly LabelRow[], classes?: readonly string[], table: string = root) {
    this.#root = root;
    this.classes = classes ?? labelsOfRows(rows);
    const pictures = rowsByPicture(root, rows);
    if (pictures.length === 0 || this.classes.length === 0) {
      const what = pictures.length === 0 ? "no row with a picture" : "no row with a label";
      throw new ClassifierTrainingError("data", "TABLE_EMPTY", what, { where: table });
    }
    this.files = pictures.map(([{ path }]) => nameIn(root, path));
    this.groups = pictures.map((own, sample) => groupOf(this.files[sample]!, own, table));
    const [width, leftOut] = [this.classes.length, new Map<string, number>()];
    this.labels = new LabelSets(width, new Int8Array(pictures.length * width).fill(UNKNOWN));
    const labelOf = new Map(this.classes.map((name, label) => [name, label]));
    for (const [sample, own] of pictures.entries()) {
      for (const row of own) {
        addRow(this.labels.row(sample), row, labelOf);
        for (const name of row.labels)
          if (!labelOf.has(name)) leftOut.set(name, (leftOut.get(name) ?? 0) + 1);
      }
    }
    this.warnings = [...leftOutLines(leftOut, table), ...bareLines(this.labels, table)];
  }

  source(index: number): ImageSource {
    return { kind: "file", path: this.name(index) };
  }

  name(index: number): string {
    return pathIn(this.#root, this.files[index]!);
  }
}

/** The rows of one picture. */
type PictureRows = [LabelRow, ...LabelRow[]];

function rowsByPicture(root: string, rows: readonly LabelRow[]): PictureRows[] {
  const rowsOf = new Map<string, PictureRows>();
  for (const row of rows) {
    const file = normalize(nameIn(root, row.path));
    const own = rowsOf.get(file);
    if (own === undefined) rowsOf.set(file, [row]);
    else own.push(row);
  }
  return [...rowsOf.values()];
}

/** The labels of rows, sorted by code point. */
export function labelsOfRows(rows: readonly LabelRow[]): string[] {
  return [...new Set(rows.flatMap(({ labels }) => labels))].sort(compareCodePoints);
}

/** Of several rows the one that knows more has its say, and one that has a label the last word. */
function addRow(
  entries: Int8Array,
  { labels, unknown = [] }: LabelRow,
  labelOf: ReadonlyMap<string, number>,
): void {
  if (unknown !== "all") {
    const open = new Set(unknown.map((name) => labelOf.get(name)));
    for (const [label, entry] of entries.entries())
      if (entry === UNKNOWN && !open.has(label)) entries[label] = ABSENT;
  }
  for (const name of labels) {
    const label = labelOf.get(name);
    if (label !== undefined) entries[label] = PRESENT;
  }
}

function groupOf(file: string, rows: readonly LabelRow[], table: string): string {
  const [group = file, ...others] = new Set(rows.flatMap((row) => row.group ?? []));
  if (others.length === 0) return group;
  throw new ClassifierTrainingError(
    "data",
    "TABLE_ROW",
    `rows put ${file} into the groups "${group}" and "${others[0]}"`,
    { where: table, hint: "give all rows of a picture the same group" },
  );
}

function leftOutLines(leftOut: ReadonlyMap<string, number>, table: string): string[] {
  if (leftOut.size === 0) return [];
  const names = [...leftOut].sort(([a], [b]) => compareCodePoints(a, b));
  const named = listNames(names.map(([name, count]) => `${name} (${count})`));
  return [`${table}: labels that training does not have are left out: ${named}`];
}

/** Lines that count the pictures without labels, and those of which nothing is known. */
function bareLines(labels: LabelSets, table: string): string[] {
  const rows = Array.from(labels.keys(), (sample) => labels.row(sample));
  const unknown = rows.filter((row) => row.every((entry) => entry === UNKNOWN)).length;
  const bare = rows.filter((row) => !row.includes(PRESENT)).length - unknown;
  return [
    ...(bare > 0 ? [`${table}: ${bare} pictures have no label`] : []),
    ...(unknown > 0 ? [`${table}: of ${unknown} pictures nothing is known`] : []),
  ];
}
