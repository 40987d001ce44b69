// Programs whose batch axis has no size yet: compiled for every size of batch as it comes up, the latest few are kept.
import { ClassifierTrainingError, type HostTensor, LatestUsed } from "../core/index.ts";
import { type BoundProgram, bindBatch, isBound, type Program } from "../graph/index.ts";
import { checkInputs } from "./boundary.ts";
import type { Executable, RunObserver } from "./contract.ts";

/** Sizes of batch that a program is kept compiled for: usual are two, the full one and the last of an epoch. */
const SIZES_KEPT = 4;

/**
 * Compiles a program with `compile`: at once where every size is known, else for each size of batch when it is run.
 * @param compile is told the size of the batch where the program had none
 */
export async function compileByBatch(
  program: Program,
  compile: (bound: BoundProgram, batch?: number) => Promise<Executable>,
): Promise<Executable> {
  return isBound(program) ? compile(program) : new BatchExecutable(program, compile);
}

class BatchExecutable implements Executable {
  readonly #program: Program;
  readonly #compile: (bound: BoundProgram, batch: number) => Promise<Executable>;
  readonly #bySize: LatestUsed<number, Promise<Executable>> = new LatestUsed(SIZES_KEPT, disposeOf);

  #disposed = false;

  constructor(program: Program, compile: (bound: BoundProgram, batch: number) => Promise<Executable>) {
    this.#program = program;
    this.#compile = compile;
  }

  async run(
    inputs: Readonly<Record<string, HostTensor>>,
    observer?: RunObserver,
  ): Promise<Record<string, HostTensor>> {
    if (this.#disposed) throw disposed(this.#program.name);
    const size = checkInputs(this.#program, inputs);
    const executable = await this.#bySize.get(size, () => this.#compileFor(size));
    return executable.run(inputs, observer);
  }

  /** A program that cannot be compiled is not kept. */
  async #compileFor(size: number): Promise<Executable> {
    try {
      return await this.#compile(bindBatch(this.#program, size), size);
    } catch (error) {
      this.#bySize.forget(size);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all(this.#bySize.clear().map(disposeOf));
  }
}

function disposed(program: string): ClassifierTrainingError {
  const problem = `the executable of program ${program} has been disposed of`;
  return new ClassifierTrainingError("failure", "RUNTIME_DISPOSED", problem);
}

/** Disposes of what was compiled; what could not be is nothing to dispose of. */
async function disposeOf(executable: Promise<Executable>): Promise<void> {
  await executable.then(
    (compiled) => compiled.dispose(),
    () => undefined,
  );
}
