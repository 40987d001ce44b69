// Which pictures an epoch shows, and in what order: a pure function of seed and epoch.
import * as z from "zod";
import {
  ClassifierTrainingError,
  countClasses,
  didYouMean,
  LabelSets,
  labelsOf,
  RandomStream,
  type SampleLabels,
  UNKNOWN,
} from "../../core/index.ts";
import type { Sampler } from "./sampler.ts";
import { type ShardOptions, shardedSampler, shardFields } from "./sharded-sampler.ts";

/** How often each picture comes up in an epoch, and which process's share is taken. */
export interface SamplerOptions extends ShardOptions {
  /**
   * "disabled": every picture once, shuffled. "auto": classes balanced, a picture weighing what its class does in
   * `classWeights`. "manual": weights by class name, 1 for those not named. A picture of several labels weighs as the
   * heaviest of them, one without labels as the most common label. Default "disabled".
   */
  readonly mode?: "disabled" | "auto" | "manual";
  /** Weight by class name, for "manual". */
  readonly classWeights?: Readonly<Record<string, number>> | null;
  /** Samples of an epoch. Default: as many as there are pictures. */
  readonly numSamples?: number | null;
  /** Whether a picture may come up more than once in an epoch. Default true. */
  readonly replacement?: boolean;
  /**
   * Repeated augmentation, Hoffer et al., "Augment Your Batch" (2020): each picture that is drawn comes so many times in a
   * row, augmented anew; an epoch is as long as before and shows as many fewer pictures. Default 1.
   */
  readonly repeats?: number;
}

/** `SamplerOptions` with their defaults. */
export const samplerSchema: z.ZodType<Required<SamplerOptions>> = z.strictObject({
  mode: z.enum(["disabled", "auto", "manual"]).default("disabled"),
  classWeights: z.record(z.string(), z.number().min(0)).nullable().default(null),
  numSamples: z.int().min(1).nullable().default(null),
  replacement: z.boolean().default(true),
  repeats: z.int().min(1).default(1),
  ...shardFields,
});

/** Every picture once, in order. */
export function sequentialSampler(length: number): Sampler {
  const order = Uint32Array.from({ length }, (_, index) => index);
  return { length, order: () => order };
}

/** Each sample of the beginning of an order `repeats` times in a row; epochs are as long as before. */
export function repeatedSampler(sampler: Sampler, repeats: number): Sampler {
  if (repeats === 1) return sampler;
  const { length } = sampler;
  return {
    length,
    order: (epoch) => {
      const order = sampler.order(epoch);
      return Uint32Array.from({ length }, (_, i) => order[Math.floor(i / repeats)]!);
    },
  };
}

/** Every picture once, in a new random order each epoch. */
export function shuffledSampler(length: number, seed: number): Sampler {
  return { length, order: (epoch) => new RandomStream(seed, "shuffle", [epoch, 0]).permutation(length) };
}

/**
 * Pictures drawn with the given weights, anew each epoch.
 * @throws ClassifierTrainingError kind "usage", `SAMPLER_WEIGHTS`: no positive weight, or without replacement fewer
 * positive weights than samples
 */
export function weightedSampler(
  weights: ArrayLike<number>,
  seed: number,
  { numSamples = weights.length, replacement = true }: { numSamples?: number; replacement?: boolean } = {},
): Sampler {
  let positive = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) positive++;
  if (positive === 0 || (!replacement && numSamples > positive)) {
    const message = `${positive} pictures have a positive weight, ${replacement ? 1 : numSamples} are needed`;
    throw new ClassifierTrainingError("usage", "SAMPLER_WEIGHTS", message, {
      where: "data.sampler",
      hint: replacement ? "give some class a weight above 0" : "lower num_samples or set replacement=true",
    });
  }
  const draw = replacement ? drawWithReplacement : drawWithoutReplacement;
  return {
    length: numSamples,
    order: (epoch) => draw(weights, numSamples, new RandomStream(seed, "sample", [epoch, 0])),
  };
}

/** Independent draws by inverting the cumulative weights. */
function drawWithReplacement(weights: ArrayLike<number>, count: number, random: RandomStream): Uint32Array {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!;
    cumulative[i] = total;
  }
  return Uint32Array.from({ length: count }, () => {
    const target = random.float() * total;
    let [low, high] = [0, weights.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/**
 * Draws one after the other, each among those left: the order of `exponential / weight`
 * (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
 */
function drawWithoutReplacement(
  weights: ArrayLike<number>,
  count: number,
  random: RandomStream,
): Uint32Array {
  const keys = new Float64Array(weights.length);
  for (let i = 0; i < keys.length; i++) keys[i] = -Math.log(1 - random.float()) / weights[i]!;
  const order = Uint32Array.from({ length: weights.length }, (_, index) => index);
  return order.sort((a, b) => keys[a]! - keys[b]!).slice(0, count);
}

/**
 * Class weights of the loss: inverse to the count (a class without pictures counts as one), scaled so that their sum
 * is the number of classes; float32.
 */
export function classWeights(counts: ArrayLike<number>): Float32Array {
  const inverse = Float32Array.from({ length: counts.length }, (_, c) => 1 / Math.max(counts[c]!, 1));
  let sum = 0;
  for (const weight of inverse) sum = Math.fround(sum + weight);
  return inverse.map((weight) => Math.fround(weight / sum) * inverse.length);
}

/**
 * Weights of present labels: absent samples by present ones, 1 where there are none of either, `most` at the most; float32. What is
 * not known counts as neither.
 */
export function positiveWeights(labels: SampleLabels, count: number, most: number): Float32Array {
  const present = countClasses(labels, count);
  const absent = present.map((times) => labels.length - times);
  if (labels instanceof LabelSets)
    for (const [i, entry] of labels.data.entries()) if (entry === UNKNOWN) absent[i % count]!--;
  return Float32Array.from(present, (times, c) =>
    times === 0 || absent[c] === 0 ? 1 : Math.min(most, absent[c]! / times),
  );
}

/**
 * The sampler of the training set, or this process's share of it.
 * @throws ClassifierTrainingError kind "usage": `SAMPLER_WEIGHTS`, `CLASS_UNKNOWN`, `SAMPLER_RANK`
 */
export function trainSampler(
  labels: SampleLabels,
  classes: readonly string[],
  seed: number,
  options: SamplerOptions = {},
): Sampler {
  const sampler = wholeSampler(labels, classes, seed, options);
  return shardedSampler(repeatedSampler(sampler, options.repeats ?? 1), options);
}

function wholeSampler(
  labels: SampleLabels,
  classes: readonly string[],
  seed: number,
  options: SamplerOptions,
): Sampler {
  const { mode = "disabled", replacement = true } = options;
  if (mode === "disabled") return shuffledSampler(labels.length, seed);
  const perClass =
    mode === "auto" ? classWeights(countClasses(labels, classes.length)) : manual(options, classes);
  const weights = pictureWeights(labels, perClass);
  return weightedSampler(weights, seed, { numSamples: options.numSamples ?? labels.length, replacement });
}

/**
 * What each picture weighs: its class, or the heaviest of its labels, as in repeat factor sampling (Gupta, Dollár and Girshick,
 * "LVIS", 2019); without labels as the most common one, since it balances nothing.
 */
function pictureWeights(labels: SampleLabels, perClass: ArrayLike<number>): Float64Array {
  const counts = countClasses(labels, perClass.length);
  const common = perClass[counts.indexOf(Math.max(...counts))]!;
  return Float64Array.from(labels.keys(), (sample) => {
    const own = labelsOf(labels, sample);
    return own.length === 0 ? common : Math.max(...own.map((label) => perClass[label]!));
  });
}

function manual({ classWeights: given }: SamplerOptions, classes: readonly string[]): number[] {
  if (given === undefined || given === null) {
    throw new ClassifierTrainingError(
      "usage",
      "SAMPLER_WEIGHTS",
      "manual mode requires class_weights to be set",
      {
        where: "data.sampler.class_weights",
      },
    );
  }
  for (const name of Object.keys(given)) {
    if (!classes.includes(name)) {
      throw new ClassifierTrainingError("usage", "CLASS_UNKNOWN", `there is no class "${name}"`, {
        where: `data.sampler.class_weights.${name}`,
        hint: didYouMean(name, classes),
      });
    }
  }
  return classes.map((name) => given[name] ?? 1);
}
