// Exports the best weights to ONNX while training goes on, by whatever exports them when it is over.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../core/index.ts";
import { Callback, type EventOf } from "../train/index.ts";
import type { KeptCheckpoint } from "./model-checkpoint.ts";

/** Exports the best weights of a run as files. */
export interface BestWeightsExporter {
  /** Those that are best so far; undefined before there are any. */
  readonly best: KeptCheckpoint | undefined;
  /** Compares their export with the trained model and writes it. */
  export(): Promise<unknown>;
}

/** When the model is exported, and by what. */
export interface OnnxExportOptions {
  /** `best`: whenever better weights have been kept; `end`: once, when training is over. Default `best`. */
  readonly every?: "best" | "end";
  /** What exports; a run that is configured gives it. */
  readonly exporter?: BestWeightsExporter;
}

const schema = z.strictObject({ every: z.enum(["best", "end"]).default("best") });

/**
 * `model.onnx` and `labels_mapping.json` of the weights that `ModelCheckpoint` has kept as best, compared with the trained
 * model as the command `export` does it; where they differ the fit fails and the earlier files stay. Training waits.
 */
export class OnnxExport extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "OnnxExport";
  override readonly mainProcessOnly = true;
  /** Behind the checkpoints, if it comes behind them in the configuration. */
  override readonly savesRun = true;
  override readonly runsInFastDevRun = false;
  exporter: BestWeightsExporter | undefined;
  readonly #every: "best" | "end";
  #exported: KeptCheckpoint | undefined;

  constructor({ exporter, ...options }: OnnxExportOptions = {}) {
    super();
    this.#every = parseOptions("OnnxExport", schema, options).every;
    this.exporter = exporter;
  }

  /** @throws ClassifierTrainingError kind "usage" `NO_BEST_WEIGHTS` where none are kept. */
  override onFitStart(): void {
    if (this.exporter !== undefined) return;
    const message = "exports the best weights, but no callback keeps them";
    throw new ClassifierTrainingError("usage", "NO_BEST_WEIGHTS", message, {
      where: "callbacks.onnx_export",
      hint: "use it together with ModelCheckpoint",
    });
  }

  override async onValidationEnd({ sanityCheck }: EventOf<"validationEnd">): Promise<void> {
    if (!sanityCheck && this.#every === "best") await this.#export();
  }

  override async onTrainEpochEnd(): Promise<void> {
    if (this.#every === "best") await this.#export();
  }

  override async onTrainEnd(): Promise<void> {
    await this.#export();
  }

  /** Unless these have been exported. */
  async #export(): Promise<void> {
    const best = this.exporter?.best;
    if (best === undefined || best === this.#exported) return;
    await this.exporter!.export();
    this.#exported = best;
  }
}
