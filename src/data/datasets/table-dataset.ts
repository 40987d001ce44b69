// A data set given as a table: one row a sample, with the picture's file, its class and perhaps a group.
import { isAbsolute, join, normalize, relative, sep } from "node:path";
import { ClassifierTrainingError, compareCodePoints } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { SplittableDataset } from "../modules/auto-split.ts";

/** One sample of a table, whatever the table's columns are called. */
export interface TableRow {
  /** The picture's file, absolute or relative to the table's root. */
  readonly path: string;
  /** The class name; empty rows have none and are left out. */
  readonly label: string;
  /** Rows of one group stay in one part when the table is split. Default: the picture's file. */
  readonly group?: string | undefined;
}

/** The samples of a table. A picture may occur in several rows. */
export class TableDataset implements SplittableDataset {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly files: readonly string[];
  readonly groups: readonly string[];
  /** What was left out, one line each. */
  readonly warnings: readonly string[];
  readonly #root: string;

  /**
   * @param root what the rows' relative paths are relative to
   * @param classes the classes of the training split; default: those of these rows, sorted by code point. Rows of
   * other classes, and rows without one, are left out and counted.
   * @param table what messages call the table; default: the root
   * @throws ClassifierTrainingError kind "data", `TABLE_EMPTY`
   */
  constructor(root: string, rows: readonly TableRow[], classes?: readonly string[], table: string = root) {
    this.#root = root;
    this.classes = classes ?? classesOf(rows);
    const labelOf = new Map(this.classes.map((name, label) => [name, label]));
    const kept = rows.filter(({ label }) => labelOf.has(label));
    if (kept.length === 0) {
      throw new ClassifierTrainingError("data", "TABLE_EMPTY", "no row with a picture and a known class", {
        where: table,
      });
    }
    this.labels = Int32Array.from(kept, ({ label }) => labelOf.get(label)!);
    this.files = kept.map(({ path }) => nameIn(root, path));
    this.groups = kept.map(({ group }, index) => group ?? this.files[index]!);
    const empty = rows.filter(({ label }) => label === "").length;
    const unknown = rows.length - kept.length - empty;
    this.warnings = [
      ...(empty > 0 ? [`${table}: ${empty} rows without a class are left out`] : []),
      ...(unknown > 0
        ? [`${table}: ${unknown} rows of classes that training does not have are left out`]
        : []),
    ];
  }

  source(index: number): ImageSource {
    return { kind: "file", path: this.name(index) };
  }

  name(index: number): string {
    return pathIn(this.#root, this.files[index]!);
  }
}

/** Where the picture is that a written split calls so. */
export function pathIn(root: string, file: string): string {
  return isAbsolute(file) ? file : join(root, file);
}

/** What a picture is called in a written split: below the root by its relative path, else by its absolute one. */
export function nameIn(root: string, path: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(root, path);
  const isOutside = inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return isOutside ? normalize(path) : inside;
}

/** The class names of rows, without the empty one, sorted by code point. */
function classesOf(rows: readonly TableRow[]): string[] {
  const names = new Set(rows.map(({ label }) => label));
  names.delete("");
  return [...names].sort(compareCodePoints);
}
