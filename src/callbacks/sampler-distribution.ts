// Shows what a weighted sampler draws: samples of each class against an even share.
import * as z from "zod";
import { countClasses, formatTable, LabelSets, labelsOf, parseOptions, writeCsv } from "../core/index.ts";
import { Callback, type EventOf, type FitContext } from "../train/index.ts";
import { writeFiles } from "./pictures/picture-files.ts";
import type { LineOutput } from "./progress-line.ts";

/** Where the table goes. */
export interface SamplerDistributionOptions {
  /** Folder that receives `sampler_distribution.csv`. */
  readonly dirpath: string;
  /** Default: standard error. */
  readonly output?: LineOutput;
}

/** Most classes whose rows are printed. */
const MOST_ROWS = 40;

/**
 * Draws of each class, or of each label, against an even share of all of them. The table of the latest whole epoch in `sampler_distribution.csv`; the first one is printed too. Without a weighted
 * sampler every sample comes once an epoch, and there is nothing to show.
 */
export class SamplerDistribution extends Callback {
  static readonly schema: z.ZodType = z.strictObject({ dirpath: z.string().min(1) });
  override readonly stateKey = "SamplerDistribution";
  override readonly runsInFastDevRun = false;
  readonly #dirpath: string;
  readonly #output: LineOutput;
  #drawn: Uint32Array | undefined;
  #printed = false;

  constructor({ dirpath, output = process.stderr, ...rest }: SamplerDistributionOptions) {
    super();
    parseOptions("SamplerDistribution", SamplerDistribution.schema, { dirpath, ...rest });
    this.#dirpath = dirpath;
    this.#output = output;
  }

  override onTrainEpochStart(
    { startBatch }: EventOf<"trainEpochStart">,
    { data, options }: FitContext,
  ): void {
    const weighted = (data.options?.sampler.mode ?? "disabled") !== "disabled";
    const whole = weighted && startBatch === 0 && options.overfitBatches === undefined;
    this.#drawn = whole && data.splits ? new Uint32Array(data.splits.train.labels.length) : undefined;
  }

  override onTrainBatchEnd({ batch }: EventOf<"trainBatchEnd">): void {
    if (this.#drawn !== undefined) for (const index of batch.indices) this.#drawn[index]!++;
  }

  override async onTrainEpochEnd(
    { epoch }: EventOf<"trainEpochEnd">,
    { data: { classes, splits }, rank, gather }: FitContext,
  ): Promise<void> {
    const own = this.#drawn;
    if (own === undefined || classes === undefined || splits === undefined) return;
    const [drawn = own, ...others] = await gather(own);
    for (const other of others) for (const [index, times] of other.entries()) drawn[index]! += times;
    if (rank > 0) return;
    const { labels } = splits.train;
    const available = countClasses(labels, classes.length);
    const sampled = new Int32Array(classes.length);
    for (const [index, times] of drawn.entries())
      for (const label of labelsOf(labels, index)) sampled[label]! += times;
    const total = drawn.reduce((sum, times) => sum + times, 0);
    // Of several labels a picture counts for each.
    const even = sampled.reduce((sum, count) => sum + count, 0) / classes.length;
    const rows = classes.map((name, c) => [
      name,
      String(available[c]!),
      String(sampled[c]!),
      even.toFixed(1),
      (sampled[c]! / even).toFixed(3),
    ]);
    const header = [
      labels instanceof LabelSets ? "label" : "class",
      "pictures",
      "sampled",
      "even_share",
      "ratio",
    ];
    await writeFiles(this.#dirpath, { "sampler_distribution.csv": writeCsv([header, ...rows]) });
    if (this.#printed) return;
    this.#printed = true;
    const distinct = drawn.reduce((count, times) => count + Math.min(times, 1), 0);
    const shown = rows.length <= MOST_ROWS ? `${formatTable(header, rows)}\n` : "";
    this.#output.write(
      `${shown}weighted sampler, epoch ${epoch + 1}: ${total} samples of ${distinct} pictures out of ${labels.length}\n`,
    );
  }
}
