// The report of a training in a page: what it takes is gathered as the training goes on.
import { isWrong, isWrongLabel } from "../app/report/is-wrong.ts";
import { withPictures } from "../app/report/report-pictures.ts";
import { BestEpoch, type BestEpochOptions } from "../callbacks/best-epoch.ts";
import { describeModel } from "../callbacks/model-layers.ts";
import { predictionsOf } from "../callbacks/pictures/batch-predictions.ts";
import { isAnnotated, labelPredictionsOf } from "../callbacks/pictures/label-predictions.ts";
import { sampleNameOf, validatedSplit } from "../callbacks/pictures/sample-names.ts";
import { countClasses } from "../core/index.ts";
import type { DataModule } from "../data/modules/data-module.ts";
import type { BaseClassificationModel } from "../models/index.ts";
import {
  type EpochMetrics,
  type EpochTime,
  evaluationOf,
  type LabelPrediction,
  labelEvaluationOf,
  type Prediction,
  type RunFacts,
  type RunSummary,
  renderLabelReport,
  renderReport,
} from "../report/index.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  type FitStatus,
  type Json,
  type Metrics,
} from "../train/index.ts";
import { page } from "./page.ts";

/** A validated sample, with its position in the split: of one class, or with several labels. */
type Validated = (Prediction | LabelPrediction) & { readonly index: number };

interface Gathered {
  readonly history: readonly EpochMetrics[];
  readonly timing: readonly EpochTime[];
  readonly predictions: readonly Validated[];
  readonly best: { readonly epoch: number; readonly score: number | null } | null;
}

/** What the report is about. */
export interface ReportSubject {
  /** What the training is called. */
  readonly name: string;
  readonly model: BaseClassificationModel;
  readonly data: DataModule;
  /** Most validation pictures in the report; default 200. */
  readonly maxPictures?: number;
}

/** A callback; `render` gives the report at any time. What it has gathered is part of checkpoints. */
export class TrainingReport extends Callback {
  override readonly stateKey = "TrainingReport";
  readonly #bestEpoch: BestEpoch;
  #gathered: Gathered = { history: [], timing: [], predictions: [], best: null };
  #rows: Validated[] | undefined;
  #finished: readonly Validated[] | undefined;
  #validated: Metrics = {};
  #validationStart = 0;
  #validationSeconds = 0;
  #part: "train" | "val" = "val";
  #summary: Pick<
    RunSummary,
    "status" | "steps" | "wall_seconds" | "metrics" | "runtime" | "precision" | "threads"
  > = {
    ...{
      status: "interrupted",
      steps: 0,
      wall_seconds: 0,
      metrics: {},
      runtime: "",
      precision: "",
      threads: 0,
    },
  };

  constructor(options: BestEpochOptions = {}) {
    super();
    this.#bestEpoch = new BestEpoch("TrainingReport", options);
  }

  override state(): Json {
    return { best: this.#bestEpoch.state(), gathered: this.#gathered as unknown as Json };
  }

  override loadState(state: Json): void {
    const { best, gathered } = state as unknown as { best: Json; gathered: Gathered };
    this.#bestEpoch.load(best);
    this.#gathered = gathered;
  }

  override onValidationStart({ sanityCheck }: EventOf<"validationStart">): void {
    this.#rows = sanityCheck ? undefined : [];
    this.#validationStart = performance.now();
  }

  override onValidationBatchEnd(event: EventOf<"validationBatchEnd">, context: FitContext): void {
    if (this.#rows === undefined) return;
    this.#part = validatedSplit(context);
    const several = context.model.labels?.task === "multi_label";
    this.#rows.push(...(several ? validatedLabels(event, context) : validatedClasses(event, context)));
  }

  override onValidationEnd({ sanityCheck, metrics }: EventOf<"validationEnd">): void {
    if (sanityCheck) return;
    this.#validationSeconds += (performance.now() - this.#validationStart) / 1000;
    this.#validated = metrics;
    this.#finished = this.#rows;
    this.#rows = undefined;
  }

  override onTrainEpochEnd(event: EventOf<"trainEpochEnd">, context: FitContext): void {
    const { epoch, timing } = event;
    const metrics = { ...event.metrics, ...this.#validated };
    const { history, timing: times, predictions, best } = this.#gathered;
    const isBest = this.#finished !== undefined && this.#bestEpoch.update(event.metrics, context);
    const { samples, trainSeconds, dataSeconds } = timing;
    const time = {
      epoch: epoch + 1,
      samples,
      trainSeconds,
      dataSeconds,
      validationSeconds: this.#validationSeconds,
    };
    this.#gathered = {
      history: [...history, { epoch: epoch + 1, metrics }],
      timing: [...times, time],
      predictions: isBest ? this.#finished! : predictions,
      best: isBest ? { epoch, score: event.metrics[this.#bestEpoch.monitor(context)] ?? null } : best,
    };
    this.#validationSeconds = 0;
    this.#validated = {};
    this.#finished = undefined;
    this.#see("interrupted", context);
  }

  override onFitEnd({ status }: EventOf<"fitEnd">, context: FitContext): void {
    this.#see(status, context);
  }

  #see(status: FitStatus, { engine, metrics, progress }: FitContext): void {
    const { runtime, precision, threads } = engine.session;
    const { step: steps, seconds } = progress;
    this.#summary = {
      status,
      steps,
      wall_seconds: seconds,
      metrics: { ...metrics },
      runtime,
      precision,
      threads,
    };
  }

  /** The report as one HTML file that needs no other. */
  async render({ name, model, data, maxPictures = 200 }: ReportSubject): Promise<string> {
    const { history, timing, predictions, best } = this.#gathered;
    const indices = predictions.map(({ index }) => index);
    const sum = (key: keyof EpochTime): number => timing.reduce((total, time) => total + time[key], 0);
    const { imageSize, mean, transforms } = data.preprocessing;
    const { train, val, test } = data.splits;
    const facts: RunFacts = {
      name,
      summary: {
        ...this.#summary,
        ...(best === null ? {} : { best }),
        epochs: history.length,
        images_per_second: sum("samples") / Math.max(sum("trainSeconds"), Number.MIN_VALUE),
        data_wait: sum("dataSeconds") / Math.max(sum("trainSeconds"), Number.MIN_VALUE),
        seed: data.options.seed,
        model: model.architecture,
        classes: data.classes,
        bad_pictures: [...data.badPictures.values()].map((bad) => ({ name: bad.name, problem: bad.message })),
      },
      configuration: [],
      environment: [["browser", page.navigator?.userAgent ?? ""]],
      history,
      timing,
      splits: Object.entries({ train, val, test }).flatMap(([part, split]) =>
        split === undefined
          ? []
          : [
              {
                name: part,
                counts: countClasses(split.labels, data.classes.length),
                pictures: split.labels.length,
              },
            ],
      ),
      augmented: [],
      model: imageSize === null ? undefined : describeModel(model.network, [mean.length, ...imageSize]),
      preprocessing: transforms.map(
        ({ name: transform, options }) => `${transform}(${JSON.stringify(options)})`,
      ),
    };
    const shown = <P extends Validated>(own: readonly P[], wrong: (prediction: P) => boolean): Promise<P[]> =>
      withPictures(data, this.#part, own, indices, maxPictures, wrong);
    if (model.labels.task === "multi_label") {
      const own = predictions as readonly Extract<Validated, LabelPrediction>[];
      const wrong = isWrongLabel(data.classes.length);
      const content = { ...facts, explained: [], predictions: await shown(own, wrong) };
      return renderLabelReport(content, labelEvaluationOf(content));
    }
    const own = predictions as readonly Extract<Validated, Prediction>[];
    const content = { ...facts, explained: [], predictions: await shown(own, isWrong) };
    return renderReport(content, evaluationOf(content));
  }
}

function validatedClasses(event: EventOf<"validationBatchEnd">, context: FitContext): Validated[] {
  const { labels, predicted, confidence, loss } = predictionsOf(event, context.model.labels?.ignoreIndex);
  return Array.from(event.batch.indices).flatMap((index, i) => {
    if (labels[i]! < 0) return [];
    const name = sampleNameOf(context, index);
    const [truth, said] = [labels[i]!, predicted[i]!];
    return [{ index, name, truth, predicted: said, confidence: confidence[i]!, loss: loss[i]! }];
  });
}

function validatedLabels(event: EventOf<"validationBatchEnd">, context: FitContext): Validated[] {
  const predictions = labelPredictionsOf(event);
  const { width, truth, probabilities, loss } = predictions;
  return Array.from(event.batch.indices).flatMap((index, i) => {
    if (!isAnnotated(predictions, i)) return [];
    const [start, end] = [i * width, (i + 1) * width];
    return [
      {
        index,
        name: sampleNameOf(context, index),
        // Plain arrays: they are part of checkpoints.
        truth: Array.from(truth.subarray(start, end)),
        probabilities: Array.from(probabilities.subarray(start, end)),
        loss: loss[i]!,
      },
    ];
  });
}
