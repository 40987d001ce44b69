// A compiled program as the session's callers see it: a whole, and elementwise updates that follow it in pieces.
import type { InferenceSession } from "onnxruntime-node";
import type { HostTensor } from "../../core/index.ts";
import type { BoundProgram, VariableRef } from "../../graph/index.ts";
import { checkInputs } from "../boundary.ts";
import type { Executable } from "../contract.ts";
import { CompiledProgram } from "./compiled-program.ts";
import type { Library } from "./library.ts";
import { splitElementwise } from "./split-elementwise.ts";
import type { VariableStore } from "./variable-store.ts";

/** Elements that a piece has: of the dozen vectors of an optimizer's update, what a processor's caches hold. */
const PIECE = 1 << 16;

/** One piece of elementwise updates: the program, compiled for its length, and where its vectors begin. */
interface Piece {
  readonly compiled: CompiledProgram;
  readonly offset: number;
}

/** What an executable needs of its session. */
export interface ExecutableSession {
  readonly store: VariableStore;
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  assertOpen(executableDisposed: boolean): void;
  forget(executable: Executable): void;
}

/** Pieces run behind the whole, with the scalars that it gives. */
export class OnnxRuntimeExecutable implements Executable {
  readonly #session: ExecutableSession;
  readonly #program: BoundProgram;
  readonly #whole: CompiledProgram;
  readonly #pieces: readonly Piece[];
  #disposed = false;

  private constructor(
    session: ExecutableSession,
    program: BoundProgram,
    whole: CompiledProgram,
    pieces: readonly Piece[],
  ) {
    this.#session = session;
    this.#program = program;
    this.#whole = whole;
    this.#pieces = pieces;
  }

  /** @throws ClassifierTrainingError `RUNTIME_COMPILE` when onnxruntime refuses the program. */
  static async create(
    session: ExecutableSession,
    library: Library,
    program: BoundProgram,
    options: InferenceSession.SessionOptions,
  ): Promise<OnnxRuntimeExecutable> {
    const { rest, parts } = splitElementwise(program, 2 * PIECE);
    const compile = (part: BoundProgram): Promise<CompiledProgram> =>
      CompiledProgram.create(library, part, options);
    const whole = await compile(rest);
    const pieces: Piece[] = [];
    for (const { size, program: ofLength } of parts) {
      const even = await compile(ofLength(PIECE));
      const end = size - (size % PIECE);
      for (let offset = 0; offset < end; offset += PIECE) pieces.push({ compiled: even, offset });
      if (end < size) pieces.push({ compiled: await compile(ofLength(size - end)), offset: end });
    }
    return new OnnxRuntimeExecutable(session, program, whole, pieces);
  }

  run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return this.#session.exclusively(async () => {
      this.#session.assertOpen(this.#disposed);
      checkInputs(this.#program, inputs);
      const { store } = this.#session;
      const results = await this.#whole.run(inputs, (variable) => store.view(variable));
      for (const { compiled, offset } of this.#pieces) {
        const shifted = (variable: VariableRef): VariableRef => ({
          ...variable,
          offset: variable.offset + offset,
        });
        await compiled.run(results, (variable) => store.view(shifted(variable)));
      }
      return Object.fromEntries(Object.keys(this.#program.outputs).map((name) => [name, results[name]!]));
    });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#session.forget(this);
    const compiled = new Set([this.#whole, ...this.#pieces.map((piece) => piece.compiled)]);
    await this.#session.exclusively(async () => {
      for (const one of compiled) await one.release();
    });
  }
}
