// Draws loss and accuracy over the epochs.

import * as z from "zod";
import { parseOptions, type TaskName } from "../../core/index.ts";
import { type Curve, curvesPicture } from "../../plots/index.ts";
import { Callback, type EventOf, type FitContext, type Json, type Metrics } from "../../train/index.ts";
import { DrawingBudget } from "./drawing-budget.ts";
import { pngOf, writeFiles } from "./picture-files.ts";

/** Where the pictures go. */
export interface TrainingHistoryOptions {
  /** Folder of the pictures. */
  readonly dirpath: string;
}

interface Chart {
  readonly file: string;
  readonly title: string;
  readonly metrics: readonly string[];
  readonly percent: boolean;
}

const LOSS: Chart = {
  file: "loss_history",
  title: "Loss",
  metrics: ["train/loss", "val/loss"],
  percent: false,
};

const CHARTS: Readonly<Record<TaskName, readonly Chart[]>> = {
  multi_class: [
    LOSS,
    {
      file: "accuracy_history",
      title: "Accuracy",
      metrics: ["train/acc_top1", "val/acc_top1"],
      percent: true,
    },
  ],
  multi_label: [
    LOSS,
    {
      file: "score_history",
      title: "Scores",
      metrics: ["val/map", "val/f1", "val/acc_subset", "train/f1"],
      percent: true,
    },
  ],
};

/** The values of one epoch by metric; what was not logged, or is no number, is absent. */
interface Epoch {
  readonly epoch: number;
  readonly [metric: string]: number;
}

/**
 * `loss_history` and `accuracy_history` (with several labels `score_history`: mean average precision, F1, subset accuracy) as
 * PNG and SVG, epochs counted from 1. They are drawn when training ends, and
 * before that after as many epochs as cost no more than 1 % of the run's time.
 */
export class TrainingHistory extends Callback {
  static readonly schema: z.ZodType = z.strictObject({ dirpath: z.string().min(1) });
  override readonly stateKey = "TrainingHistory";
  override readonly mainProcessOnly = true;
  override readonly runsInFastDevRun = false;
  readonly #dirpath: string;
  readonly #budget = new DrawingBudget();
  #epochs: Epoch[] = [];
  /** Of the last validation in this epoch. */
  #validated: Metrics = {};
  #drawn = 0;

  constructor({ dirpath, ...rest }: TrainingHistoryOptions) {
    super();
    parseOptions("TrainingHistory", TrainingHistory.schema, { dirpath, ...rest });
    this.#dirpath = dirpath;
  }

  override state(): Json {
    return [...this.#epochs];
  }

  override loadState(state: Json): void {
    this.#epochs = [...(state as unknown as Epoch[])];
  }

  override onValidationEnd({ sanityCheck, metrics }: EventOf<"validationEnd">): void {
    if (!sanityCheck) this.#validated = metrics;
  }

  override async onTrainEpochEnd(event: EventOf<"trainEpochEnd">, context: FitContext): Promise<void> {
    const logged = { ...pick(event.metrics, "train/"), ...this.#validated };
    this.#validated = {};
    const values = chartsOf(context).flatMap(({ metrics }) =>
      metrics.map((name) => [name, logged[name]] as const),
    );
    const finite = values.filter(([, value]) => Number.isFinite(value));
    this.#epochs.push({ ...Object.fromEntries(finite), epoch: event.epoch + 1 });
    if (this.#budget.allows(context.progress.seconds)) await this.#draw(context);
  }

  override async onFitEnd({ status }: EventOf<"fitEnd">, context: FitContext): Promise<void> {
    if (status !== "failed") await this.#draw(context);
  }

  async #draw(context: FitContext): Promise<void> {
    if (this.#drawn === this.#epochs.length) return;
    await this.#budget.spend(async () => {
      for (const { file, title, metrics, percent } of chartsOf(context)) {
        const curves = metrics.map((name) => this.#curve(name)).filter(({ points }) => points.length > 0);
        if (curves.length === 0) continue;
        const picture = await curvesPicture({ title, curves, percent, yLabel: title.toLowerCase() });
        await writeFiles(this.#dirpath, {
          [`${file}.svg`]: picture.svg,
          [`${file}.png`]: await pngOf(picture),
        });
      }
    });
    this.#drawn = this.#epochs.length;
  }

  #curve(name: string): Curve {
    const points = this.#epochs.flatMap((row) =>
      row[name] === undefined ? [] : [[row.epoch, row[name]] as const],
    );
    return { name, points };
  }
}

function chartsOf({ model }: FitContext): readonly Chart[] {
  return CHARTS[model.labels?.task ?? "multi_class"];
}

/** The metrics whose names begin with `prefix`. */
function pick(metrics: Metrics, prefix: string): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => name.startsWith(prefix)));
}
