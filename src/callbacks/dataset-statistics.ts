// Prints how many samples of each class every split has, and keeps the table.
import * as z from "zod";
import {
  countClasses,
  formatTable,
  LabelSets,
  labelsOf,
  parseOptions,
  type SampleLabels,
  writeCsv,
} from "../core/index.ts";
import { Callback, type EventOf, type FitContext } from "../train/index.ts";
import { writeFiles } from "./pictures/picture-files.ts";
import type { LineOutput } from "./progress-line.ts";

/** Where the table goes, and how much of it is printed. */
export interface DatasetStatisticsOptions {
  /** Folder that receives `dataset_statistics.csv`. */
  readonly dirpath: string;
  /** Most classes that are printed; of more, the largest and the smallest are. Default 40. */
  readonly maxRows?: number;
  /** Default: standard error. */
  readonly output?: LineOutput;
}

/**
 * A row per class or label: the samples in each split that have it and their share of all; data without named classes has none. Of
 * several labels a sample counts for each; what is printed counts those without any, too.
 */
export class DatasetStatistics extends Callback {
  static readonly schema: z.ZodType = z.strictObject({
    dirpath: z.string().min(1),
    maxRows: z.int().min(2).default(40),
  });
  override readonly stateKey = "DatasetStatistics";
  override readonly mainProcessOnly = true;
  override readonly runsInFastDevRun = false;
  readonly #dirpath: string;
  readonly #maxRows: number;
  readonly #output: LineOutput;

  constructor({ dirpath, maxRows = 40, output = process.stderr, ...rest }: DatasetStatisticsOptions) {
    super();
    parseOptions("DatasetStatistics", DatasetStatistics.schema, { dirpath, maxRows, ...rest });
    this.#dirpath = dirpath;
    this.#maxRows = maxRows;
    this.#output = output;
  }

  override async onFitStart(_event: EventOf<"fitStart">, { data }: FitContext): Promise<void> {
    const { classes, splits } = data;
    if (classes === undefined || splits === undefined) return;
    const counted = (["train", "val", "test"] as const).flatMap((name) => {
      const labels = splits[name]?.labels;
      return labels === undefined
        ? []
        : [
            {
              name,
              counts: countClasses(labels, classes.length),
              bare: bareSamples(labels),
              total: labels.length,
            },
          ];
    });
    const several = splits.train.labels instanceof LabelSets;
    const word = several ? "label" : "class";
    const header = [word, ...counted.flatMap(({ name }) => [name, "share"])];
    const row = (label: string, of: (split: (typeof counted)[number]) => number): string[] => [
      label,
      ...counted.flatMap((split) => [
        of(split).toLocaleString("en-US"),
        split.total === 0 ? "-" : `${((of(split) / split.total) * 100).toFixed(1)} %`,
      ]),
    ];
    const ofClass = (c: number): string[] => row(classes[c]!, ({ counts }) => counts[c]!);
    const rows = shownClasses(counted[0]!.counts, this.#maxRows).map((c) =>
      c === undefined ? [`... ${classes.length - this.#maxRows} more`] : ofClass(c),
    );
    const bare = several ? [row("no label", (split) => split.bare)] : [];
    const total = row(several ? "all samples" : `all ${classes.length}`, (split) => split.total);
    this.#output.write(`${formatTable(header, [...rows, ...bare, total])}\n`);
    const table = [
      [word, ...counted.map(({ name }) => name)],
      ...classes.map((name, c) => [name, ...counted.map(({ counts }) => counts[c]!)]),
    ];
    await writeFiles(this.#dirpath, { "dataset_statistics.csv": writeCsv(table) });
  }
}

/** Samples without any label. */
function bareSamples(labels: SampleLabels): number {
  let count = 0;
  for (const sample of labels.keys()) count += Number(labelsOf(labels, sample).length === 0);
  return count;
}

/** All classes in order, or of too many the largest and the smallest, by size, with a gap between. */
function shownClasses(counts: Int32Array, maxRows: number): (number | undefined)[] {
  const all = Array.from(counts, (_, c) => c);
  if (all.length <= maxRows) return all;
  const bySize = all.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const half = Math.ceil(maxRows / 2);
  return [...bySize.slice(0, half), undefined, ...bySize.slice(half - maxRows)];
}
