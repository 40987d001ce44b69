// Where everything that lives across steps is kept: weights, gradients, optimizer state, averages.
import type { DType } from "../../core/index.ts";
import { type Storage, storageOf, type VariableRef } from "../../graph/index.ts";
import type { Module } from "../../nn/index.ts";
import { type StateEntry, stateEntries } from "../../nn/index.ts";
import type { Optimizer } from "../../optim/index.ts";

/** Trained parameters that share learning-rate scale and weight decay. */
export interface ParameterGroup {
  readonly parameters: readonly string[];
  /** Times the scheduled learning rate; default 1. */
  readonly learningRateScale?: number;
  /** Instead of the optimizer's own. */
  readonly weightDecay?: number;
}

/** A group and its storages; elements of all of them correspond one to one. */
export interface GroupLayout {
  readonly learningRateScale: number;
  readonly optimizer: Optimizer;
  readonly parameters: Storage;
  readonly gradients: Storage;
  readonly optimizerState: Readonly<Record<string, Storage>>;
  readonly average: Storage | undefined;
}

/** All storages of a training run. Names of variables are those of checkpoints. */
export interface StateLayout {
  readonly groups: readonly GroupLayout[];
  /** Running statistics (float32). */
  readonly buffers: Storage;
  /** Counters of batches (int64). */
  readonly counters: Storage;
  readonly averageBuffers: Storage | undefined;
  readonly storages: readonly Storage[];
  /** State entry of the network -> variable. */
  readonly weights: ReadonlyMap<string, VariableRef>;
  /** State entry of the network -> its exponential moving average, or the entry itself where it is not averaged. */
  readonly averages: ReadonlyMap<string, VariableRef>;
  /** Everything a checkpoint needs: weights, optimizer state, averages. */
  readonly persistent: readonly VariableRef[];
}

/** What is kept for each parameter besides its value and gradient. */
export interface StateLayoutOptions {
  readonly optimizer: Optimizer;
  /** Default: all trained parameters in one group. */
  readonly parameterGroups?: readonly ParameterGroup[];
  /** Keep an exponential moving average of weights and running statistics. */
  readonly average?: boolean;
}

/** Lays out the state of training `network`. */
export function layoutState(network: Module, options: StateLayoutOptions): StateLayout {
  const entries = stateEntries(network);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const trained = entries.filter((entry) => entry.requiresGrad);
  const given = options.parameterGroups ?? [{ parameters: trained.map(({ name }) => name) }];
  const groups = given
    .filter(({ parameters }) => parameters.length > 0)
    .map((group, i) => layoutGroup(group, given.length === 1 ? "" : `.${i}`, byName, options));
  const fixed = entries.filter((entry) => !entry.requiresGrad);
  const frozen = storageOf("frozen", ofType(fixed, "parameter", "float32"));
  const buffers = storageOf("buffers", ofType(fixed, "buffer", "float32"));
  const counters = storageOf("counters", ofType(fixed, "buffer", "int64"));
  const averageBuffers = options.average ? renamed(buffers, "average") : undefined;
  const storages = [
    ...groups.flatMap((group) => [
      group.parameters,
      group.gradients,
      ...Object.values(group.optimizerState),
      ...(group.average === undefined ? [] : [group.average]),
    ]),
    frozen,
    buffers,
    counters,
    ...(averageBuffers === undefined ? [] : [averageBuffers]),
  ].filter((storage) => storage.size > 0);
  const held = [...groups.map((group) => group.parameters), frozen, buffers, counters];
  const weights = new Map(
    held.flatMap(({ members }) => members.map((member) => [member.name, member] as const)),
  );
  const averaged = storages
    .flatMap(({ members }) => members)
    .filter(({ name }) => name.startsWith("average."));
  const averages = new Map([
    ...weights,
    ...averaged.map((member) => [member.name.slice("average.".length), member] as const),
  ]);
  const gradients = new Set(groups.map((group) => group.gradients));
  const persistent = [
    ...entries.map(({ name }) => weights.get(name)!),
    ...storages
      .filter((storage) => !held.includes(storage) && !gradients.has(storage))
      .flatMap(({ members }) => members),
  ];
  return { groups, buffers, counters, averageBuffers, storages, weights, averages, persistent };
}

function layoutGroup(
  group: ParameterGroup,
  suffix: string,
  entries: ReadonlyMap<string, StateEntry>,
  { optimizer, average }: StateLayoutOptions,
): GroupLayout {
  const variables = group.parameters.map((name) => entries.get(name)!);
  const parameters = storageOf(`parameters${suffix}`, variables.map(toVariable));
  const own = group.weightDecay === undefined ? optimizer : optimizer.withWeightDecay(group.weightDecay);
  return {
    learningRateScale: group.learningRateScale ?? 1,
    optimizer: own,
    parameters,
    gradients: renamed(parameters, "gradient"),
    optimizerState: Object.fromEntries(
      own.state.map(({ name }) => [name, renamed(parameters, `optimizer.${name}`)]),
    ),
    average: average ? renamed(parameters, "average") : undefined,
  };
}

function toVariable({ name, dtype, shape }: StateEntry): Pick<StateEntry, "name" | "dtype" | "shape"> {
  return { name, dtype, shape };
}

function ofType(entries: readonly StateEntry[], kind: StateEntry["kind"], dtype: DType): StateEntry[] {
  return entries.filter((entry) => entry.kind === kind && entry.dtype === dtype);
}

/** A storage of the same layout for something that belongs to each member. */
function renamed(storage: Storage, prefix: string): Storage {
  return storageOf(
    `${prefix}.${storage.name}`,
    storage.members.map(({ name, dtype, shape }) => ({ name: `${prefix}.${name}`, dtype, shape })),
  );
}
