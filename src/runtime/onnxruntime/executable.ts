// A program as it is compiled: a whole, and elementwise updates that follow it in pieces.
import type { InferenceSession } from "onnxruntime-node";
import type { HostTensor } from "../../core/index.ts";
import type { BoundProgram, VariableRef } from "../../graph/index.ts";
import { computedAs } from "../../onnx/index.ts";
import type { OnnxLibrary } from "../../platform/onnxruntime.ts";
import type { NamedData } from "../threaded/index.ts";
import { CompiledProgram } from "./compiled-program.ts";
import { splitElementwise } from "./split-elementwise.ts";
import type { VariableStore } from "./variable-store.ts";

/** Elements that a piece has: of the dozen vectors of an optimizer's update, what a processor's caches hold. */
const PIECE = 1 << 16;

/** One piece of elementwise updates: the program, compiled for its length, and where its vectors begin. */
interface Piece {
  readonly compiled: CompiledProgram;
  readonly offset: number;
}

/** Pieces run behind the whole, with the scalars that it gives. */
export class OnnxRuntimeExecutable {
  readonly #program: BoundProgram;
  readonly #store: VariableStore;
  readonly #whole: CompiledProgram;
  readonly #pieces: readonly Piece[];

  private constructor(
    program: BoundProgram,
    store: VariableStore,
    whole: CompiledProgram,
    pieces: readonly Piece[],
  ) {
    this.#program = program;
    this.#store = store;
    this.#whole = whole;
    this.#pieces = pieces;
  }

  /** @throws ClassifierTrainingError `RUNTIME_COMPILE` when onnxruntime refuses the program. */
  static async create(
    library: OnnxLibrary,
    program: BoundProgram,
    store: VariableStore,
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
    return new OnnxRuntimeExecutable(program, store, whole, pieces);
  }

  /** Runs once and updates variables; the outputs are the caller's. */
  async run(inputs: NamedData): Promise<NamedData> {
    const given = this.#program.inputs.map(({ name, dtype, shape }): [string, HostTensor] => [
      name,
      { dtype: computedAs(dtype), shape, data: inputs.get(name)! } as HostTensor,
    ]);
    const results = await this.#whole.run(Object.fromEntries(given), (variable) =>
      this.#store.view(variable),
    );
    for (const { compiled, offset } of this.#pieces) {
      const shifted = (variable: VariableRef): VariableRef => ({
        ...variable,
        offset: variable.offset + offset,
      });
      await compiled.run(results, (variable) => this.#store.view(shifted(variable)));
    }
    return new Map(Object.keys(this.#program.outputs).map((name) => [name, results[name]!.data]));
  }

  async release(): Promise<void> {
    const compiled = new Set([this.#whole, ...this.#pieces.map((piece) => piece.compiled)]);
    for (const one of compiled) await one.release();
  }
}
