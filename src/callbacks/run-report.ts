// Keeps what the run's report is made of: the predictions of the best epoch, and where each epoch's time went.
import * as z from "zod";
import { parseOptions, writeCsv } from "../core/index.ts";
import { Callback, type EventOf, type FitContext, type Json } from "../train/index.ts";
import { BestEpoch, type BestEpochOptions, bestEpochFields } from "./best-epoch.ts";
import { writeFiles } from "./pictures/picture-files.ts";
import { type PredictionRow, predictionHeader, predictionRows } from "./prediction-table.ts";

/** Where the report's parts are kept, and how many pictures it may have. */
export interface RunReportOptions extends BestEpochOptions {
  /** Folder that receives `predictions.csv` and `timing.csv`. */
  readonly dirpath: string;
  /** Most validation pictures in the report; default 1000. */
  readonly maxPictures?: number;
}

/** A row of `timing.csv`; seconds, rates in samples a second. */
interface EpochTime {
  readonly epoch: number;
  readonly samples: number;
  readonly train_seconds: number;
  readonly data_seconds: number;
  readonly validation_seconds: number;
}

/**
 * `predictions.csv` holds every validation sample of the epoch that is best so far, `timing.csv` a row per epoch. With
 * this callback a finished run gets `report.html` and `model_card.md`.
 */
export class RunReport extends Callback {
  static readonly schema: z.ZodType = z.strictObject({
    ...bestEpochFields,
    dirpath: z.string().min(1),
    maxPictures: z.int().min(0).default(1000),
  });
  override readonly stateKey: string = "RunReport";
  override readonly runsInFastDevRun = false;
  readonly maxPictures: number;
  readonly #dirpath: string;
  readonly #bestEpoch: BestEpoch;
  #rows: PredictionRow[] | undefined;
  #finished: PredictionRow[] | undefined;
  #epochs: EpochTime[] = [];
  #validationStart = 0;
  #validationSeconds = 0;

  constructor({ dirpath, maxPictures = 1000, ...best }: RunReportOptions) {
    super();
    parseOptions("RunReport", RunReport.schema, { dirpath, maxPictures, ...best });
    this.#dirpath = dirpath;
    this.maxPictures = maxPictures;
    this.#bestEpoch = new BestEpoch("RunReport", best);
  }

  override state(): Json {
    return { best: this.#bestEpoch.state(), epochs: this.#epochs.map((epoch) => ({ ...epoch })) };
  }

  override loadState(state: Json): void {
    const { best, epochs } = state as unknown as { best: Json; epochs: EpochTime[] };
    this.#bestEpoch.load(best);
    this.#epochs = [...epochs];
  }

  override onValidationStart({ sanityCheck }: EventOf<"validationStart">): void {
    this.#rows = sanityCheck ? undefined : [];
    this.#validationStart = performance.now();
  }

  override onValidationBatchEnd(event: EventOf<"validationBatchEnd">, context: FitContext): void {
    this.#rows?.push(...predictionRows(event, context));
  }

  override async onValidationEnd(
    { sanityCheck }: EventOf<"validationEnd">,
    { gather, size }: FitContext,
  ): Promise<void> {
    if (sanityCheck) return;
    this.#validationSeconds += (performance.now() - this.#validationStart) / 1000;
    this.#finished = size === 1 ? this.#rows : (await gather(this.#rows!)).flat().sort(byIndex);
    this.#rows = undefined;
  }

  override async onTrainEpochEnd(
    { epoch, metrics, timing }: EventOf<"trainEpochEnd">,
    context: FitContext,
  ): Promise<void> {
    this.#epochs.push({
      epoch: epoch + 1,
      samples: timing.samples,
      train_seconds: round(timing.trainSeconds),
      data_seconds: round(timing.dataSeconds),
      validation_seconds: round(this.#validationSeconds),
    });
    this.#validationSeconds = 0;
    const finished = this.#finished;
    this.#finished = undefined;
    const best = finished !== undefined && this.#bestEpoch.update(metrics, context);
    if (context.rank > 0) return;
    await writeFiles(this.#dirpath, {
      "timing.csv": writeCsv([
        Object.keys(this.#epochs[0]!),
        ...this.#epochs.map((row) => Object.values(row)),
      ]),
      ...(best ? { "predictions.csv": writeCsv([predictionHeader(context), ...finished!]) } : {}),
    });
  }
}

/** As the data set has them; processes give theirs one after the other. */
function byIndex([, a]: PredictionRow, [, b]: PredictionRow): number {
  return a - b;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
