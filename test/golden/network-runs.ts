// A network with the formula state, evaluating and in one step of training, against what torchvision computed.
import { expect } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { type HostTensor, type Shape, toNumbers } from "../../src/core/index.ts";
import {
  add,
  constant,
  createProgram,
  Graph,
  input,
  mul,
  type Storage,
  storageOf,
  type Value,
  type VariableRef,
} from "../../src/graph/index.ts";
import { createNetwork, findNetwork, type NetworkName } from "../../src/models/index.ts";
import { crossEntropy, type Module, stateEntries, trace } from "../../src/nn/index.ts";
import { globalNorm } from "../../src/optim/index.ts";
import type { ConvolutionAlgorithm, Runtime, Session } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Decided, type Decisions, expectRounding, following, observed } from "./decisions.ts";
import { fill } from "./formula.ts";
import {
  distance,
  expectNear,
  FLOAT32_EPSILON,
  FLOAT64_TOLERANCE,
  formulaState,
  jittered,
  largest,
  largestDifference,
  normAndSamples,
  ROUNDINGS,
} from "./measure.ts";
import { roundingEachOp } from "./rounding.ts";

type Measures = readonly [number, number, number, number];

/** One step of training of a network with the formula state. */
export interface Step {
  readonly prefix: string;
  readonly weight_gain: number;
  readonly num_classes: number;
  readonly input: {
    readonly name: string;
    readonly shape: number[];
    readonly lo: number;
    readonly hi: number;
  };
  readonly labels: { readonly values: number[] };
  readonly class_weights: { readonly name: string; readonly lo: number; readonly hi: number };
  readonly label_smoothing: number;
}

/** What torchvision computed of a network with the formula state: without chance, evaluating and in one step of training. */
export interface Run extends Step {
  readonly f64: {
    readonly eval_logits: number[][];
    readonly eval_activations: Readonly<Record<string, [number[], number, number[]]>>;
    readonly train_logits: number[][];
    readonly loss: number;
    readonly grad_norm_total: number;
    readonly grads: Readonly<Record<string, Measures>>;
    readonly buffers_after_step: Readonly<Record<string, number | Measures>>;
  };
  readonly f32: { readonly max_abs_diff_eval_logits_vs_f64: number };
}

/** Variables for a network's state: one storage for each dtype. */
export function layOut(network: Module): {
  readonly storages: readonly Storage[];
  readonly variable: (name: string) => VariableRef;
} {
  const entries = stateEntries(network);
  const storages = (["float32", "int64"] as const).map((dtype) =>
    storageOf(
      dtype,
      entries.filter((entry) => entry.dtype === dtype).map(({ name, shape }) => ({ name, dtype, shape })),
    ),
  );
  const variables = new Map(
    storages.flatMap(({ members }) => members.map((ref) => [ref.name, ref] as const)),
  );
  return { storages, variable: (name: string): VariableRef => variables.get(name)! };
}

/** Makes the network of a golden run: without chance, for the size of its pictures. */
function networkOf(name: NetworkName, { num_classes: numClasses, input: { shape } }: Run): () => Module {
  const certain = { dropout: 0, stochasticDepth: 0, imageSize: shape[2]! };
  const known = findNetwork(name).knows.map((option) => [option, certain[option]]);
  return () => createNetwork(name, { numClasses, ...Object.fromEntries(known) });
}

interface Options {
  /** Default `auto`. */
  readonly algorithm?: ConvolutionAlgorithm;
  /** What to make of every tensor of the state, and of the images. */
  readonly change?: (tensor: HostTensor, seed: number) => HostTensor;
}

/** A network with the formula state in a session, and its input; both may be changed. */
async function open(
  runtime: Runtime,
  create: () => Module,
  run: Step,
  { algorithm = "auto", change = (tensor) => tensor }: Options = {},
) {
  const network = create();
  const { storages, variable } = layOut(network);
  const session = await runtime.open({ storages, convolutionAlgorithm: algorithm });
  const state = formulaState(network, run.prefix, run.weight_gain);
  await session.write(
    Array.from(state, ([key, tensor], i) => ({ variable: variable(key), tensor: change(tensor, i) })),
  );
  const { name: inputName, shape, lo, hi } = run.input;
  return { network, session, variable, images: change(fill(inputName, shape, lo, hi), state.size) };
}

async function compute(
  session: Session,
  images: HostTensor,
  build: (x: Value) => Parameters<typeof createProgram>[0],
): Promise<Record<string, HostTensor>> {
  const x = input(new Graph(), "images", "float32", images.shape);
  const executable = await session.compile(createProgram(build(x)));
  return executable.run({ images });
}

/** The outputs of a network's direct children, seen while it is traced. */
function watchChildren(network: Module, seen: Record<string, Value>): void {
  for (const [name, child] of network.children()) {
    const call = child.call.bind(child);
    child.call = (x) => {
      // A ResNet's ReLU before it is a function here.
      if (name === "maxpool") seen.relu = x;
      const output = call(x);
      seen[name] = output;
      return output;
    };
  }
}

/** Everything that a training step's program computes, and the buffers after it. */
async function train(runtime: Runtime, create: () => Module, run: Step, options?: Options) {
  const { network, session, variable, images } = await open(runtime, create, run, options);
  const weights = run.class_weights;
  const weight = fill(weights.name, [run.num_classes], weights.lo, weights.hi);
  const labels = BigInt64Array.from(run.labels.values, BigInt);
  const entries = stateEntries(network);
  const results = await compute(session, images, (x) => {
    const traced = trace(network, x, { training: true, variable });
    const graph = x.node.graph;
    const target = constant(graph, { dtype: "int64", shape: [labels.length], data: labels });
    const lossOf = (logits: Value): Value =>
      crossEntropy(logits, target, {
        weight: constant(graph, weight),
        labelSmoothing: run.label_smoothing,
      });
    const loss = traced.auxiliary.reduce(
      (sum, auxiliary) => add(sum, mul(lossOf(auxiliary.logits), auxiliary.weight)),
      lossOf(traced.output),
    );
    const used = entries.filter(({ name }) => traced.parameters.has(name)).map(({ name }) => name);
    const computed = gradients(
      loss,
      used.map((name) => traced.parameters.get(name)!),
    );
    const byName = Object.fromEntries(used.map((name, i) => [name, computed[i]!]));
    return {
      name: "train",
      outputs: { logits: traced.output, loss, norm: globalNorm(computed), ...byName },
      updates: traced.updates,
    };
  });
  const names = entries.filter(({ kind }) => kind === "buffer").map((entry) => entry.name);
  const tensors = await session.read(names.map(variable));
  await session.dispose();
  return { results, buffers: new Map(names.map((key, i) => [key, tensors[i]!])) };
}

/** torch multiplies the slope of hard-sigmoid by a sixth in float32, in float64 too. */
function gradientTolerance(name: NetworkName): number {
  return name.startsWith("mobilenet_v3") ? FLOAT32_EPSILON : FLOAT64_TOLERANCE;
}

function expectGolden(results: Readonly<Record<string, HostTensor>>, name: NetworkName, { f64 }: Run): void {
  const { logits, loss, norm, ...slopes } = results;
  const expected = f64.train_logits.flat();
  expectNear(toNumbers(logits!.data), expected, FLOAT64_TOLERANCE * largest(expected), "logits");
  expectNear(toNumbers(loss!.data), [f64.loss], FLOAT64_TOLERANCE * f64.loss, "loss");
  const total = f64.grad_norm_total;
  const relative = gradientTolerance(name);
  expectNear(toNumbers(norm!.data), [total], relative * total, "norm of all gradients");
  expect(Object.keys(slopes)).toEqual(Object.keys(f64.grads));
  for (const [key, golden] of Object.entries(f64.grads)) {
    // Gradients that are zero but for rounding are told from others by the norm of all.
    const near = relative * Math.max(golden[0], 1e-6 * total);
    expectNear(normAndSamples(slopes[key]!), golden, near, `gradient of ${key}`);
  }
}

function expectBuffers(buffers: ReadonlyMap<string, HostTensor>, { f64 }: Run, tolerance: number): void {
  for (const [key, golden] of Object.entries(f64.buffers_after_step)) {
    const buffer = buffers.get(key)!;
    if (typeof golden === "number") expect(toNumbers(buffer.data), key).toEqual([golden]);
    else expectNear(normAndSamples(buffer), golden, tolerance * golden[0], key);
  }
}

/** What rounding does to a run, as the oracle sees it when weights, pixels and the results of every op are moved by it. */
interface Rounding {
  /** Of each result: how far it is moved, in the L2 norm. */
  readonly spreads: ReadonlyMap<string, number>;
  /** How far the logits are moved, relative to their norm. */
  readonly relative: number;
  /** Of each tensor that decides: the largest change of an element. */
  readonly roundings: ReadonlyMap<string, number>;
}

async function measureRounding(create: () => Module, run: Step): Promise<Rounding> {
  const decided: Decisions[] = [];
  const { results } = await train(observed(referenceRuntime, decided), create, run);
  const roundings = new Map<string, number>();
  const record = (one: Decided): void => {
    const unit = FLOAT32_EPSILON * largest(one.own);
    roundings.set(one.name, Math.max(unit, largestDifference(one.own, one.theirs)));
  };
  const rounding = following(roundingEachOp(referenceRuntime), decided, record);
  const moved = await train(rounding, create, run, { change: jittered });
  const total = Number(results.norm!.data[0]);
  const surest = distance(moved.results.logits!, results.logits!) / normAndSamples(results.logits!)[0];
  const spreads = Object.entries(results).map(([key, result]): [string, number] => {
    // One number may hardly move by luck: no result is surer than the logits.
    const least = surest * Math.max(normAndSamples(result)[0], 1e-9 * total);
    return [key, Math.max(least, distance(moved.results[key]!, result))];
  });
  return { spreads: new Map(spreads), roundings, relative: surest };
}

const measured = new Map<Step, Promise<Rounding>>();

/** Measured once for all runtimes. */
function oracle(create: () => Module, run: Step): Promise<Rounding> {
  const known = measured.get(run) ?? measureRounding(create, run);
  measured.set(run, known);
  return known;
}

/** Fails where a runtime's logits and activations in evaluation are not torchvision's. */
export async function expectEvaluation(
  runtime: Runtime,
  algorithm: ConvolutionAlgorithm,
  name: NetworkName,
  run: Run,
): Promise<void> {
  const golden = run.f64.eval_logits.flat();
  const allowed =
    runtime.name === "reference"
      ? FLOAT64_TOLERANCE * largest(golden)
      : ROUNDINGS * run.f32.max_abs_diff_eval_logits_vs_f64;
  const create = networkOf(name, run);
  const { network, session, variable, images } = await open(runtime, create, run, { algorithm });
  const seen: Record<string, Value> = {};
  watchChildren(network, seen);
  const { logits, ...activations } = await compute(session, images, (x) => {
    const { output } = trace(network, x, { training: false, variable });
    return { name: "evaluate", outputs: { logits: output, ...seen } };
  });
  expectNear(toNumbers(logits!.data), golden, allowed, "logits");
  const relative = allowed / largest(golden);
  for (const [name, [shape, norm, samples]] of Object.entries(run.f64.eval_activations)) {
    // A part without parameters may be a function here.
    if (activations[name] === undefined) continue;
    // SqueezeNet's classifier flattens here.
    const found: Shape = activations[name].shape;
    expect([...found, ...shape.slice(found.length).fill(1)], name).toEqual(shape);
    expectNear(normAndSamples(activations[name]), [norm, ...samples], relative * norm, name);
  }
  await session.dispose();
}

/** Fails where a step of training is not torchvision's: logits, loss, gradients, running statistics. */
export async function expectTraining(
  runtime: Runtime,
  algorithm: ConvolutionAlgorithm,
  name: NetworkName,
  run: Run,
): Promise<void> {
  const create = networkOf(name, run);
  if (runtime.name === "reference") {
    const { results, buffers } = await train(runtime, create, run);
    expectGolden(results, name, run);
    expectBuffers(buffers, run, FLOAT64_TOLERANCE);
    return;
  }
  const { buffers, relative } = await expectOracle(runtime, algorithm, create, run);
  expectBuffers(buffers, run, Math.max(64 * FLOAT32_EPSILON, ROUNDINGS * relative));
}

/**
 * Fails where a runtime's step of training is not the oracle's but for rounding: logits, loss, gradients.
 * @returns its buffers behind the step, and how far rounding moves the logits, relative to their norm
 */
export async function expectOracle(
  runtime: Runtime,
  algorithm: ConvolutionAlgorithm,
  create: () => Module,
  run: Step,
): Promise<{ readonly buffers: ReadonlyMap<string, HostTensor>; readonly relative: number }> {
  const decided: Decisions[] = [];
  const { results, buffers } = await train(observed(runtime, decided), create, run, { algorithm });
  const { spreads, roundings, relative } = await oracle(create, run);
  const check = (one: Decided): void => expectRounding(one, ROUNDINGS * roundings.get(one.name)!);
  const followed = await train(following(referenceRuntime, decided, check), create, run);
  expect(Object.keys(results)).toEqual(Object.keys(followed.results));
  for (const [key, wish] of Object.entries(followed.results)) {
    const off = distance(results[key]!, wish);
    const allowed = ROUNDINGS * spreads.get(key)!;
    if (!(off <= allowed)) throw new Error(`${key} is ${off} off; allowed is ${allowed}`);
  }
  return { buffers, relative };
}
