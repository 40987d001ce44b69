// Fine-tuning: which parameters are trained from which epoch on, and in which groups.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../../core/index.ts";
import {
  Backbone,
  BatchNorm2d,
  ClassificationNetwork,
  deriveStages,
  type Module,
  parameterStages,
} from "../../nn/index.ts";
import type { ParameterGroup } from "./state-layout.ts";

/** What is trained from when on, and how fast; by default everything, alike. */
export interface FineTuningOptions {
  /** Parameters that are not trained, by name; `*` stands for any text (`layer1.*`). Default: none. */
  readonly freeze?: readonly string[];
  /**
   * How many of the network's stages are not trained either, from the input on; negative: all but as many, so that -1
   * leaves the classifier. Default 0.
   */
  readonly freezeStages?: number;
  /** Epoch (from 0) from which frozen parameters are trained as well; default: never. */
  readonly unfreezeEpoch?: number | null;
  /** Epochs until the next stage, from the classifier on, is unfrozen after another; default: all of them at once. */
  readonly unfreezeEvery?: number | null;
  /** Normalise with the running statistics, and leave them alone, where a module's parameters are frozen; default true. */
  readonly freezeBatchNorm?: boolean;
  /** Learning rate of each of the network's stages relative to the one behind it, in (0, 1]; default 1. */
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
    freezeStages: z.int().default(0),
    unfreezeEpoch: z.int().min(0).nullable().default(null),
    unfreezeEvery: z.int().min(1).nullable().default(null),
    freezeBatchNorm: z.boolean().default(true),
    layerDecay: z.number().positive().max(1).default(1),
    decayNormsAndBiases: z.boolean().default(true),
    cacheFeatures: z.boolean().default(false),
  })
  .refine(({ cacheFeatures, unfreezeEpoch }) => !cacheFeatures || unfreezeEpoch === null, {
    path: ["unfreezeEpoch"],
    error: "must be null: cached features never change",
  })
  .refine(({ unfreezeEpoch, unfreezeEvery }) => unfreezeEvery === null || unfreezeEpoch !== null, {
    path: ["unfreezeEvery"],
    error: "needs unfreezeEpoch, which says when the first stage is unfrozen",
  })
  .refine(({ cacheFeatures, freezeBatchNorm }) => !cacheFeatures || freezeBatchNorm, {
    path: ["freezeBatchNorm"],
    error: "must be true: cached features never change",
  });

/** What is frozen at an epoch, and the groups of what is trained. */
export class FineTuning {
  readonly #network: Module;
  readonly #options: Required<FineTuningOptions>;
  readonly #stages: readonly string[];
  /** The stage of each parameter. */
  readonly #stageOf: ReadonlyMap<string, number>;
  readonly #frozen: ReadonlySet<string>;

  /**
   * @throws ClassifierTrainingError kind "usage" `FREEZE_PATTERN` for a pattern that names no parameter, or where all are
   * frozen, `FREEZE_STAGES` where there are fewer stages, `NO_CLASSIFIER` where features are to be cached and the
   * network does not say which part comes behind them.
   */
  constructor(network: Module, options: FineTuningOptions) {
    this.#network = network;
    this.#options = parseOptions("FineTuning", fineTuningSchema, options);
    const stages = network instanceof ClassificationNetwork ? network.stages : deriveStages(network);
    // A network whose parameters are all its own is one stage.
    this.#stages = stages.length > 0 ? stages : [""];
    this.#stageOf = parameterStages(network, this.#stages);
    this.#frozen = this.#findFrozen();
    if (this.#frozen.size === this.#stageOf.size)
      throw badOption("FREEZE_PATTERN", "freeze", "every parameter is frozen", "leave the classifier out");
  }

  #findFrozen(): Set<string> {
    const { freeze, freezeStages, cacheFeatures } = this.#options;
    const names = [...this.#stageOf.keys()];
    for (const pattern of freeze) {
      if (names.some((name) => matches(pattern, name))) continue;
      const hint = `parameters are named like ${names[0]} and ${names.at(-1)}`;
      throw badOption("FREEZE_PATTERN", "freeze", `"${pattern}" names no parameter`, hint);
    }
    const stages = this.#stages;
    if (Math.abs(freezeStages) >= stages.length) {
      const problem = `${freezeStages} of ${stages.length} stages cannot be frozen`;
      throw badOption("FREEZE_STAGES", "freeze_stages", problem, `the stages are ${stages.join(", ")}`);
    }
    const first = freezeStages < 0 ? stages.length + freezeStages : freezeStages;
    const backbone = cacheFeatures ? new Backbone(separable(this.#network)) : undefined;
    return new Set([
      ...names.filter((name) => this.#stageOf.get(name)! < first),
      ...names.filter((name) => freeze.some((pattern) => matches(pattern, name))),
      ...Array.from(backbone?.namedParameters() ?? [], ([name]) => name),
    ]);
  }

  /** The stages that something is frozen of, the last one first. */
  get #frozenStages(): readonly number[] {
    const stages = Array.from(this.#frozen, (name) => this.#stageOf.get(name)!);
    return [...new Set(stages)].sort((a, b) => b - a);
  }

  /** The epochs from which more is trained than before. */
  get #unfreezingEpochs(): readonly number[] {
    const { unfreezeEpoch, unfreezeEvery } = this.#options;
    if (unfreezeEpoch === null) return [];
    if (unfreezeEvery === null) return [unfreezeEpoch];
    return this.#frozenStages.map((_, i) => unfreezeEpoch + i * unfreezeEvery);
  }

  /** The parameters that are not trained in `epoch`. */
  #frozenAt(epoch: number): ReadonlySet<string> {
    const { unfreezeEpoch, unfreezeEvery } = this.#options;
    if (unfreezeEpoch === null || epoch < unfreezeEpoch) return this.#frozen;
    if (unfreezeEvery === null) return new Set();
    const left = new Set(this.#frozenStages.slice(1 + Math.floor((epoch - unfreezeEpoch) / unfreezeEvery)));
    return new Set([...this.#frozen].filter((name) => left.has(this.#stageOf.get(name)!)));
  }

  /** Freezes and unfreezes parameters and norms as it is in `epoch`; whether that changed anything. */
  enter(epoch: number): boolean {
    const frozen = this.#frozenAt(epoch);
    let changed = false;
    for (const [name, parameter] of this.#network.namedParameters()) {
      const trained = !frozen.has(name);
      changed ||= parameter.requiresGrad !== trained;
      parameter.requiresGrad = trained;
    }
    for (const [, module] of this.#network.namedModules()) {
      if (module instanceof BatchNorm2d)
        module.frozen = this.#options.freezeBatchNorm && !module.weight.requiresGrad;
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
    const groups = new Map<string, { parameters: string[] } & Omit<ParameterGroup, "parameters">>();
    for (const [name, parameter] of this.#network.namedParameters()) {
      if (!parameter.requiresGrad) continue;
      const depth = this.#stages.length - 1 - this.#stageOf.get(name)!;
      const learningRateScale = this.#options.layerDecay ** depth;
      const bare = !this.#options.decayNormsAndBiases && !parameter.decays;
      const key = `${learningRateScale} ${bare}`;
      const group = groups.get(key);
      if (group !== undefined) group.parameters.push(name);
      else groups.set(key, { parameters: [name], learningRateScale, ...(bare ? { weightDecay: 0 } : {}) });
    }
    return [...groups.values()];
  }

  /** How many groups there are in the course of `epochs` epochs, each number that follows another. */
  groupCounts(epochs: number): readonly number[] {
    const changes = [0, ...this.#unfreezingEpochs].filter((epoch) => epoch < epochs);
    const counts = changes.map((epoch) => this.readAt(epoch, () => this.groups().length));
    return counts.filter((count, i) => count !== counts[i - 1]);
  }
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

function badOption(code: string, option: string, problem: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, problem, { where: `fine_tuning.${option}`, hint });
}
