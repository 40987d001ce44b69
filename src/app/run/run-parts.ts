// The components of a run, built from its configuration: data, model, optimizer, callbacks, loggers.
import {
  type ComponentRegistry,
  type Composition,
  type ConfigNode,
  childOf,
  instantiate,
  literalConfig,
  nodeAt,
  recordedConfig,
  resolveConfig,
  toPlain,
  whereOf,
} from "../../config/index.ts";
import {
  ClassifierTrainingError,
  checkSampleLabels,
  type LabelRange,
  type TaskName,
} from "../../core/index.ts";
import { checkClasses, type DataModule, type DataPurpose } from "../../data/index.ts";
import { ClassificationMetric } from "../../metrics/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import { LearningRateScheduler, type Optimizer } from "../../optim/index.ts";
import type { MetricSets } from "../../tasks/index.ts";
import { Callback, type Logger, type Stage } from "../../train/index.ts";
import { defaultEvalTransforms, type Transform } from "../../transforms/index.ts";
import { takesThreshold, taskOfMetric } from "../metric-schemas.ts";
import type { KeptData } from "./kept-data.ts";
import { expectedPictures } from "./pretrained.ts";
import { readTask } from "./settings.ts";

/** Builds parts of one configuration. */
export class RunParts {
  readonly #composition: Composition;
  readonly #registry: ComponentRegistry;

  constructor(composition: Composition, registry: ComponentRegistry) {
    this.#composition = composition;
    this.#registry = registry;
  }

  /**
   * The data module, with the transforms of the configuration, set up.
   * @param kept what a run has kept of its data; undefined: nothing, nor will it
   * @param model published weights bring their own preprocessing, unless the configuration lists transforms
   * @param purpose default `training`
   */
  async data(
    kept: KeptData | undefined,
    model: BaseClassificationModel,
    purpose?: DataPurpose,
  ): Promise<DataModule> {
    const data = await this.dataModule(kept, model);
    await data.setup(purpose);
    return data;
  }

  /** As `data`, not set up. */
  async dataModule(kept: KeptData | undefined, model: BaseClassificationModel): Promise<DataModule> {
    const given = await this.#transforms();
    const format = expectedPictures(model, this.#imageSize());
    const config = this.#composition.config.entries.get("data");
    const ownSplit = config?.kind === "map" ? config.entries.get("split_file") : undefined;
    const ownFormat = config?.kind === "map" && config.entries.has("picture_format");
    const split =
      ownSplit?.kind === "scalar" && ownSplit.value === null ? { split_file: kept?.splitFile ?? null } : {};
    const changes = kept?.labelChanges === undefined ? {} : { label_changes: kept.labelChanges };
    if (config?.kind === "map" && config.entries.has("task")) throw taskOfData();
    const { task } = this;
    return (await this.#build("data", {
      ...(task === "multi_class" ? {} : { task }),
      ...(format === undefined || ownFormat ? {} : { picture_format: format }),
      ...given,
      ...split,
      ...changes,
    })) as DataModule;
  }

  /** What is done to pictures before evaluation, whatever the data is. */
  async evaluationTransform(model: BaseClassificationModel): Promise<Transform> {
    const { val_transforms } = await this.#transforms();
    const size = this.#imageSize();
    return (
      (val_transforms as Transform | undefined) ?? defaultEvalTransforms(size, expectedPictures(model, size))
    );
  }

  /** The transforms that the configuration lists. */
  async #transforms(): Promise<Readonly<Record<string, unknown>>> {
    const transforms = (await this.#build("transforms")) as Record<string, unknown> | null;
    const given = Object.entries(transforms ?? {}).filter(
      ([name, value]) => name.endsWith("_transforms") && value !== null,
    );
    return Object.fromEntries(given);
  }

  #imageSize(): number {
    const { data } = toPlain(resolveConfig(this.#composition)) as { data: { image_size: number } };
    return data.image_size;
  }

  /** How the pictures are labelled. */
  get task(): TaskName {
    return readTask(this.#composition);
  }

  /** The model; `setUp` builds its network. */
  async model(): Promise<BaseClassificationModel> {
    return (await this.#build("model")) as BaseClassificationModel;
  }

  /** The optimizer of the configuration; undefined: the model's own. */
  async optimizer(): Promise<Optimizer | undefined> {
    return ((await this.#build("optimizer")) as Optimizer | null) ?? undefined;
  }

  /** The learning-rate scheduler of the configuration; undefined: the model's own. */
  async scheduler(): Promise<LearningRateScheduler | undefined> {
    const scheduler = await this.#build("scheduler");
    if (scheduler === null) return undefined;
    if (scheduler instanceof LearningRateScheduler) return scheduler;
    throw wrongKind("scheduler", scheduler, "a learning-rate scheduler");
  }

  /** The metrics of the configuration by stage and name, for `labels`; undefined: the model's own. */
  async metrics({
    task = "multi_class",
    numClasses,
    ignoreIndex,
    thresholds,
  }: LabelRange): Promise<MetricSets | undefined> {
    const { metrics } = toPlain(resolveConfig(this.#composition)) as { metrics?: MetricSettings | null };
    if (metrics === undefined || metrics === null) return undefined;
    refuseOtherTasks(metrics, task);
    const several = task === "multi_label";
    const given = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
      ...(several ? { num_labels: numClasses } : { num_classes: numClasses }),
      ...(settings.ignore_index === undefined && !several ? { ignore_index: ignoreIndex } : {}),
      ...(thresholds !== undefined && settings.threshold === undefined && takesThreshold(settings._target_)
        ? { threshold: thresholds }
        : {}),
      // Of fewer classes the best five are all of them.
      ...(typeof settings.top_k === "number" ? { top_k: Math.min(settings.top_k, numClasses) } : {}),
    });
    const overrides = Object.fromEntries(
      Object.entries(metrics).flatMap(([stage, set]) =>
        set === null
          ? []
          : [
              [
                stage,
                Object.fromEntries(
                  Object.entries(set).flatMap(([name, settings]) =>
                    settings === null ? [] : [[name, given(settings)]],
                  ),
                ),
              ],
            ],
      ),
    );
    const build = async (stage: Stage): Promise<MetricSets[Stage]> => {
      const built = (await this.#build("metrics", overrides)) as Record<string, object>;
      const of = built[stage] === null || built[stage] === undefined ? "val" : stage;
      const all = Object.entries(built[of] ?? {}).filter(([, metric]) => metric !== null);
      for (const [name, metric] of all) {
        if (!(metric instanceof ClassificationMetric))
          throw wrongKind(`metrics.${of}.${name}`, metric, "a classification metric");
      }
      return Object.fromEntries(all) as MetricSets[Stage];
    };
    return { train: await build("train"), val: await build("val"), test: await build("test") };
  }

  async callbacks(): Promise<Callback[]> {
    const callbacks = await this.#each("callbacks", "a callback");
    for (const [name, callback] of callbacks) {
      if (!(callback instanceof Callback)) throw wrongKind(`callbacks.${name}`, callback, "a callback");
    }
    return callbacks.map(([, callback]) => callback as Callback);
  }

  async loggers(): Promise<Logger[]> {
    const recorded = childOf(recordedConfig(this.#composition), "logger");
    const settings = recorded === undefined ? {} : settingsToLog(recorded);
    const loggers = await this.#each("logger", "a logger", settings);
    return loggers.map(([, logger]) => logger as Logger);
  }

  /**
   * The components of a group that holds several by name, in order; null entries are left out.
   * @throws ClassifierTrainingError kind "usage" `CONFIG_VALUE` for settings of a component that is not there
   */
  async #each(
    group: string,
    expected: string,
    overrides: Readonly<Record<string, unknown>> = {},
  ): Promise<[string, unknown][]> {
    const parts = (await this.#build(group, overrides)) as Record<string, unknown> | null;
    const given = Object.entries(parts ?? {}).filter(([, part]) => part !== null);
    for (const [name, part] of given) if (isPlain(part)) throw this.#absent(group, name, expected);
    return given;
  }

  /** The error for settings, such as those of a recipe, of a component that the chosen option of its group has not. */
  #absent(group: string, name: string, expected: string): ClassifierTrainingError {
    const { config, choices, repository } = this.#composition;
    const settings = nodeAt(config, [group, name])!;
    const [setting] = settings.kind === "map" ? settings.entries.values() : [];
    const place = whereOf(setting ?? settings);
    const chosen = choices.get(group);
    const others = repository.options(group).filter((option) => {
      const target = nodeAt(repository.load(`${group}/${option}`)!.config, [name, "_target_"]);
      return target !== undefined;
    });
    const having = others.map((option) => `${group}=${option}`).join(" or ");
    const message = `${chosen === undefined ? group : `${group}=${chosen}`} has no ${name} for these settings`;
    return new ClassifierTrainingError("usage", "CONFIG_VALUE", message, {
      where: place === undefined ? `${group}.${name}` : `${group}.${name} (${place})`,
      hint: `drop them with ~${group}.${name}, or ${having === "" ? `give it a _target_ to be ${expected}` : `choose ${having}`}`,
    });
  }

  async #build(key: string, overrides: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { config, interpolation } = this.#composition;
    if (!config.entries.has(key)) return null;
    return instantiate(config, { registry: this.#registry, key, overrides, interpolation });
  }
}

/** The settings that loggers are to log, as they may be written down. */
function settingsToLog(loggers: ConfigNode): Record<string, unknown> {
  if (loggers.kind !== "map") return {};
  const given = [...loggers.entries].flatMap(([name, logger]) => {
    const hparams = childOf(logger, "hparams");
    return hparams === undefined ? [] : [[name, { hparams: toPlain(literalConfig(hparams)) }]];
  });
  return Object.fromEntries(given);
}

/** Metrics as a configuration has them. */
type MetricSettings = Readonly<
  Record<Stage, Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null>
>;

/** @throws ClassifierTrainingError kind "usage" `TASK` for a metric that measures another task */
function refuseOtherTasks(metrics: MetricSettings, task: TaskName): void {
  for (const [stage, set] of Object.entries(metrics)) {
    for (const [name, settings] of Object.entries(set ?? {})) {
      const measured = taskOfMetric(settings?._target_);
      if (measured === undefined || measured === task) continue;
      const message = `${settings!._target_} is for task=${measured}, and this is task=${task}`;
      throw new ClassifierTrainingError("usage", "TASK", message, {
        where: `metrics.${stage}.${name}`,
        hint: `choose a metric whose name begins with ${task === "multi_label" ? "Multilabel" : "Multiclass"}`,
      });
    }
  }
}

/** Readies a model for the classes of `data`: network, metrics and class weights. */
export async function setUp(
  model: BaseClassificationModel,
  data: DataModule,
  parts: RunParts,
): Promise<void> {
  const { classWeights, maxPositiveWeight, ignoreIndex } = model.options;
  const balanced = data.options.sampler.mode !== "disabled";
  const { task } = parts;
  const labels = { task, numClasses: data.classes.length, ignoreIndex };
  checkClasses(data.splits.train);
  checkSampleLabels(data.splits.train.labels, labels, (i) => data.splits.train.name(i));
  const several = task === "multi_label";
  const weigh = classWeights === "auto" ? !balanced && !several : classWeights;
  const weights = (): Float32Array => (several ? data.positiveWeights(maxPositiveWeight) : data.classWeights);
  model.setup({
    name: task,
    classNames: data.classes,
    imageSize: data.preprocessing.imageSize,
    trainingPictures: data.splits.train.labels.length,
    classWeights: weigh ? weights() : undefined,
    metrics: await parts.metrics(labels),
  });
}

/** Whether a part of the configuration has been built as plain settings, having no `_target_`. */
function isPlain(part: unknown): boolean {
  return typeof part === "object" && part !== null && part.constructor === Object;
}

function taskOfData(): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "CONFIG_VALUE", "is the whole configuration's to say", {
    where: "data.task",
    hint: "give it as task=multi_label or task=multi_class",
  });
}

function wrongKind(key: string, found: unknown, expected: string): ClassifierTrainingError {
  const [group] = key.split(".");
  const [message, hint] = isPlain(found)
    ? [
        `has settings, but no _target_ to be ${expected}`,
        `choose the option of ${group} that has it, or drop its settings with ~${key}`,
      ]
    : [`is no ${expected.replace(/^an? /, "")}`, `its _target_ must name ${expected}`];
  return new ClassifierTrainingError("usage", "CONFIG_VALUE", message, { where: key, hint });
}
