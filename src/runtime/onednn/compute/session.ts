// A session where it computes: variables, executables, one arena. Synchronous; it lives in the compute thread.
import { ClassifierTrainingError, type TensorData } from "../../../core/index.ts";
import { type BoundProgram, isOp, type Storage, type VariableRef } from "../../../graph/index.ts";
import type { ConvolutionAlgorithm, Precision, StorageMemory } from "../../contract.ts";
import { Engine, type Library } from "../ffi/index.ts";
import { Arena } from "../plan/arena.ts";
import { type ChoiceCache, ConvolutionChooser } from "../plan/convolution-choice.ts";
import type { ElementArray } from "../plan/element-type.ts";
import { VariableStore } from "../plan/variable-store.ts";
import type { ObservedRun } from "../run-progress.ts";
import type { SharedSum } from "../sum-together.ts";
import type { Team } from "../winograd/team.ts";
import { ComputeExecutable, type StepTime } from "./executable.ts";
import { startTeam } from "./start-team.ts";

/** What a session is told when it is opened, all defaults filled in. */
export interface ComputeSessionOptions {
  readonly storages: readonly Storage[];
  readonly threads: number;
  readonly precision: Precision;
  readonly convolutionAlgorithm: ConvolutionAlgorithm;
  /** The processor's name, which measured choices depend on. */
  readonly processor: string;
  readonly choices: ChoiceCache;
  /** The way to the other processes, where there are. */
  readonly shared: SharedSum | undefined;
  /** What one memory may hold; default: what WebAssembly addresses. */
  readonly slabBytes?: number;
}

/** Shared memory is freed when the engine finds that nobody refers to it, or at once when its thread ends. */
const NEGLIGIBLE_BYTES = 64 * 2 ** 20;

/** The number of threads is the library's own setting, made when the session is opened. */
export class ComputeSession {
  readonly #library: Library;
  readonly #store: VariableStore;
  readonly #chooser: ConvolutionChooser;
  readonly #precision: Precision;
  readonly #arena: Arena;
  readonly #executables = new Map<number, ComputeExecutable>();
  readonly #threads: number;
  /** Whether the library takes a number of threads, one for helpers among them. */
  readonly #isSet: boolean;
  readonly #shared: SharedSum | undefined;
  #winograd: Team | undefined;
  #nextId = 1;

  constructor(library: Library, options: ComputeSessionOptions) {
    const { storages, threads, precision, convolutionAlgorithm, processor, choices } = options;
    this.#isSet = library.setThreads(threads);
    this.#threads = threads;
    this.#shared = options.shared;
    this.#library = library;
    this.#precision = precision;
    this.#arena = new Arena(library, options.slabBytes);
    this.#store = new VariableStore(library, this.#arena, storages);
    this.#chooser = new ConvolutionChooser(
      library,
      this.#arena,
      convolutionAlgorithm,
      `${processor}; ${threads} threads`,
      choices,
    );
  }

  /** Starts the helpers that a program's convolutions may be worth, unless they run. */
  async prepare(program: BoundProgram): Promise<void> {
    if (!this.#isSet) return;
    this.#winograd ??= await startTeam(program, {
      library: this.#library,
      threads: this.#threads,
      precision: this.#precision,
      chooser: this.#chooser,
      arena: this.#arena,
    });
  }

  /** Plans a program; returns the executable's number, the bytes of its intermediate values, and what slows it down. */
  compile(program: BoundProgram): { id: number; workspaceBytes: number; remark?: string } {
    const options = {
      store: this.#store,
      precision: this.#precision,
      chooser: this.#chooser,
      winograd: this.#winograd,
      shared: this.#shared,
      arena: this.#arena,
    };
    const engine = new Engine(this.#library);
    try {
      const executable = new ComputeExecutable(program, options, engine, this.#arena);
      const id = this.#nextId++;
      this.#executables.set(id, executable);
      const { workspaceBytes, remark } = executable;
      return { id, workspaceBytes, ...(remark === undefined ? {} : { remark }) };
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /** Puts the variables of an executable where they will lie when it is run. */
  place(id: number): void {
    this.#executable(id).place();
  }

  run(
    id: number,
    inputs: ReadonlyMap<string, ElementArray>,
    observed?: ObservedRun,
  ): Map<string, ElementArray> {
    return this.#executable(id).run(inputs, observed);
  }

  profile(id: number, inputs: ReadonlyMap<string, ElementArray>): StepTime[] {
    return this.#executable(id).profile(inputs);
  }

  release(id: number): void {
    this.#executables.get(id)?.dispose();
    this.#executables.delete(id);
  }

  read(variables: readonly VariableRef[]): TensorData[] {
    return variables.map((variable) => this.#store.read(variable));
  }

  memory(storage: VariableRef): StorageMemory {
    return this.#store.memory(storage);
  }

  write(entries: readonly { readonly variable: VariableRef; readonly data: ElementArray }[]): void {
    for (const { variable, data } of entries) this.#store.write(variable, data);
  }

  /** Whether what is left of it is so little that another session may come after it in this thread. */
  async dispose(): Promise<boolean> {
    for (const id of [...this.#executables.keys()]) this.release(id);
    this.#store.dispose();
    await this.#winograd?.close();
    return this.#arena.bytes <= NEGLIGIBLE_BYTES;
  }

  #executable(id: number): ComputeExecutable {
    const executable = this.#executables.get(id);
    if (executable !== undefined) return executable;
    throw new ClassifierTrainingError(
      "failure",
      "RUNTIME_DISPOSED",
      "the executable of runtime onednn has been disposed of",
    );
  }
}

/** Variables that a program reads or updates. */
export function variablesOf(program: BoundProgram): VariableRef[] {
  const read = program.nodes.filter((node) => isOp(node, "variable")).map(({ params }) => params.variable);
  return [...read, ...program.updates.map(({ variable }) => variable)];
}
