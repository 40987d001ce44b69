// What a run's configuration may hold: plain settings with their types, and groups of components.
import * as z from "zod";
import {
  type Composition,
  type ConfigSchema,
  type MapNode,
  resolveConfig,
  toOptions,
  toPlain,
  validateConfig,
} from "../../config/index.ts";
import type { TaskName } from "../../core/index.ts";
import {
  type FineTuningOptions,
  fineTuningSchema,
  type TrainerOptions,
  trainerSchema,
} from "../../train/index.ts";
import { allComponents } from "../registry.ts";
import { RUNTIME_NAMES } from "../runtimes.ts";
import { LOG_LEVELS, type LogLevel } from "./notices.ts";

/** The plain settings of a run, checked; components are built elsewhere. */
export interface Settings {
  readonly seed: number;
  readonly runtime: string;
  /** A part of the name of the adapter to compute on; default: the runtime's choice. */
  readonly adapter: string | undefined;
  readonly logLevel: LogLevel;
  readonly trainer: TrainerOptions;
  readonly fineTuning: FineTuningOptions | undefined;
}

/** Which runtime, and where; the name alone is short for it. */
const runtimeSchema = z.strictObject({
  name: z.enum(RUNTIME_NAMES),
  adapter: z.string().min(1).nullable().default(null),
});

/** The root keys of a configuration. */
export function configSchema(): ConfigSchema {
  return {
    registry: allComponents(),
    sections: {
      seed: z.int().min(0),
      task: z.enum(["multi_class", "multi_label"]),
      monitor: z.string().min(1).nullable(),
      runtime: z.union([runtimeSchema, z.enum(RUNTIME_NAMES)]),
      ckpt: z.string().min(1).nullable(),
      log_level: z.enum(LOG_LEVELS),
      trainer: trainerSchema,
      fine_tuning: fineTuningSchema.nullable(),
      transforms: z
        .strictObject({
          trainTransforms: z.unknown(),
          valTransforms: z.unknown(),
          testTransforms: z.unknown(),
        })
        .partial()
        .nullable(),
    },
    groups: ["data", "model", "metrics", "optimizer", "scheduler", "callbacks", "logger"],
  };
}

/**
 * Checks the whole configuration, or what stands under one of its root keys.
 * @throws ClassifierTrainingError kind "usage" naming key and place.
 */
export async function validateRun(composition: Composition, only?: string): Promise<void> {
  await validateConfig(composition, configSchema(), only);
}

/** How the pictures of a configuration are labelled; those of runs before there was a choice say nothing. */
export function readTask(composition: Composition): TaskName {
  const { task = "multi_class" } = toPlain(resolveConfig(composition)) as { readonly task?: TaskName };
  return task;
}

/** The plain settings of a valid configuration. */
export function readSettings(composition: Composition): Settings {
  const config = resolveConfig(composition);
  const { seed, runtime, trainer, log_level, fine_tuning } = toPlain(config) as Record<string, unknown>;
  const { name, adapter = null } =
    typeof runtime === "string" ? { name: runtime } : (runtime as z.input<typeof runtimeSchema>);
  return {
    seed: seed as number,
    runtime: name,
    adapter: adapter ?? undefined,
    logLevel: log_level as LogLevel,
    fineTuning:
      fine_tuning === null || fine_tuning === undefined
        ? undefined
        : fineTuningSchema.parse(toOptions(fine_tuning as Record<string, unknown>, fineTuningSchema)),
    trainer: {
      ...trainerSchema.parse(toOptions((trainer ?? {}) as Record<string, unknown>, trainerSchema)),
      ...wholes(config),
    },
  };
}

const BATCH_LIMITS = {
  limit_train_batches: "limitTrainBatches",
  limit_val_batches: "limitValBatches",
  limit_test_batches: "limitTestBatches",
  overfit_batches: "overfitBatches",
} as const;

/** Limits written as `1.0`, which are the whole; `1` is one batch, and only the configuration tells them apart. */
function wholes(config: MapNode): TrainerOptions {
  const trainer = config.entries.get("trainer");
  const whole = Object.entries(BATCH_LIMITS).filter(([key]) => {
    const node = trainer?.kind === "map" ? trainer.entries.get(key) : undefined;
    return node?.kind === "scalar" && node.type === "float" && node.value === 1;
  });
  return Object.fromEntries(whole.map(([, option]) => [option, Number.POSITIVE_INFINITY]));
}
