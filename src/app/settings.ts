// What a run's configuration may hold: plain settings with their types, and groups of components.
import { z } from "zod";
import {
  type Composition,
  type ConfigSchema,
  resolveConfig,
  toOptions,
  toPlain,
  validateConfig,
} from "../config/index.ts";
import {
  type FineTuningOptions,
  fineTuningSchema,
  type TrainerOptions,
  trainerSchema,
} from "../train/index.ts";
import { LOG_LEVELS, type LogLevel } from "./notices.ts";
import { allComponents } from "./registry.ts";
import { RUNTIME_NAMES } from "./runtimes.ts";

export interface Settings {
  readonly seed: number;
  readonly runtime: string;
  readonly logLevel: LogLevel;
  readonly trainer: TrainerOptions;
  readonly fineTuning: FineTuningOptions | undefined;
}

/** The root keys of a configuration. */
export function configSchema(): ConfigSchema {
  return {
    registry: allComponents(),
    sections: {
      seed: z.int().min(0),
      runtime: z.enum(RUNTIME_NAMES),
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
    groups: ["data", "model", "optimizer", "scheduler", "callbacks", "logger"],
  };
}

/** Checks the whole configuration. @throws ClassifierTrainingError kind "usage" naming key and place. */
export async function validateRun(composition: Composition): Promise<void> {
  await validateConfig(composition, configSchema());
}

/** The plain settings of a valid configuration. */
export function readSettings(composition: Composition): Settings {
  const { seed, runtime, trainer, log_level, fine_tuning } = toPlain(resolveConfig(composition)) as Record<
    string,
    unknown
  >;
  return {
    seed: seed as number,
    runtime: runtime as string,
    logLevel: log_level as LogLevel,
    fineTuning:
      fine_tuning === null || fine_tuning === undefined
        ? undefined
        : fineTuningSchema.parse(toOptions(fine_tuning as Record<string, unknown>, fineTuningSchema)),
    trainer: trainerSchema.parse(toOptions((trainer ?? {}) as Record<string, unknown>, trainerSchema)),
  };
}
