// Everything that a training needs, made from its configuration before anything is written.
import { ModelCheckpoint, OnnxExport } from "../../callbacks/index.ts";
import type { ComponentRegistry } from "../../config/index.ts";
import { ClassifierTrainingError, type TrainerData } from "../../core/index.ts";
import { type DataModule, labelChangesLine } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import {
  assertResumable,
  type Callback,
  type Json,
  type LoadedCheckpoint,
  loadCheckpointOrPrevious,
  onMainProcess,
  type TrainableModel,
  Trainer,
} from "../../train/index.ts";
import { BestExport } from "../export/best-export.ts";
import { assertSameRun, noticesOf, processesLine, tellOfOthers } from "../processes/processes.ts";
import { resumedBatches } from "../processes/resumed-batches.ts";
import { threadsOfProcess } from "../processes/threads-of-process.ts";
import { type ProbedRuntime, runtimeOf } from "../runtimes.ts";
import type { RunConfiguration } from "./configuration.ts";
import { readJobSettings, setEnvironment } from "./job-settings.ts";
import { changedList, keptData } from "./kept-data.ts";
import { linearProbe } from "./linear-probe.ts";
import { type Notify, noticesFrom, onceEach } from "./notices.ts";
import { normalizationWarning, picturesLine } from "./pretrained.ts";
import { identityOf } from "./run-identity.ts";
import { RunLog } from "./run-log.ts";
import { RunParts, setUp } from "./run-parts.ts";
import { readSettings, type Settings, validateRun } from "./settings.ts";

/** What a run needs besides its configuration. */
export interface TrainOptions {
  readonly registry: ComponentRegistry;
  /** Ends the run behind the optimizer step in progress, leaving a checkpoint. */
  readonly signal?: AbortSignal;
  /** Receives each line for the person who waits, as `log_level` lets through; default: nobody. */
  readonly write?: (line: string) => void;
  /** The processes that train together. Default: those that a launcher has started, as `trainer.strategy` has it. */
  readonly collective?: Collective;
  /** Callbacks beside those of the configuration. */
  readonly callbacks?: readonly Callback[];
  /** Asked when the fit has ended: true where it was given up, and is neither exported nor tested nor reported on. */
  readonly isGivenUp?: () => boolean;
}

/** The same, with the processes joined. */
export type JoinedOptions = TrainOptions & { readonly collective: Collective };

/** A training that may begin. Disposing it gives everything back. */
export interface PreparedRun extends AsyncDisposable {
  readonly run: RunConfiguration;
  readonly collective: Collective;
  readonly settings: Settings;
  readonly notify: Notify;
  readonly log: RunLog;
  readonly chosen: ProbedRuntime;
  /** Where the training goes on from; undefined: it begins. */
  readonly checkpoint: LoadedCheckpoint | undefined;
  readonly data: DataModule;
  readonly model: BaseClassificationModel;
  /** What the trainer is given: model and data themselves, or a linear probe of them. */
  readonly fitted: { readonly model: TrainableModel; readonly data: TrainerData };
  readonly callbacks: readonly Callback[];
  readonly trainer: Trainer;
  readonly identity: Readonly<Record<string, Json>>;
  readonly checkpoints: ModelCheckpoint | undefined;
  readonly exporter: BestExport | undefined;
}

/** What to give back in the end, in the order in which it was taken. */
type Taken = (() => void | Promise<void>)[];

/** @throws ClassifierTrainingError for whatever keeps the training from beginning */
export async function prepareRun(run: RunConfiguration, options: JoinedOptions): Promise<PreparedRun> {
  const taken: Taken = [];
  const giveBack = async (): Promise<void> => {
    for (const each of taken.splice(0).reverse()) await each();
  };
  try {
    return { ...(await prepare(run, options, taken)), [Symbol.asyncDispose]: giveBack };
  } catch (error) {
    await giveBack();
    throw error;
  }
}

async function prepare(
  run: RunConfiguration,
  { registry, signal, collective, callbacks: more = [], write = () => undefined }: JoinedOptions,
  taken: Taken,
): Promise<Omit<PreparedRun, keyof AsyncDisposable>> {
  const { composition, folder } = run;
  const job = readJobSettings(composition);
  const environment = setEnvironment(job.environment);
  taken.push(() => environment[Symbol.dispose]());
  await validateRun(composition);
  const settings = readSettings(composition);
  const { rank } = collective;
  const log = new RunLog(rank === 0 ? job.log : { level: "OFF", file: undefined });
  const tell = log.recording(noticesFrom(job.verbose ? "DEBUG" : settings.logLevel, write));
  // Until all are ready the others' warnings are most often those of the first.
  const warnings: string[] = [];
  const notify: Notify = (level, line) => {
    if (level === "WARNING") warnings.push(line);
    if (rank === 0) tell(level, line);
  };
  for (const warning of run.warnings) notify("WARNING", warning);
  const chosen = await runtimeOf(settings);
  const checkpoint =
    run.checkpoint === undefined
      ? undefined
      : await onMainProcess(collective, () => loadCheckpointOrPrevious(run.checkpoint!));
  if (checkpoint?.warning !== undefined) notify("WARNING", checkpoint.warning);
  const components = new RunParts(composition, registry);
  const model = await components.model();
  // A run that goes on keeps its split; one that begins anew in the folder of another makes its own.
  const kept = checkpoint === undefined ? undefined : keptData(folder);
  const data = await components.data(kept, model);
  taken.push(() => data.close());
  for (const warning of data.warnings) notify("WARNING", warning);
  const { labelChanges } = data.splits;
  if (labelChanges !== undefined) notify("INFO", labelChangesLine(labelChanges));
  const changed = kept && changedList(composition, kept);
  if (changed !== undefined) notify("WARNING", changed);
  const pictures = picturesLine(model, data);
  if (pictures !== undefined) notify("INFO", pictures);
  const normalization = normalizationWarning(data);
  if (normalization !== undefined) notify("WARNING", normalization);
  await setUp(model, data, components);
  const own = identityOf(composition, data, model);
  await assertSameRun({ runtime: chosen.runtime.name, ...own }, collective);
  const batches = { batchSize: data.options.batchSize, processes: collective.size };
  if (collective.size > 1) notify("INFO", processesLine(batches));
  const { identity, notice, ...resumed } =
    checkpoint === undefined
      ? { identity: own, trainer: settings.trainer }
      : resumedBatches(checkpoint, batches, settings.trainer, own);
  if (notice !== undefined) notify("INFO", notice);
  if (checkpoint !== undefined) assertResumable(checkpoint, identity);
  const callbacks = [...(await components.callbacks()), ...more];
  const threads = settings.trainer.threads ?? (await threadsOfProcess(collective));
  const trainer = new Trainer(
    { ...resumed.trainer, ...(threads === undefined ? {} : { threads }) },
    {
      runtime: chosen.runtime,
      seed: settings.seed,
      collective,
      callbacks,
      loggers: await components.loggers(),
      optimizer: await components.optimizer(),
      scheduler: await components.scheduler(),
      fineTuning: settings.fineTuning,
      onRemark: onceEach((line) => notify("WARNING", line)),
    },
  );
  taken.push(() => trainer[Symbol.asyncDispose]());
  const probes = settings.fineTuning?.cacheFeatures === true;
  if (model.options.head === "knn" && !probes) throw featuresNotCached();
  const fitted = probes
    ? linearProbe({ model, data, trainer, folder, notify, signal, isMain: rank === 0 })
    : { model, data };
  const checkpoints = callbacks.find((callback) => callback instanceof ModelCheckpoint);
  const exporter =
    checkpoints &&
    new BestExport({
      model,
      preprocessing: data.preprocessing,
      runtime: chosen.runtime,
      threads: settings.trainer.threads,
      folder: folder.path,
      checkpoints,
      notify,
    });
  for (const callback of callbacks) if (callback instanceof OnnxExport) callback.exporter = exporter;
  await tellOfOthers(warnings, collective, tell);
  return {
    run,
    collective,
    settings,
    notify: noticesOf(collective, tell),
    log,
    chosen,
    checkpoint,
    data,
    model,
    fitted,
    callbacks,
    trainer,
    identity,
    checkpoints,
    exporter,
  };
}

function featuresNotCached(): ClassifierTrainingError {
  const message = "is knn, which remembers features that are computed once";
  return new ClassifierTrainingError("usage", "KNN_HEAD", message, {
    where: "model.head",
    hint: "choose fine_tuning=linear_probe as recipe=nearest_neighbors does",
  });
}
