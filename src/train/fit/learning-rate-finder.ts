// The learning-rate range test: steps with a rising learning rate, and what their losses say about it.
// Smith, "Cyclical Learning Rates for Training Neural Networks" (2017).

import type { Batch, TrainerData } from "../../core/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { ALONE } from "../../runtime/alone.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import { SingleProcess } from "../engine/single-process.ts";
import type { BatchWeight, Strategy } from "../engine/strategy.ts";
import { checkShare } from "./epoch-plan.ts";
import { numberedBatches } from "./numbered-batches.ts";

/** Which rates are tried, in how many steps; Lightning's options and defaults. */
export interface LearningRateFinderOptions {
  /** Default 1e-8. */
  readonly minLr?: number;
  /** Default 1. */
  readonly maxLr?: number;
  /** Optimizer steps; default 100. */
  readonly steps?: number;
  /** How the rate rises; default `exponential`. */
  readonly mode?: "exponential" | "linear";
  /** The test ends where the smoothed loss is so many times its best; null: never. Default 4. */
  readonly earlyStopThreshold?: number | null;
  /** Micro-batches of a step; default 1. */
  readonly accumulate?: number;
  readonly signal?: AbortSignal | undefined;
  /** The processes that take the steps together, and how, as `strategyOf` has it. Default: this one alone. */
  readonly collective?: Collective | undefined;
  readonly strategy?: Strategy | undefined;
}

/** One optimizer step of the test. */
export interface RangeTestPoint {
  readonly learningRate: number;
  readonly loss: number;
  /** Exponentially smoothed (0.98), corrected for its beginning. */
  readonly smoothed: number;
}

const SMOOTHING = 0.98;
const SKIPPED_FIRST = 10;
const SKIPPED_LAST = 1;

/** Takes steps with a rising learning rate, `onPoint` seeing each; puts weights and optimizer back as they were. */
export async function learningRateRangeTest(
  engine: TrainingEngine,
  data: TrainerData,
  options: LearningRateFinderOptions,
  onPoint: (point: RangeTestPoint, index: number) => void = () => undefined,
): Promise<RangeTestPoint[]> {
  const { steps = 100, earlyStopThreshold = 4, accumulate = 1, signal, collective = ALONE } = options;
  const { strategy = new SingleProcess(engine) } = options;
  const before = await engine.readState();
  const points: RangeTestPoint[] = [];
  const batches = endless(engine, data, strategy, collective);
  let average = 0;
  let best = Number.POSITIVE_INFINITY;
  try {
    for (let i = 0; i < steps && !(await anyAborted(signal, collective)); i++) {
      let loss = 0;
      for (let micro = 0; micro < accumulate; micro++) {
        const { batch, whole } = (await batches.next()).value!;
        const last = micro === accumulate - 1;
        loss += (await strategy.accumulate(batch, micro === 0, [i, micro], whole, last)).loss / accumulate;
      }
      await strategy.reduce();
      if (!Number.isFinite(loss)) break;
      const learningRate = rateAt(i, options);
      const norm = await engine.apply(i + 1, learningRate);
      average = SMOOTHING * average + (1 - SMOOTHING) * loss;
      const smoothed = average / (1 - SMOOTHING ** (i + 1));
      const point = { learningRate, loss, smoothed };
      points.push(point);
      onPoint(point, i);
      if (!Number.isFinite(norm) && !engine.isOverflow(norm)) break;
      if (earlyStopThreshold !== null && i > 0 && smoothed > earlyStopThreshold * best) break;
      best = Math.min(best, smoothed);
    }
  } finally {
    await batches.return(undefined);
    await engine.writeState(before);
  }
  return points;
}

/**
 * The learning rate where the smoothed loss falls most steeply, by central differences along the axis of the test (the
 * logarithm of the rate where it rises exponentially), on the way to its lowest point: dips of a loss that has begun to
 * diverge do not count. The first 10 points and the last are left out; undefined where it falls nowhere or there are too
 * few points.
 */
export function suggestLearningRate(points: readonly RangeTestPoint[]): number | undefined {
  const losses = points.map(({ smoothed }) => smoothed);
  const lowest = losses.indexOf(Math.min(...losses.slice(SKIPPED_FIRST)));
  const end = Math.min(lowest + 1, points.length - SKIPPED_LAST);
  let steepest = 0;
  let suggestion: number | undefined;
  for (let i = SKIPPED_FIRST; i < end; i++) {
    const slope = (losses[i + 1]! - losses[i - 1]!) / 2;
    if (slope >= steepest) continue;
    steepest = slope;
    suggestion = points[i]!.learningRate;
  }
  return suggestion;
}

function rateAt(i: number, options: LearningRateFinderOptions): number {
  const { minLr = 1e-8, maxLr = 1, steps = 100, mode = "exponential" } = options;
  const share = steps === 1 ? 0 : i / (steps - 1);
  return mode === "linear" ? minLr + (maxLr - minLr) * share : minLr * (maxLr / minLr) ** share;
}

/** Whether one of the processes is to end. */
async function anyAborted(signal: AbortSignal | undefined, collective: Collective): Promise<boolean> {
  const aborted = Float64Array.of(Number(signal?.aborted === true));
  await collective.allReduce(aborted);
  return aborted[0]! > 0;
}

/** A batch that some process has samples of, and what counts of it in all. */
interface SharedBatch {
  readonly batch: Batch | undefined;
  readonly whole: BatchWeight;
}

/** Training batches, epoch after epoch. */
async function* endless(
  engine: TrainingEngine,
  data: TrainerData,
  strategy: Strategy,
  collective: Collective,
): AsyncGenerator<SharedBatch, undefined, undefined> {
  const { rank, size } = collective;
  const pass = { reuseMemory: true, ...(size === 1 ? {} : { share: { rank, size } }) };
  for (let epoch = 0; ; epoch++) {
    let found = false;
    const source = checkShare(data.trainLoader(epoch, pass), pass);
    for await (const { batch: given } of numberedBatches(source, source.length)) {
      const [samples, ...sample] = given?.images.shape ?? [];
      const batch = samples === 1 && engine.needsSeveralSamples(sample) ? undefined : given;
      const own = strategy.weigh(batch);
      const sums = Float64Array.of(own.samples, own.divisor);
      await collective.allReduce(sums);
      const whole = { samples: sums[0]!, divisor: sums[1]! };
      if (whole.samples === 0) continue;
      found = true;
      yield { batch, whole };
    }
    if (!found) throw new ClassifierTrainingError("data", "NO_BATCHES", "there is no training batch");
  }
}
