// The settings of a search: the group `search` of the configuration, checked.
import * as z from "zod";
import { type Composition, childOf, resolveKey, toPlain } from "../../config/index.ts";
import { ClassifierTrainingError, describeIssue } from "../../core/index.ts";
import {
  type Direction,
  GridSampler,
  HyperbandPruner,
  NoPruner,
  PatientPruner,
  PercentilePruner,
  type Pruner,
  RandomSampler,
  type Sampler,
  SuccessiveHalvingPruner,
  TPESampler,
} from "../../search/index.ts";

/** Which sampler chooses points, with its options. */
export interface SamplerSettings {
  readonly name: "tpe" | "random" | "grid";
  readonly seed: number;
  readonly startup_trials: number;
  readonly candidates: number;
  readonly constant_liar: boolean;
}

/** Which pruner gives trials up, with the options of all of them. */
export interface PrunerSettings {
  readonly name: "median" | "asha" | "hyperband" | "none";
  readonly startup_trials: number;
  readonly warmup_epochs: number;
  readonly interval_epochs: number;
  /** Null: `firstRung`. */
  readonly min_epochs: number | null;
  readonly reduction_factor: number | null;
  readonly max_epochs: number | null;
  readonly patience: number | null;
  readonly min_delta: number;
}

/** The settings of a search, as conf/search/default.yaml explains them; times in seconds. */
export interface SearchSettings {
  readonly space: Readonly<Record<string, unknown>>;
  readonly trials: number;
  readonly timeout: number | null;
  readonly objectives: readonly string[];
  readonly directions: readonly Direction[] | null;
  readonly seeds: readonly number[] | null;
  readonly folds: number | null;
  readonly workers: number;
  readonly retries: number;
  readonly silence: number;
  readonly dir: string;
  readonly sampler: SamplerSettings;
  readonly pruner: PrunerSettings;
}

const samplerSchema: z.ZodType<SamplerSettings> = z.strictObject({
  name: z.enum(["tpe", "random", "grid"]).default("tpe"),
  seed: z.int().min(0).default(0),
  startup_trials: z.int().min(1).default(10),
  candidates: z.int().min(1).default(24),
  constant_liar: z.boolean().default(true),
});

const prunerSchema: z.ZodType<PrunerSettings> = z.strictObject({
  name: z.enum(["median", "asha", "hyperband", "none"]).default("median"),
  startup_trials: z.int().min(0).default(5),
  warmup_epochs: z.int().min(0).default(0),
  interval_epochs: z.int().min(1).default(1),
  min_epochs: z.int().min(1).nullable().default(null),
  reduction_factor: z.int().min(2).nullable().default(null),
  max_epochs: z.int().min(1).nullable().default(null),
  patience: z.int().min(0).nullable().default(null),
  min_delta: z.number().min(0).default(0),
});

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Timers count milliseconds in 31 bits. */
const LONGEST = 24 * 86_400;

const duration: z.ZodType<number> = z
  .union([z.string(), z.number().positive()])
  .transform((given, context) => {
    const parts = [...String(given).matchAll(/(\d+(?:\.\d+)?)\s*([smhd]?)/g)];
    const whole = parts.map(([text]) => text).join("");
    if (parts.length > 0 && whole === String(given).replaceAll(/\s+(?=\d)/g, ""))
      return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit || "s"] ?? 1), 0);
    context.addIssue({ code: "custom", message: "give a time such as 8h, 30m or 1h30m" });
    return z.NEVER;
  })
  .refine((seconds) => seconds <= LONGEST, "must be 24 days at most");

const schema: z.ZodType<SearchSettings> = z.strictObject({
  space: z.record(z.string(), z.unknown()).default({}),
  trials: z.int().min(1).default(50),
  timeout: duration.nullable().default(null),
  objectives: z.union([z.string().transform((one) => [one]), z.array(z.string().min(1)).min(1)]),
  directions: z
    .array(z.enum(["minimize", "maximize"]))
    .nullable()
    .default(null),
  seeds: z.array(z.int().min(0)).min(1).nullable().default(null),
  folds: z.int().min(2).nullable().default(null),
  workers: z.int().min(1).default(1),
  retries: z.int().min(0).default(3),
  silence: z.number().min(5).default(120),
  dir: z.string().min(1).default("outputs/studies"),
  sampler: samplerSchema,
  pruner: prunerSchema,
});

/** @throws ClassifierTrainingError kind "usage" `CONFIG_VALUE` with the key */
export function readSearchSettings(composition: Composition): SearchSettings {
  const node = childOf(composition.config, "search");
  const plain = node === undefined ? {} : toPlain(resolveKey(composition, "search"));
  const result = schema.safeParse(plain);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const { path, message } = describeIssue(issue!);
  throw new ClassifierTrainingError("usage", "CONFIG_VALUE", message, {
    where: ["search", ...path].join("."),
    hint: "conf/search/default.yaml says what there is",
  });
}

/** The sampler that settings ask for. */
export function samplerOf(settings: SamplerSettings): Sampler {
  const { name, seed, startup_trials, candidates, constant_liar } = settings;
  if (name === "grid") return new GridSampler();
  if (name === "random") return new RandomSampler({ seed });
  return new TPESampler({ seed, startupTrials: startup_trials, candidates, constantLiar: constant_liar });
}

/** The pruner that settings ask for; undefined where none is. */
export function prunerOf(settings: PrunerSettings): Pruner {
  const { patience, min_delta } = settings;
  const inner = innerPruner(settings);
  if (patience === null || settings.name === "none") return inner;
  return new PatientPruner(inner, { patience, minDelta: min_delta });
}

/**
 * The first rung where none is given. ASHA: a fifth of the epochs, from where on a third of the trials goes on at each rung: with
 * rungs at 1/5 and 3/5 that is 1/5 + 1/3 * 2/5 + 1/9 * 2/5 = 38 % of the epochs, however long a trial is.
 * Hyperband: a fifteenth, so that its keenest bracket has one rung more.
 */
export function firstRung(name: PrunerSettings["name"], epochs: number): number {
  return Math.max(1, Math.round(epochs / (name === "hyperband" ? 15 : 5)));
}

function innerPruner(settings: PrunerSettings): Pruner {
  const { name, min_epochs, reduction_factor, max_epochs } = settings;
  const [minResource, reductionFactor] = [min_epochs ?? 1, reduction_factor ?? 3];
  if (name === "none") return new NoPruner();
  if (name === "asha") return new SuccessiveHalvingPruner({ minResource, reductionFactor });
  if (name === "hyperband")
    return new HyperbandPruner({ minResource, maxResource: max_epochs ?? "auto", reductionFactor });
  return new PercentilePruner({
    startupTrials: settings.startup_trials,
    warmupSteps: settings.warmup_epochs,
    intervalSteps: settings.interval_epochs,
  });
}
