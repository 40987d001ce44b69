// What a fit can be told, with Lightning's meaning of each option.
import type { GradientClipping } from "../optim/index.ts";
import type { ConvolutionAlgorithm, Precision } from "../runtime/contract.ts";
import { secondsOf } from "./duration.ts";
import type { ProfilerName } from "./profiler.ts";

/** A number of batches (an integer from 1; infinity: all of them) or a share of all batches (between 0 and 1). */
export type BatchLimit = number;

/** Who trains together. */
export type StrategyName = "auto" | "single" | "mpi";

/** How long, on what and how a fit trains. Names and meanings are Lightning's, not all of the defaults are. */
export interface TrainerOptions {
  /** Default 200; -1: no limit (infinity once it is resolved), for schedulers that need to know no length. */
  readonly maxEpochs?: number;
  /** Early stopping waits for this many epochs; default 0. */
  readonly minEpochs?: number;
  /** Early stopping waits for this many optimizer steps; default 0. */
  readonly minSteps?: number;
  /** Optimizer steps in all; default: no limit. */
  readonly maxSteps?: number | undefined;
  /** Seconds of training in all; default: no limit. The step in progress is finished. */
  readonly maxSeconds?: number | undefined;
  /** The same as `DD:HH:MM:SS`; the smaller of both holds. */
  readonly maxTime?: string | undefined;
  /** Default: all training batches. */
  readonly limitTrainBatches?: BatchLimit | undefined;
  /** Default: all validation batches; 0: no validation. */
  readonly limitValBatches?: BatchLimit | undefined;
  readonly limitTestBatches?: BatchLimit | undefined;
  /** Train and validate on the same few training batches, in one order; default: off. */
  readonly overfitBatches?: BatchLimit | undefined;
  /** One epoch of so many batches of everything; loggers and callbacks that write files are left out. Default 0: off. */
  readonly fastDevRun?: number;
  /** Validate after so many batches (integer) or this share of an epoch; default 1: at its end. */
  readonly valCheckInterval?: BatchLimit;
  /** Validate in every n-th epoch; default 1. Null: `valCheckInterval` counts batches across epochs and may be longer than one. */
  readonly checkValEveryNEpoch?: number | null;
  /** Validation batches that are run before training, to find mistakes early; default 2. */
  readonly numSanityValSteps?: number;
  /** Micro-batches of an optimizer step; default 1. The short last window is divided by the same number. */
  readonly accumulateGradBatches?: number;
  /** Largest gradient norm or element; default 1; 0 switches clipping off. */
  readonly gradientClipVal?: number;
  /** Default `norm`. */
  readonly gradientClipAlgorithm?: GradientClipping["algorithm"];
  /** Optimizer steps between two rows of kind `step`; default 10. */
  readonly logEveryNSteps?: number;
  /** Default `32-true`. */
  readonly precision?: Precision;
  /** Compute threads; default: the physical cores. */
  readonly threads?: number | undefined;
  /**
   * `mpi`: the processes that a launcher has started train together, as the trainer's collective has it; `single`: each
   * by itself; `auto`: together where there are several. Default `auto`.
   */
  readonly strategy?: StrategyName;
  /** Whether batch norm takes the statistics of all processes, as torch's `SyncBatchNorm`; default false. */
  readonly syncBatchnorm?: boolean;
  /** Default `auto`. */
  readonly convAlgorithm?: ConvolutionAlgorithm;
  /** Measure where the time goes; default: no. */
  readonly profiler?: ProfilerName | undefined;
}

/** The same with every default filled in. */
export type ResolvedTrainerOptions = Required<TrainerOptions>;

/** The options with their defaults; `fastDevRun` is turned into limits. */
export function resolveTrainerOptions(options: TrainerOptions): ResolvedTrainerOptions {
  const resolved: ResolvedTrainerOptions = {
    maxEpochs: options.maxEpochs === -1 ? Number.POSITIVE_INFINITY : (options.maxEpochs ?? 200),
    minEpochs: options.minEpochs ?? 0,
    minSteps: options.minSteps ?? 0,
    maxSteps: options.maxSteps,
    maxSeconds: shortest(options.maxSeconds, options.maxTime),
    maxTime: options.maxTime,
    limitTrainBatches: options.limitTrainBatches,
    limitValBatches: options.limitValBatches,
    limitTestBatches: options.limitTestBatches,
    overfitBatches: options.overfitBatches,
    fastDevRun: options.fastDevRun ?? 0,
    valCheckInterval: options.valCheckInterval ?? 1,
    checkValEveryNEpoch: options.checkValEveryNEpoch === undefined ? 1 : options.checkValEveryNEpoch,
    numSanityValSteps: options.numSanityValSteps ?? 2,
    accumulateGradBatches: options.accumulateGradBatches ?? 1,
    gradientClipVal: options.gradientClipVal ?? 1,
    gradientClipAlgorithm: options.gradientClipAlgorithm ?? "norm",
    logEveryNSteps: options.logEveryNSteps ?? 10,
    precision: options.precision ?? "32-true",
    threads: options.threads,
    strategy: options.strategy ?? "auto",
    syncBatchnorm: options.syncBatchnorm ?? false,
    convAlgorithm: options.convAlgorithm ?? "auto",
    profiler: options.profiler,
  };
  if (resolved.fastDevRun === 0) return resolved;
  const limit = resolved.fastDevRun;
  return {
    ...resolved,
    maxEpochs: 1,
    numSanityValSteps: 0,
    limitTrainBatches: limit,
    limitValBatches: limit,
    limitTestBatches: limit,
  };
}

/** Batches that a limit leaves of `total`: an integer counts them, a fraction is their share (at least one). */
export function limitBatches(total: number, limit: BatchLimit | undefined): number {
  if (limit === undefined || total === 0) return total;
  return limit < 1 ? Math.max(1, Math.floor(total * limit)) : Math.min(total, limit);
}

/** Seconds of the shorter one of what is given. */
function shortest(seconds: number | undefined, time: string | undefined): number | undefined {
  if (time === undefined) return seconds;
  return Math.min(seconds ?? Number.POSITIVE_INFINITY, secondsOf(time, "trainer.max_time"));
}
