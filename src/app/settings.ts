// The root of a run's configuration, checked: what is no component but a plain setting.
import { z } from "zod";
import { type Composition, resolveConfig, snakeCase, toOptions, toPlain } from "../config/index.ts";
import { ClassifierTrainingError } from "../core/index.ts";
import type { TrainerOptions } from "../train/index.ts";
import { trainerSchema } from "../train/index.ts";
import { RUNTIME_NAMES } from "./runtimes.ts";

export interface Settings {
  readonly seed: number;
  readonly runtime: string;
  /** Checkpoint to continue from: a path, or `last`. */
  readonly ckpt: string | null;
  readonly trainer: TrainerOptions;
}

const schema = z.object({
  seed: z.int().min(0),
  runtime: z.enum(RUNTIME_NAMES),
  ckpt: z.string().min(1).nullable(),
});

/**
 * The settings of a composed configuration.
 * @throws ClassifierTrainingError kind "usage" `CONFIG_VALUE` naming the key.
 */
export function readSettings(composition: Composition): Settings {
  const config = toPlain(resolveConfig(composition)) as Record<string, unknown>;
  const trainer = toOptions((config.trainer ?? {}) as Record<string, unknown>, trainerSchema);
  return { ...check(schema, config, ""), trainer: check(trainerSchema, trainer, "trainer.") };
}

function check<T>(type: z.ZodType<T>, value: unknown, prefix: string): T {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue!.path.map((part) => snakeCase(String(part))).join(".");
  throw new ClassifierTrainingError("usage", "CONFIG_VALUE", issue!.message, { where: `${prefix}${key}` });
}
