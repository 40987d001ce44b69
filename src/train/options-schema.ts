// The trainer's options as a schema: types, ranges and defaults for configurations.
import * as z from "zod";
import { DURATION, DURATION_MESSAGE } from "./duration.ts";
import type { TrainerOptions } from "./options.ts";

const count = z.int().min(0);
const limit = z.union([
  z
    .number()
    .positive()
    .refine(
      (value) => value <= 1 || Number.isInteger(value),
      "must be a whole number of batches or a share up to 1.0",
    ),
  z.literal(Number.POSITIVE_INFINITY),
]);

const fields = z
  .strictObject({
    maxEpochs: z.union([z.int().min(1), z.literal(-1)]),
    minEpochs: count,
    minSteps: count,
    maxSteps: z.int().min(1),
    maxSeconds: z.number().positive(),
    maxTime: z.string().regex(DURATION, DURATION_MESSAGE),
    limitTrainBatches: limit,
    limitValBatches: z.union([limit, z.literal(0)]),
    limitTestBatches: limit,
    overfitBatches: limit,
    fastDevRun: z.union([count, z.boolean().transform(Number)]),
    valCheckInterval: limit,
    checkValEveryNEpoch: z.int().min(1),
    numSanityValSteps: count,
    accumulateGradBatches: z.int().min(1),
    gradientClipVal: z.number().min(0),
    gradientClipAlgorithm: z.enum(["norm", "value"]),
    logEveryNSteps: z.int().min(1),
    precision: z.enum(["32-true", "bf16-mixed", "16-mixed"]),
    threads: z.int().min(1),
    strategy: z.enum(["auto", "single", "mpi"]),
    syncBatchnorm: z.boolean(),
    convAlgorithm: z.enum(["auto", "direct", "winograd", "winograd_wasm"]),
    profiler: z.enum(["simple"]),
  })
  .partial();

/** What a configuration may say under `trainer`, in camelCase; `null` stands for "not given", where it has no meaning of its own. */
export const trainerSchema: z.ZodType<TrainerOptions> = z.strictObject(
  Object.fromEntries(
    Object.entries(fields.shape).map(([name, field]) => [
      name,
      name === "checkValEveryNEpoch"
        ? field.nullable()
        : field.nullable().transform((value) => value ?? undefined),
    ]),
  ),
) as unknown as z.ZodType<TrainerOptions>;
