// Tracing: running a module on a symbolic input, which writes its computation into a graph.
import { ClassifierTrainingError, formatShape } from "../core/index.ts";
import {
  bernoulli,
  type Dims,
  readVariable,
  type Update,
  type Value,
  type VariableRef,
} from "../graph/index.ts";
import { type CurrentTrace, type SharedBatch, whileTracing } from "./current-trace.ts";
import type { Module } from "./module.ts";
import type { Buffer, Parameter } from "./parameter.ts";

/** The mode that a module runs in, and where its state is read. */
export interface TraceOptions {
  /** Training mode: batch statistics and their running averages; else evaluation mode. */
  readonly training: boolean;
  /** Where the state entry of that name (`layer1.0.conv1.weight`) lives. */
  readonly variable: (name: string) => VariableRef;
  /** Share of the new value in running statistics, instead of the layers' own. */
  readonly statisticsMomentum?: Value | undefined;
  /** How batch statistics are those of several processes; default: of this one alone. */
  readonly sharedBatch?: SharedBatch | undefined;
  /** What random numbers are drawn by (int32 [4]); asked for once, where any are. */
  readonly randomKey?: () => Value;
  /** Told what each module gave, as its computation is written: the innermost first. */
  readonly onOutput?: (output: Value, path: string, module: Module) => void;
}

/** Logits of an auxiliary classifier, and how many times their loss counts. */
export interface Auxiliary {
  readonly logits: Value;
  readonly weight: number;
}

/** What running a module wrote into the graph. */
export interface Traced {
  readonly output: Value;
  /** Of classifiers beside the last one; a loss in training takes them too. */
  readonly auxiliary: readonly Auxiliary[];
  /** Parameters that were used, by name, in the order of use. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Buffers that the forward pass changes. */
  readonly updates: readonly Update[];
}

/** Writes `module`'s computation on `x` into the graph of `x`. Parameters become reads of variables. */
export function trace(module: Module, x: Value, options: TraceOptions): Traced {
  const session = new TraceSession(module, x, options);
  const output = whileTracing(session, () => module.call(x));
  const { auxiliary, parameters, updates } = session;
  return { output, auxiliary, parameters, updates: [...updates.values()] };
}

/** State of one trace: which module is where, which variables were read, which buffers will change. */
class TraceSession implements CurrentTrace {
  readonly training: boolean;
  readonly statisticsMomentum: Value | undefined;
  readonly sharedBatch: SharedBatch | undefined;
  readonly parameters: Map<string, Value> = new Map();
  readonly updates: Map<Buffer, Update> = new Map();
  readonly auxiliary: Auxiliary[] = [];
  readonly #root: Value;
  readonly #randomKey: (() => Value) | undefined;
  #key: Value | undefined;
  #draws = 0;
  readonly #variable: (name: string) => VariableRef;
  readonly #onOutput: TraceOptions["onOutput"];
  readonly #paths = new Map<Module, string>();
  readonly #names = new Map<Parameter | Buffer, string>();
  readonly #reads = new Map<Parameter | Buffer, Value>();

  constructor(
    module: Module,
    root: Value,
    { training, variable, statisticsMomentum, sharedBatch, randomKey, onOutput }: TraceOptions,
  ) {
    this.training = training;
    this.statisticsMomentum = statisticsMomentum;
    this.sharedBatch = sharedBatch;
    this.#root = root;
    this.#variable = variable;
    this.#randomKey = randomKey;
    this.#onOutput = onOutput;
    for (const [path, part] of module.namedModules()) this.#paths.set(part, path);
    for (const [name, parameter] of module.namedParameters()) this.#names.set(parameter, name);
    for (const [name, buffer] of module.namedBuffers()) this.#names.set(buffer, name);
  }

  bernoulli(shape: Dims, probability: number): Value {
    this.#key ??= this.#randomKey?.();
    if (this.#key !== undefined) return bernoulli(this.#key, shape, probability, this.#draws++);
    throw new ClassifierTrainingError("failure", "NO_RANDOM_KEY", "random numbers are drawn without a key", {
      where: this.#root.node.graph.scope || undefined,
      hint: "give trace() a randomKey",
    });
  }

  addAuxiliary(logits: Value, weight: number): void {
    this.auxiliary.push({ logits, weight });
  }

  within(module: Module, body: () => Value): Value {
    const path = this.#paths.get(module) ?? "";
    const output = this.#root.node.graph.within(path, body);
    this.#onOutput?.(output, path, module);
    return output;
  }

  read(state: Parameter | Buffer): Value {
    const known = this.#reads.get(state);
    if (known !== undefined) return known;
    const name = this.#nameOf(state);
    const value = readVariable(this.#root.node.graph, this.#variable(name));
    this.#reads.set(state, value);
    if ("requiresGrad" in state) this.parameters.set(name, value);
    return value;
  }

  assign(buffer: Buffer, value: Value): void {
    this.updates.set(buffer, { variable: this.#variable(this.#nameOf(buffer)), value });
    this.#reads.set(buffer, value);
  }

  #nameOf(state: Parameter | Buffer): string {
    const name = this.#names.get(state);
    if (name !== undefined) return name;
    const kind = "requiresGrad" in state ? "parameter" : "buffer";
    throw new ClassifierTrainingError(
      "failure",
      "UNREGISTERED_STATE",
      `a ${kind} of shape ${formatShape(state.shape)} is used that is no property of any module`,
      {
        where: this.#root.node.graph.scope || undefined,
        hint: "keep it as a property of the module that uses it",
      },
    );
  }
}
