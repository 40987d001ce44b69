// Whole training runs against torch: losses, gradient norms, hits, the state at the end.
import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/core/index.ts";
import { toNumbers } from "../../src/core/index.ts";
import { createResNet, type ResNetName } from "../../src/models/index.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { AdamW, type Optimizer, SGD } from "../../src/optim/index.ts";
import type { ConvolutionAlgorithm, Runtime } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { TrainingEngine } from "../../src/train/index.ts";
import { type Decided, type Decisions, expectRounding, following, observed } from "./decisions.ts";
import { fill, fillInt } from "./formula.ts";
import {
  distance,
  expectNear,
  FLOAT64_TOLERANCE,
  formulaState,
  largest,
  largestDifference,
  normAndSamples,
  ROUNDINGS,
} from "./measure.ts";
import { readGolden } from "./read-golden.ts";
import { findSubjects, type Subject } from "./subjects.ts";

interface Config {
  readonly id: string;
  readonly prefix: string;
  readonly arch: ResNetName;
  readonly num_classes: number;
  readonly input_shape: readonly [number, number, number, number];
  readonly optimizer_steps: number;
  readonly label_smoothing: number;
  readonly clip_norm: number | null;
  readonly accumulate?: number;
  readonly optimizer: {
    readonly name: "AdamW" | "SGD";
    readonly lr: number;
    readonly weight_decay: number;
    readonly momentum?: number;
    readonly nesterov?: boolean;
  };
}

type Measures = readonly [number, number, number, number];

interface Column {
  readonly steps: readonly {
    readonly losses: readonly number[];
    readonly grad_norm: number;
    readonly lr: number;
    readonly correct: number;
  }[];
  readonly final_state: Readonly<Record<string, number | Measures>>;
  readonly final_eval_logits: readonly (readonly number[])[];
}

interface Trace {
  readonly config: Config;
  readonly f64: Column;
  readonly f32: Column;
  readonly loss_rel_diff_f32_vs_f64: readonly number[];
}

/**
 * A float32 deviation beyond which a trace is chaotic, as AdamW's first steps are, which go by the signs of gradients
 * that may be all rounding: from there on float32 says nothing.
 */
const CHAOS = 1e-4;

/**
 * Steps that are taken of a trace that is not followed to its end. A step of the oracle takes seconds:
 * `GOLDEN_STEPS=1000` takes all of them with every algorithm and compares what AdamW ends with, too.
 */
const FEW_STEPS = Number(process.env.GOLDEN_STEPS ?? 2);
const ALL_STEPS = process.env.GOLDEN_STEPS !== undefined;

/** SGD's trace is followed to its end by the oracle, and with the convolutions that no library computes. */
function stepsOf({ config, f64 }: Trace, { runtime, algorithm }: Subject): number {
  const isFollowed = runtime.name === "reference" || algorithm === "winograd_wasm";
  if (isFollowed && config.optimizer.name === "SGD") return f64.steps.length;
  return Math.min(FEW_STEPS, f64.steps.length);
}

/** Float64's rounding, of float32's. */
const FLOAT64_SHARE = 2 ** -29;

const TRACES = ["adamw_clip", "adamw_clip_small_lr", "sgd_nesterov_accumulate"].map((name) =>
  readGolden<Trace>(`training/${name}.json`),
);

function createOptimizer({
  name,
  weight_decay: weightDecay,
  momentum,
  nesterov,
}: Config["optimizer"]): Optimizer {
  if (name === "AdamW") return new AdamW({ weightDecay });
  return new SGD({ weightDecay, momentum: momentum ?? 0, nesterov: nesterov ?? false });
}

function batchOf({ prefix, input_shape, num_classes }: Config, m: number): Batch {
  return {
    images: fill(`${prefix}train.x.${m}`, input_shape, -2, 2),
    labels: fillInt(`${prefix}train.y.${m}`, [input_shape[0]], num_classes),
    indices: Array.from({ length: input_shape[0] }, (_, i) => i),
  };
}

async function open(
  runtime: Runtime,
  convolutionAlgorithm: ConvolutionAlgorithm,
  config: Config,
): Promise<TrainingEngine> {
  const network = createResNet(config.arch, config.num_classes);
  const engine = await TrainingEngine.open({
    runtime,
    model: {
      network,
      loss: (logits, labels) => crossEntropy(logits, labels, { labelSmoothing: config.label_smoothing }),
    },
    optimizer: createOptimizer(config.optimizer),
    seed: 0,
    convolutionAlgorithm,
    accumulate: config.accumulate ?? 1,
    clipping: config.clip_norm === null ? undefined : { algorithm: "norm", limit: config.clip_norm },
  });
  await engine.writeWeights(formulaState(network, `${config.prefix}${config.arch}.`));
  return engine;
}

/** How many rows have their largest element at the label. */
function hits(logits: readonly number[], labels: readonly number[], classes: number): number {
  return labels.filter((label, row) => {
    const scores = logits.slice(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores)) === label;
  }).length;
}

/** What one optimizer step gave. */
interface Taken {
  readonly losses: readonly number[];
  readonly norm: number;
  readonly correct: number;
}

/** Takes step `step` (from 0) of a trace, micro-batch after micro-batch. */
async function takeStep(
  engine: TrainingEngine,
  config: Config,
  step: number,
  learningRate: number,
): Promise<Taken> {
  const accumulate = config.accumulate ?? 1;
  const losses: number[] = [];
  let correct = 0;
  for (let i = 0; i < accumulate; i++) {
    const batch = batchOf(config, step * accumulate + i);
    const { loss, logits } = await engine.accumulate(batch, i === 0, [0, i]);
    losses.push(loss);
    correct += hits(toNumbers(logits.data), toNumbers(batch.labels.data), config.num_classes);
  }
  return { losses, norm: await engine.apply(step + 1, learningRate), correct };
}

/** Fails where two steps differ by more than `allowed`, relative. */
function expectStep(actual: Taken, wish: Taken, allowed: number, step: number): void {
  const mean = wish.losses.reduce((sum, loss) => sum + loss, 0) / wish.losses.length;
  expectNear(actual.losses, wish.losses, allowed * mean, `losses of step ${step}`);
  expectNear([actual.norm], [wish.norm], allowed * wish.norm, `gradient norm of step ${step}`);
  expect(actual.correct, `hits of step ${step}`).toBe(wish.correct);
}

/** Up to each step, the largest relative deviation of float32's losses and gradient norms from float64's. */
function spreadsOf({ f64, f32, loss_rel_diff_f32_vs_f64 }: Trace): number[] {
  const deviations = f64.steps.map(({ grad_norm }, step) =>
    Math.max(loss_rel_diff_f32_vs_f64[step]!, Math.abs(f32.steps[step]!.grad_norm / grad_norm - 1)),
  );
  return deviations.map((_, step) => largest(deviations.slice(0, step + 1)));
}

/** The largest relative deviation of float32's final state. */
function finalSpread({ f64, f32 }: Trace): number {
  const deviations = Object.entries(f64.final_state).map(([key, golden]) =>
    typeof golden === "number" ? 0 : largestDifference(f32.final_state[key] as Measures, golden) / golden[0],
  );
  const [logits, exact] = [f32.final_eval_logits.flat(), f64.final_eval_logits.flat()];
  return largest([...deviations, largestDifference(logits, exact) / largest(exact)]);
}

/** The oracle takes every step as torch's float64 did and ends in the same state. */
async function expectGolden(trace: Trace, subject: Subject): Promise<void> {
  const { config, f64 } = trace;
  const engine = await open(referenceRuntime, "auto", config);
  const allowed = spreadsOf(trace).map((spread) =>
    Math.max(FLOAT64_TOLERANCE, ROUNDINGS * FLOAT64_SHARE * spread),
  );
  const steps = f64.steps.slice(0, stepsOf(trace, subject));
  for (const [step, { losses, grad_norm: norm, lr, correct }] of steps.entries()) {
    expectStep(await takeStep(engine, config, step, lr), { losses, norm, correct }, allowed[step]!, step);
  }
  if (steps.length === f64.steps.length) await expectGoldenEnd(engine, trace, allowed.at(-1)!);
  await engine.dispose();
}

async function expectGoldenEnd(engine: TrainingEngine, trace: Trace, allowed: number): Promise<void> {
  const { config, f64 } = trace;
  const tolerance = Math.max(allowed, ROUNDINGS * FLOAT64_SHARE * finalSpread(trace));
  const state = await engine.readWeights();
  expect([...state.keys()]).toEqual(Object.keys(f64.final_state));
  for (const [key, golden] of Object.entries(f64.final_state)) {
    const tensor = state.get(key)!;
    if (typeof golden === "number") expect(toNumbers(tensor.data), key).toEqual([golden]);
    else expectNear(normAndSamples(tensor), golden, tolerance * golden[0], key);
  }
  const { logits } = await engine.evaluate(batchOf(config, 0));
  const expected = f64.final_eval_logits.flat();
  expectNear(toNumbers(logits.data), expected, tolerance * largest(expected), "final logits");
}

/** A float32 runtime takes the steps as the oracle does when it decides as the runtime did, and ends in the same state. */
async function expectFollowed(trace: Trace, subject: Subject): Promise<void> {
  const { runtime, algorithm } = subject;
  const { config, f64 } = trace;
  const decided: Decisions[] = [];
  let spread = 0;
  const check = (one: Decided): void => expectRounding(one, ROUNDINGS * spread * largest(one.own));
  const engine = await open(observed(runtime, decided), algorithm, config);
  const oracle = await open(following(referenceRuntime, decided, check), "auto", config);
  const binding = spreadsOf(trace)
    .slice(0, stepsOf(trace, subject))
    .filter((spread) => spread < CHAOS);
  for (const [step, bound] of binding.entries()) {
    spread = bound;
    const { lr } = f64.steps[step]!;
    const taken = await takeStep(engine, config, step, lr);
    expectStep(taken, await takeStep(oracle, config, step, lr), ROUNDINGS * spread, step);
  }
  if (binding.length === f64.steps.length) {
    const allowed = ROUNDINGS * finalSpread(trace);
    const state = await engine.readWeights();
    for (const [key, wish] of await oracle.readWeights()) {
      const off = distance(state.get(key)!, wish);
      if (!(off <= allowed * normAndSamples(wish)[0])) throw new Error(`${key} is ${off} off at the end`);
    }
    const [actual, wish] = [
      (await engine.evaluate(batchOf(config, 0))).logits,
      (await oracle.evaluate(batchOf(config, 0))).logits,
    ].map(({ data }) => toNumbers(data)) as [number[], number[]];
    expectNear(actual, wish, allowed * largest(wish), "final logits");
  }
  await Promise.all([engine.dispose(), oracle.dispose()]);
}

/** Winograd's algorithms take SGD's trace, direct convolutions AdamW's. */
function isTaken({ optimizer }: Config, { runtime, algorithm }: Subject): boolean {
  if (runtime.name !== "onednn" || ALL_STEPS) return true;
  return (algorithm === "direct") === (optimizer.name === "AdamW");
}

describe.each(await findSubjects())("on $name, $algorithm", (subject) => {
  const { runtime, available } = subject;
  test.skipIf(!available).each(TRACES.filter(({ config }) => isTaken(config, subject)))(
    "$config.id",
    (trace) => (runtime.name === "reference" ? expectGolden(trace, subject) : expectFollowed(trace, subject)),
    1_800_000,
  );
});
