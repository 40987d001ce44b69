// Trains a model as configured: fit, export the best weights, test them, write the summary.
import { existsSync } from "node:fs";
import { ModelCheckpoint, OnnxExport, RunReport } from "../../callbacks/index.ts";
import type { ComponentRegistry } from "../../config/index.ts";
import type { DataModule } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import { removeUnfinished } from "../../platform/durable-file.ts";
import { removeFile } from "../../platform/index.ts";
import {
  assertResumable,
  describeNonFinite,
  type DataModule as FitData,
  type FitResult,
  formatProfile,
  type LoadedCheckpoint,
  loadCheckpoint,
  loadCheckpointOrPrevious,
  type Metrics,
  type Profile,
  startOfTraining,
  type TrainableModel,
  Trainer,
} from "../../train/index.ts";
import { writeReport } from "../report/report.ts";
import { chooseRuntime, type ProbedRuntime } from "../runtimes.ts";
import { leftOutLine, leftOutOf } from "./bad-pictures.ts";
import { BestExport } from "./best-export.ts";
import { type RunConfiguration, writeHydraFiles } from "./configuration.ts";
import { LEAVES_OUT_LAST, leftOutAlone } from "./left-out.ts";
import { linearProbe } from "./linear-probe.ts";
import { type Notify, noticesFrom } from "./notices.ts";
import { loadPretrained } from "./pretrained.ts";
import { writeProfile } from "./profile.ts";
import { identityOf } from "./run-identity.ts";
import { RunLock } from "./run-lock.ts";
import { RunParts, setUp } from "./run-parts.ts";
import { writeRunRecord } from "./run-record.ts";
import { readSettings, type Settings, validateRun } from "./settings.ts";
import { type RunError, type RunSummary, runError, writeSummary } from "./summary.ts";
import { runTest } from "./test.ts";
import { Throughput } from "./throughput.ts";

/** What a run needs besides its configuration. */
export interface TrainOptions {
  readonly registry: ComponentRegistry;
  /** Ends the run behind the optimizer step in progress, leaving a checkpoint. */
  readonly signal?: AbortSignal;
  /** Receives each line for the person who waits, as `log_level` lets through; default: nobody. */
  readonly write?: (line: string) => void;
}

/** Runs a whole training. The summary is also written when it fails or is interrupted. */
export async function train(
  run: RunConfiguration,
  { registry, signal, write = () => undefined }: TrainOptions,
): Promise<RunSummary> {
  await validateRun(run.composition);
  const settings = readSettings(run.composition);
  const notify = noticesFrom(settings.logLevel, write);
  for (const warning of run.warnings) notify("WARNING", warning);
  const chosen = await chooseRuntime(settings.runtime, settings.trainer.precision ?? "32-true");
  const checkpoint =
    run.checkpoint === undefined ? undefined : await loadCheckpointOrPrevious(run.checkpoint);
  if (checkpoint?.warning !== undefined) notify("WARNING", checkpoint.warning);
  const parts = new RunParts(run.composition, registry);
  const model = await parts.model();
  // A run that goes on keeps its split; one that begins anew in the folder of another makes its own.
  const goesOn = checkpoint !== undefined && existsSync(run.folder.splitFile);
  await using data = await parts.data(goesOn ? run.folder.splitFile : null, model);
  for (const warning of data.warnings) notify("WARNING", warning);
  await setUp(model, data, parts);
  const identity = identityOf(run.composition, data, model);
  if (checkpoint !== undefined) assertResumable(checkpoint, identity);
  const callbacks = await parts.callbacks();
  await using trainer = new Trainer(settings.trainer, {
    runtime: chosen.runtime,
    seed: settings.seed,
    callbacks,
    loggers: await parts.loggers(),
    optimizer: await parts.optimizer(),
    scheduler: await parts.scheduler(),
    fineTuning: settings.fineTuning,
  });
  const fitted =
    settings.fineTuning?.cacheFeatures === true
      ? linearProbe({ model, data, trainer, folder: run.folder, notify, signal })
      : { model, data };
  await run.folder.create();
  await using _lock = await RunLock.take(run.folder.path);
  const unfinished = await removeUnfinished(run.folder.path);
  if (unfinished > 0)
    notify("INFO", `removed what a killed run had begun to write: ${unfinished} unfinished file(s)`);
  // It tells how a run has ended, and this one begins.
  await removeFile(run.folder.summaryFile);
  await writeHydraFiles(run);
  await run.folder.writeSplit(data.splits.split);
  notify("INFO", `${chosen.runtime.name}: ${chosen.probe.detail}`);
  await writeRunRecord(run.folder, run.composition, {
    name: chosen.runtime.name,
    detail: chosen.probe.detail,
  });
  const checkpoints = callbacks.find((callback) => callback instanceof ModelCheckpoint);
  const exporter =
    checkpoints &&
    new BestExport({
      model,
      preprocessing: data.preprocessing,
      runtime: chosen.runtime,
      threads: settings.trainer.threads,
      folder: run.folder.path,
      checkpoints,
      notify,
    });
  for (const callback of callbacks) if (callback instanceof OnnxExport) callback.exporter = exporter;
  const training = new Training({
    run,
    settings,
    chosen,
    data,
    model,
    fitted,
    trainer,
    checkpoint,
    identity,
    checkpoints,
    exporter,
    notify,
  });
  const summary = await training.run(signal);
  const reporting = callbacks.find((callback) => callback instanceof RunReport);
  const devRun = (settings.trainer.fastDevRun ?? 0) > 0;
  if (reporting !== undefined && summary.status !== "interrupted" && !devRun) {
    const { maxPictures } = reporting;
    notify("INFO", `report ${await writeReport({ folder: run.folder, data, model, maxPictures })}`);
  }
  return summary;
}

interface TrainingParts {
  readonly run: RunConfiguration;
  readonly settings: Settings;
  readonly chosen: ProbedRuntime;
  readonly data: DataModule;
  readonly model: BaseClassificationModel;
  /** What the trainer is given: model and data themselves, or a linear probe of them. */
  readonly fitted: { readonly model: TrainableModel; readonly data: FitData };
  readonly trainer: Trainer;
  readonly checkpoint: LoadedCheckpoint | undefined;
  readonly identity: ReturnType<typeof identityOf>;
  readonly checkpoints: ModelCheckpoint | undefined;
  readonly exporter: BestExport | undefined;
  readonly notify: Notify;
}

/** What has come of a run besides its fit. */
interface Outcome {
  readonly tested?: Metrics;
  readonly exported?: string;
  readonly error?: RunError;
}

class Training {
  readonly #parts: TrainingParts;
  readonly #throughput = new Throughput();
  readonly #started = performance.now();
  /** How far the run has come, for the summary of one that fails. */
  #latest: FitResult = {
    status: "failed",
    reason: undefined,
    progress: startOfTraining(),
    metrics: {},
    profile: undefined,
  };

  constructor(parts: TrainingParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal | undefined): Promise<RunSummary> {
    const { checkpoints, exporter } = this.#parts;
    try {
      const result = await this.#fit(signal);
      if (result.profile !== undefined) await this.#tellProfile(result.profile);
      if (result.status === "interrupted" || checkpoints?.best === undefined || exporter === undefined) {
        return await this.#finish(result);
      }
      await exporter.export();
      const tested = await this.#test(checkpoints.bestPath);
      return await this.#finish(result, { tested, exported: "model.onnx" });
    } catch (error) {
      // What has failed may fail again here; the first error is the one to tell.
      await this.#parts.trainer.finishLogging().catch(() => undefined);
      const failed = { ...this.#latest, status: "failed" } as const;
      await this.#finish(failed, { error: runError(error) }).catch(() => undefined);
      throw error;
    }
  }

  async #fit(signal: AbortSignal | undefined): Promise<FitResult> {
    const { model, fitted, trainer, checkpoint, identity, notify } = this.#parts;
    const fit = trainer.fit(fitted.model, fitted.data, {
      checkpoint,
      weights: checkpoint === undefined ? await loadPretrained(model, notify, signal) : undefined,
      identity,
      ...(signal === undefined ? {} : { signal }),
    });
    for (;;) {
      const { done, value } = await fit.next();
      if (done) {
        this.#latest = { ...value, progress: { ...value.progress } };
        return value;
      }
      if (value.type === "nonFinite") notify("WARNING", `${describeNonFinite(value)}; going on without it`);
      if (value.type === "trainStart" && value.leavesOutLast) notify("WARNING", LEAVES_OUT_LAST);
      if (value.type !== "trainEpochEnd") continue;
      if (value.leftOut > 0) notify("WARNING", leftOutAlone(value.leftOut));
      this.#throughput.add(value.timing);
      this.#latest = { ...this.#latest, progress: { ...value.progress }, metrics: value.metrics };
    }
  }

  async #tellProfile(profile: Profile): Promise<void> {
    const { run, settings, notify } = this.#parts;
    notify("INFO", `where the time went:\n${formatProfile(profile)}`);
    if ((settings.trainer.fastDevRun ?? 0) === 0) await writeProfile(run.folder, profile);
  }

  /** Tests the best weights. */
  async #test(best: string): Promise<Metrics> {
    const { fitted, trainer } = this.#parts;
    const engine = await trainer.open(fitted.model);
    const { tensors } = await loadCheckpoint(best);
    await engine.writeWeights(tensors);
    return runTest(trainer, fitted.model, fitted.data);
  }

  /** Tells of pictures left out, and writes the summary. */
  async #finish(result: FitResult, { tested, exported, error }: Outcome = {}): Promise<RunSummary> {
    const { run, settings, chosen, data, model, trainer, checkpoints, notify } = this.#parts;
    await trainer.finishLogging();
    const leftOut = leftOutLine(data, "summary.json says why");
    if (leftOut !== undefined) notify("WARNING", leftOut);
    const session = trainer.engine?.session;
    const summary: RunSummary = {
      status: result.status,
      reason: result.reason,
      error,
      epochs: result.progress.epoch,
      steps: result.progress.step,
      best: checkpoints?.best,
      metrics: { ...result.metrics, ...tested },
      images_per_second: this.#throughput.imagesPerSecond,
      data_wait: this.#throughput.dataWait,
      wall_seconds: (performance.now() - this.#started) / 1000,
      runtime: chosen.runtime.name,
      precision: session?.precision ?? settings.trainer.precision ?? "32-true",
      threads: session?.threads ?? 0,
      seed: settings.seed,
      model: model.architecture,
      classes: data.classes,
      bad_pictures: leftOutOf(data).map(({ name, message }) => ({ name, problem: message })),
      export: exported,
    };
    await run.folder.write(run.folder.summaryFile, writeSummary(summary));
    return summary;
  }
}
