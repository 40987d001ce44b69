// Fine-tuning: which parameters are trained from which epoch on, and in which groups.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../../core/index.ts";
import { Backbone, BatchNorm2d, ClassificationNetwork, type Module } from "../../nn/index.ts";
import type { ParameterGroup } from "./state-layout.ts";

/** What is trained from when on, and how fast; by default everything, alike. */
export interface FineTuningOptions {
  /** Parameters that are not trained, by name; `*` stands for any text (`layer1.*`). Default: none. */
  readonly freeze?: readonly string[];
  /** Epoch (from 0) from which frozen parameters are trained as well; default: never. */
  readonly unfreezeEpoch?: number | null;
  /** Normalise with the running statistics, and leave them alone, where a module's parameters are frozen; default true. */
  readonly freezeBatchNorm?: boolean;
  /**
   * Learning rate of each part of the network relative to the one behind it, in (0, 1]; default 1. Parts are the
   * network's own children; where all but single layers lie in one of them (`features`, `encoder`), those of that one.
   */
  readonly layerDecay?: number;
  /** Weight decay on parameters that are not meant to decay as well, such as biases and norms; default true. */
  readonly decayNormsAndBiases?: boolean;
  /**
   * Train the classifier alone, on features that are computed once, without augmentation; what is before the
   * classifier is frozen. Default false.
   */
  readonly cacheFeatures?: boolean;
}

/** `FineTuningOptions` with their defaults. */
export const fineTuningSchema: z.ZodType<Required<FineTuningOptions>> = z
  .strictObject({
    freeze: z.array(z.string().min(1)).default([]),
    unfreezeEpoch: z.int().min(0).nullable().default(null),
    freezeBatchNorm: z.boolean().default(true),
    layerDecay: z.number().positive().max(1).default(1),
    decayNormsAndBiases: z.boolean().default(true),
    cacheFeatures: z.boolean().default(false),
  })
  .refine(({ cacheFeatures, unfreezeEpoch }) => !cacheFeatures || unfreezeEpoch === null, {
    path: ["unfreezeEpoch"],
    error: "must be null: cached features never change",
  })
  .refine(({ cacheFeatures, freezeBatchNorm }) => !cacheFeatures || freezeBatchNorm, {
    path: ["freezeBatchNorm"],
    error: "must be true: cached features never change",
  });

/** What is frozen at an epoch, and the groups of what is trained. */
export class FineTuning {
  readonly #network: Module;
  readonly #options: Required<FineTuningOptions>;
  readonly #frozen: ReadonlySet<string>;

  /**
   * @throws ClassifierTrainingError kind "usage" `FREEZE_PATTERN` for a pattern that names no parameter, or for all,
   * `NO_CLASSIFIER` where features are to be cached and the network does not say which part comes behind them.
   */
  constructor(network: Module, options: FineTuningOptions) {
    this.#network = network;
    this.#options = parseOptions("FineTuning", fineTuningSchema, options);
    const names = Array.from(network.namedParameters(), ([name]) => name);
    for (const pattern of this.#options.freeze) {
      if (!names.some((name) => matches(pattern, name))) {
        throw badPattern(
          `"${pattern}" names no parameter`,
          `parameters are named like ${names[0]} and ${names.at(-1)}`,
        );
      }
    }
    const backbone = this.#options.cacheFeatures ? new Backbone(separable(network)) : undefined;
    this.#frozen = new Set([
      ...names.filter((name) => this.#options.freeze.some((pattern) => matches(pattern, name))),
      ...Array.from(backbone?.namedParameters() ?? [], ([name]) => name),
    ]);
    if (this.#frozen.size === names.length) {
      throw badPattern(
        "every parameter is frozen",
        "leave the classifier out, as in ['conv1.*', 'bn1.*', 'layer*']",
      );
    }
  }

  /** Freezes and unfreezes parameters and norms as it is in `epoch`; whether that changed anything. */
  enter(epoch: number): boolean {
    const { unfreezeEpoch, freezeBatchNorm } = this.#options;
    const thawed = unfreezeEpoch !== null && epoch >= unfreezeEpoch;
    let changed = false;
    for (const [name, parameter] of this.#network.namedParameters()) {
      const trained = thawed || !this.#frozen.has(name);
      changed ||= parameter.requiresGrad !== trained;
      parameter.requiresGrad = trained;
    }
    for (const [, module] of this.#network.namedModules()) {
      if (module instanceof BatchNorm2d) module.frozen = freezeBatchNorm && !module.weight.requiresGrad;
    }
    return changed;
  }

  /** What `read` gives with everything frozen as it is in `epoch`; afterwards it is as before. */
  readAt<T>(epoch: number, read: () => T): T {
    const parameters = Array.from(this.#network.namedParameters(), ([, parameter]) => parameter);
    const norms = Array.from(this.#network.namedModules(), ([, module]) => module).filter(
      (module) => module instanceof BatchNorm2d,
    );
    const trained = parameters.map(({ requiresGrad }) => requiresGrad);
    const frozen = norms.map((norm) => norm.frozen);
    this.enter(epoch);
    try {
      return read();
    } finally {
      for (const [i, parameter] of parameters.entries()) parameter.requiresGrad = trained[i]!;
      for (const [i, norm] of norms.entries()) norm.frozen = frozen[i]!;
    }
  }

  /** The trained parameters by learning rate and weight decay, in the order of the network. */
  groups(): ParameterGroup[] {
    const parts = partsOf(this.#network);
    const groups = new Map<string, { parameters: string[] } & Omit<ParameterGroup, "parameters">>();
    for (const [name, parameter] of this.#network.namedParameters()) {
      if (!parameter.requiresGrad) continue;
      // What lies in no part is from before the first: tokens, tables of positions.
      const part = Math.max(
        0,
        parts.findIndex((path) => name.startsWith(`${path}.`)),
      );
      const depth = parts.length - 1 - part;
      const learningRateScale = this.#options.layerDecay ** depth;
      const bare = !this.#options.decayNormsAndBiases && !parameter.decays;
      const key = `${learningRateScale} ${bare}`;
      const group = groups.get(key);
      if (group !== undefined) group.parameters.push(name);
      else groups.set(key, { parameters: [name], learningRateScale, ...(bare ? { weightDecay: 0 } : {}) });
    }
    return [...groups.values()];
  }
}

/** The paths of the parts of a network, in order, the classifier last. */
function partsOf(network: Module): string[] {
  const classifier = network instanceof ClassificationNetwork ? network.classifier : undefined;
  const take = (module: Module, prefix: string): string[] => {
    const children = Array.from(module.children(), ([name, child]) => ({ path: `${prefix}${name}`, child }));
    const trained = children.filter(({ child }) => !child.namedParameters().next().done);
    const last = classifier ?? (module === network ? trained.at(-1)?.child : undefined);
    const composed = trained.filter(({ child }) => child !== last && !child.children().next().done);
    return children.flatMap(({ path, child }) =>
      composed.length === 1 && child === composed[0]!.child ? take(child, `${path}.`) : [path],
    );
  };
  return take(network, "");
}

/** @throws ClassifierTrainingError kind "usage" `NO_CLASSIFIER`. */
export function separable(network: Module): ClassificationNetwork {
  if (network instanceof ClassificationNetwork) return network;
  const message = `${network.constructor.name} does not say which of its parts is the classifier`;
  throw new ClassifierTrainingError("usage", "NO_CLASSIFIER", message, {
    where: "fine_tuning.cache_features",
    hint: "let it extend ClassificationNetwork, or freeze by name as fine_tuning=head does",
  });
}

function matches(pattern: string, name: string): boolean {
  const expression = pattern.split("*").map((text) => text.replaceAll(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${expression.join(".*")}$`, "s").test(name);
}

function badPattern(problem: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "FREEZE_PATTERN", problem, {
    where: "fine_tuning.freeze",
    hint,
  });
}
