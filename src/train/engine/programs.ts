// The three programs of training: accumulate gradients, apply them, evaluate.

import { gradients } from "../../autodiff/index.ts";
import type { HostTensor, LabelRange } from "../../core/index.ts";
import {
  add,
  createProgram,
  Graph,
  greaterEqual,
  input,
  mul,
  type Program,
  readVariable,
  type Storage,
  select,
  sub,
  type Update,
  type Value,
  type ValueType,
  type VariableRef,
  wholeStorage,
} from "../../graph/index.ts";
import { Backbone, type ClassificationNetwork, type Module, trace } from "../../nn/index.ts";
import { clipGradients, type GradientClipping, globalNorm } from "../../optim/index.ts";
import type { StateLayout } from "./state-layout.ts";

/** Types of a batch's tensors; the batch axis, `N`, comes first. */
export interface BatchShape {
  readonly images: ValueType;
  readonly labels: ValueType;
}

/** A network, and the loss of its outputs as graph code: a scalar. */
export interface LossModel {
  readonly network: Module;
  loss(outputs: Value, targets: Value): Value;
  /** Which labels it can be given; default: labels are not looked at. */
  readonly labels?: LabelRange;
  /**
   * What the loss is divided by to be a mean, for labels [N] (or target probabilities [N, C]): such as the sum of the
   * labels' class weights. Where processes share a batch it says how much the loss of each counts. Default: N.
   */
  lossDivisor?(labels: HostTensor): number;
}

function batchInputs(graph: Graph, { images, labels }: BatchShape): [Value, Value] {
  return [
    input(graph, "images", images.dtype, images.shape),
    input(graph, "labels", labels.dtype, labels.shape),
  ];
}

/** The input that random numbers of a run are drawn by. */
export const RANDOM_KEY = "random_key";

/** That input of a program, made where a trace asks for it. */
export function randomKey(graph: Graph): () => Value {
  return () => input(graph, RANDOM_KEY, "int32", [4]);
}

/** The input that says how much a process's loss counts, where several share a batch. */
export const LOSS_SHARE = "loss_share";
/** The input that says whether a process's samples count, where all normalise a batch together: 1 or 0. */
export const SAMPLES_COUNT = "samples_count";
/** The input that says how many samples of that batch count. */
export const ALL_SAMPLES = "all_samples";
/** The input that a scaled loss is multiplied by, and the one that its gradients are. */
export const LOSS_SCALE = "loss_scale";
/** One over `LOSS_SCALE`. */
export const INVERSE_SCALE = "inverse_scale";

/** Where in an optimizer step a micro-batch stands. */
export interface AccumulateOptions {
  /** Whether the loss is multiplied by the input `LOSS_SHARE` before its gradient is taken; default false. */
  readonly shared?: boolean;
  /** Micro-batches of an optimizer step; each loss counts 1 / this. */
  readonly accumulate: number;
  /** The first micro-batch of a step sets the gradients, the others add to them. */
  readonly first: boolean;
  /** Gradients are those of the loss times input `loss_scale`; default false. */
  readonly scaled?: boolean;
  /** Whether batch norm takes the statistics of all processes, with inputs `SAMPLES_COUNT` and `ALL_SAMPLES`; default false. */
  readonly normalisesTogether?: boolean;
}

/**
 * Forward and backward in training mode: outputs `loss` (unscaled, auxiliary classifiers included) and `logits`, updates
 * gradients and buffers.
 */
export function accumulateProgram(
  model: LossModel,
  layout: StateLayout,
  batch: BatchShape,
  {
    accumulate,
    first,
    shared = false,
    scaled: isScaled = false,
    normalisesTogether = false,
  }: AccumulateOptions,
): Program {
  const graph = new Graph();
  const [images, labels] = batchInputs(graph, batch);
  const traced = trace(model.network, images, {
    training: true,
    variable: (name) => layout.weights.get(name)!,
    randomKey: randomKey(graph),
    sharedBatch: normalisesTogether
      ? {
          counts: input(graph, SAMPLES_COUNT, "float32", []),
          samples: input(graph, ALL_SAMPLES, "float32", []),
        }
      : undefined,
  });
  const loss = traced.auxiliary.reduce(
    (sum, { logits, weight }) => add(sum, mul(model.loss(logits, labels), weight)),
    model.loss(traced.output, labels),
  );
  const own = shared ? mul(loss, input(graph, LOSS_SHARE, "float32", [])) : loss;
  const share = accumulate === 1 ? own : mul(own, 1 / accumulate);
  const scaled = isScaled ? mul(share, input(graph, LOSS_SCALE, "float32", [])) : share;
  const targets = gradientVariables(layout).filter(({ parameter }) => traced.parameters.has(parameter));
  const computed = gradients(
    scaled,
    targets.map(({ parameter }) => traced.parameters.get(parameter)!),
  );
  const updates = targets.map(({ variable }, i): Update => {
    const gradient = computed[i]!;
    return { variable, value: first ? gradient : add(readVariable(graph, variable), gradient) };
  });
  return createProgram({
    name: first ? "accumulate-first" : "accumulate",
    outputs: { loss, logits: traced.output },
    updates: [...updates, ...traced.updates],
  });
}

function gradientVariables(layout: StateLayout): { parameter: string; variable: VariableRef }[] {
  return layout.groups.flatMap(({ parameters, gradients: held }) =>
    parameters.members.map(({ name }, i) => ({ parameter: name, variable: held.members[i]! })),
  );
}

/** Input name of a scalar of a group's optimizer. */
export function scalarInput(group: number, scalar: string): string {
  return `group${group}.${scalar}`;
}

/** The largest float32: what is greater, or no number, is not finite. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Clip, optimizer step and moving average: output `gradient_norm` (before clipping).
 * @param scaled gradients are multiplied by input `inverse_scale` first; where their norm is not finite then, nothing is
 *   updated. Default false.
 */
export function applyProgram(
  layout: StateLayout,
  clipping: GradientClipping | undefined,
  scaled = false,
): Program {
  const graph = new Graph();
  const read = (storage: Storage): Value => readVariable(graph, wholeStorage(storage));
  const inverse = scaled ? input(graph, INVERSE_SCALE, "float32", []) : undefined;
  const raw = layout.groups.map(({ gradients: held }) =>
    inverse === undefined ? read(held) : mul(read(held), inverse),
  );
  const norm = globalNorm(raw);
  const holds = scaled ? greaterEqual(LARGEST, norm) : undefined;
  const update = (storage: Storage, value: Value): void => {
    updates.push({
      variable: wholeStorage(storage),
      value: holds === undefined ? value : select(holds, value, read(storage)),
    });
  };
  const clipped = clipping === undefined ? raw : clipGradients(raw, norm, clipping);
  const updates: Update[] = [];
  const decay =
    layout.averageBuffers === undefined ? undefined : input(graph, "average_decay", "float32", []);
  const average = (target: Storage | undefined, latest: Value): void => {
    if (target === undefined || target.size === 0 || decay === undefined) return;
    update(target, add(mul(read(target), decay), mul(latest, sub(1, decay))));
  };
  for (const [i, group] of layout.groups.entries()) {
    const scalars = Object.keys(group.optimizer.scalars(1, 1));
    const { parameter, state } = group.optimizer.update({
      parameter: read(group.parameters),
      gradient: clipped[i]!,
      state: Object.fromEntries(
        Object.entries(group.optimizerState).map(([name, held]) => [name, read(held)]),
      ),
      scalars: Object.fromEntries(
        scalars.map((name) => [name, input(graph, scalarInput(i, name), "float32", [])]),
      ),
    });
    update(group.parameters, parameter);
    for (const [name, value] of Object.entries(state)) update(group.optimizerState[name]!, value);
    average(group.average, parameter);
  }
  if (layout.averageBuffers !== undefined && layout.buffers.size > 0) {
    average(layout.averageBuffers, read(layout.buffers));
  }
  return createProgram({ name: "apply", outputs: { gradient_norm: norm }, updates });
}

/**
 * Forward in training mode that changes nothing but running statistics: input `share` is that of this batch in them.
 * @param weights what is computed with, and whose statistics are set
 */
export function statisticsProgram(
  network: Module,
  weights: ReadonlyMap<string, VariableRef>,
  { dtype, shape }: BatchShape["images"],
): Program {
  const graph = new Graph();
  const images = input(graph, "images", dtype, shape);
  const { updates } = trace(network, images, {
    training: true,
    variable: (name) => weights.get(name)!,
    statisticsMomentum: input(graph, "share", "float32", []),
    randomKey: randomKey(graph),
  });
  const statistics = updates.filter(({ variable }) => variable.dtype === "float32");
  return createProgram({ name: "statistics", outputs: {}, updates: statistics });
}

/** Outputs the L2 norm of each group of variables, by the group's name. */
export function normsProgram(groups: Readonly<Record<string, readonly VariableRef[]>>): Program {
  const graph = new Graph();
  const outputs = Object.entries(groups).map(([name, variables]): [string, Value] => [
    name,
    globalNorm(variables.map((variable) => readVariable(graph, variable))),
  ]);
  return createProgram({ name: "norms", outputs: Object.fromEntries(outputs) });
}

/** Forward in evaluation mode: outputs `logits` and `loss`. */
export function evaluateProgram(
  model: LossModel,
  weights: ReadonlyMap<string, VariableRef>,
  batch: BatchShape,
): Program {
  const graph = new Graph();
  const [images, labels] = batchInputs(graph, batch);
  const { output } = trace(model.network, images, {
    training: false,
    variable: (name) => weights.get(name)!,
  });
  return createProgram({ name: "evaluate", outputs: { loss: model.loss(output, labels), logits: output } });
}

/** What the classifier of a network is given, in evaluation mode: output `features`. */
export function featuresProgram(
  network: ClassificationNetwork,
  weights: ReadonlyMap<string, VariableRef>,
  { dtype, shape }: BatchShape["images"],
): Program {
  const images = input(new Graph(), "images", dtype, shape);
  const { output } = trace(new Backbone(network), images, {
    training: false,
    variable: (name) => weights.get(name)!,
  });
  return createProgram({ name: "features", outputs: { features: output } });
}
