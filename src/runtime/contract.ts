// What a runtime is: it keeps variables where it computes, compiles programs and runs them.
import type { HostTensor } from "../core/index.ts";
import type { Program, Storage, VariableRef } from "../graph/index.ts";
import type { Collective } from "./collective.ts";

/**
 * `32-true`: float32 throughout. `bf16-mixed`: bfloat16 activations and products, float32 masters and statistics.
 * `16-mixed`: the same with float16, whose small gradients need a scaled loss.
 */
export type Precision = "32-true" | "bf16-mixed" | "16-mixed";

/**
 * Which algorithms a runtime may choose for convolutions, where it has a choice: the fastest, direct ones, a library's
 * Winograd, or this toolkit's own, whose transforms are WebAssembly. What an algorithm cannot do is done directly.
 */
export type ConvolutionAlgorithm = "auto" | "direct" | "winograd" | "winograd_wasm";

/** What a runtime finds on this machine. */
export interface Probe {
  readonly available: boolean;
  /** Library, version and processor features; or, where it is not available, why. */
  readonly detail: string;
  /** How to get it, where it is not available. */
  readonly hint?: string;
  readonly precisions: readonly Precision[];
  /** Whether it is only for those who ask for it by name, such as a graphics card that the processor plays. */
  readonly onRequest?: boolean;
}

/**
 * What a session holds and how it computes. A precision that the runtime lacks is refused; algorithms only matter
 * where it has a choice.
 */
export interface SessionOptions {
  /** The variables' storages, all zero at first. */
  readonly storages: readonly Storage[];
  /** Compute threads; default: the physical cores. */
  readonly threads?: number;
  /** Default `32-true`. */
  readonly precision?: Precision;
  /** Default `auto`. */
  readonly convolutionAlgorithm?: ConvolutionAlgorithm;
  /** Is told, in a line for a person, what makes a program slower than it could be; most often once for each size of batch. */
  readonly onRemark?: ((line: string) => void) | undefined;
  /** The processes that `allReduceSum` sums over, of a runtime that `sumsTogether`. Default: this one alone. */
  readonly collective?: Collective;
}

/** A way to compute. */
export interface Runtime {
  readonly name: string;
  /** Whether its programs may sum over several processes. Default false: `allReduceSum` is of this process alone. */
  readonly sumsTogether?: boolean;
  /** Loads what it needs and says what there is; never throws. */
  probe(): Promise<Probe>;
  /** The devices that it may compute on, where there is a choice: what each is called, and can do. */
  devices?(): Promise<readonly string[]>;
  /** @throws ClassifierTrainingError `RUNTIME_UNAVAILABLE` or `RUNTIME_PRECISION`, with what to do. */
  open(options: SessionOptions): Promise<Session>;
}

/** Variables in a runtime's memory and the programs that work on them. Calls are executed one after another. */
export interface Session {
  readonly runtime: string;
  readonly precision: Precision;
  readonly threads: number;
  /**
   * Compiles a program over this session's storages. One with a free batch axis is compiled when it is run, for each
   * size of batch; those used latest are kept.
   */
  compile(program: Program): Promise<Executable>;
  /**
   * Copies of variables (members or whole storages), dense and row-major. Floats come in the runtime's own
   * precision: float32, or float64 from `reference`.
   */
  read(variables: readonly VariableRef[]): Promise<HostTensor[]>;
  /** Sets variables; float tensors of either width are taken. */
  write(entries: readonly VariableWrite[]): Promise<void>;
  /**
   * The memory of a whole storage of floats, for those who combine storages of several processes between two runs. Absent
   * where it cannot be seen.
   */
  memory?(storage: VariableRef): Promise<StorageMemory>;
  /** Frees everything, executables too. Further calls fail. */
  dispose(): Promise<void>;
}

/** A storage as it lies: whoever changes elements changes the variables. */
export interface StorageMemory {
  readonly elements: Float32Array | Float64Array;
  /** In which order they lie: where it is the same, elements of the same place are those of the same variable. */
  readonly layout: string;
}

/** New elements for a variable: a member of a storage, or a whole one. */
export interface VariableWrite {
  readonly variable: VariableRef;
  readonly tensor: HostTensor;
}

/** Follows a run of a program that changes variables: what lies in them for good while the rest is still computed. */
export interface RunObserver {
  /** Ranges of storages, in the order in which they are told of. */
  readonly ranges: readonly VariableRef[];
  /** Called once everything lies where it will during the run, which begins when the promise settles. */
  begins(): Promise<void>;
  /** Told now and then: the run changes the first `count` ranges no more. */
  complete(count: number): void;
}

/** A compiled program; it works on the variables of the session that compiled it. */
export interface Executable {
  /**
   * Runs the program once: inputs by name, outputs by name, variables updated when the promise resolves.
   * Outputs belong to the caller. A float input may be given as float32 or float64. Inputs must not be changed until the promise settles.
   * @param observer not called by runtimes whose variables cannot be seen during a run
   * @throws ClassifierTrainingError `RUN_INPUT` for a missing, unknown or mis-shaped input.
   */
  run(
    inputs: Readonly<Record<string, HostTensor>>,
    observer?: RunObserver,
  ): Promise<Record<string, HostTensor>>;
  /** Bytes planned for intermediate values, where the runtime knows. */
  readonly workspaceBytes?: number;
  dispose(): Promise<void>;
}
