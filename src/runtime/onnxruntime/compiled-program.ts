// One ONNX session for one program: feeds it, runs it, and puts new values where variables are.
import type { InferenceSession, Tensor } from "onnxruntime-node";
import {
  ClassifierTrainingError,
  type HostTensor,
  hostTensor,
  isShared,
  type TensorData,
} from "../../core/index.ts";
import type { BoundProgram, BoundUpdate, VariableRef } from "../../graph/index.ts";
import { computedAs } from "../../onnx/index.ts";
import { type OnnxLibrary, onnxPlatform } from "../../platform/onnxruntime.ts";
import { type Remaking, withRecomputation } from "../planning/index.ts";
import { channelBlock } from "./channel-block.ts";
import { draw } from "./draws.ts";
import { ELEMENTWISE } from "./elementwise-ops.ts";
import { type LoweredProgram, lowerProgram } from "./lower-program.ts";
import { updatesInPlace } from "./update-plan.ts";
import { copyElements } from "./variable-store.ts";

/** The elements of a variable, where they are kept. */
export type VariableView = (variable: VariableRef) => TensorData;

/** Batch norms with ReLU are kept: made again they took a ResNet-18 a tenth more memory. */
export const REMAKING: Remaking = { joins: ({ op }) => ELEMENTWISE.has(op), normalizes: false };

/** Updates that onnxruntime can write straight into a variable are; the others are copied there after the run. */
export class CompiledProgram {
  readonly #library: OnnxLibrary;
  readonly #program: BoundProgram;
  readonly #lowered: Omit<LoweredProgram, "model">;
  readonly #session: InferenceSession;
  readonly #inPlace: ReadonlySet<BoundUpdate>;

  private constructor(
    library: OnnxLibrary,
    program: BoundProgram,
    lowered: Omit<LoweredProgram, "model">,
    session: InferenceSession,
  ) {
    this.#library = library;
    this.#program = program;
    this.#lowered = lowered;
    this.#session = session;
    const inPlace = onnxPlatform.writesInPlace ? program.updates : [];
    this.#inPlace = new Set(inPlace.filter((update) => updatesInPlace(program, update)));
  }

  /** @throws ClassifierTrainingError `RUNTIME_COMPILE` when onnxruntime refuses the program. */
  static async create(
    library: OnnxLibrary,
    program: BoundProgram,
    options: InferenceSession.SessionOptions,
  ): Promise<CompiledProgram> {
    const { program: remade, behind } = withRecomputation(program, REMAKING);
    const { model, ...lowered } = lowerProgram(remade, { channelBlock: await channelBlock(library), behind });
    try {
      const session = await library.InferenceSession.create(model, options);
      return new CompiledProgram(library, remade, lowered, session);
    } catch (error) {
      throw failure("RUNTIME_COMPILE", `cannot compile program ${program.name}`, error);
    }
  }

  /**
   * Runs the program: variables are read from and updated in what `view` gives for them.
   * @throws ClassifierTrainingError `RUNTIME_RUN`; variables are then in an undefined state.
   */
  async run(
    inputs: Readonly<Record<string, HostTensor>>,
    view: VariableView,
  ): Promise<Record<string, HostTensor>> {
    const { inputs: given, variables, draws, outputs, updates } = this.#lowered;
    const inMemory = (name: string, variable: VariableRef): [string, Tensor] => [
      name,
      this.#tensor({ ...variable, data: view(variable) }),
    ];
    const feeds = Object.fromEntries([
      ...given.map(({ name, source }) => [name, this.#tensor(acceptable(inputs[source.name]!))]),
      ...variables.map(({ name, source }) => inMemory(name, source)),
      ...draws.map(({ name, source }) => [name, this.#tensor(draw(source, { inputs, view }))]),
    ]);
    // The binding makes new tensors for all results, even for those that it has written where they belong.
    const fetches = Object.fromEntries([
      ...outputs.map(({ name }) => [name, null]),
      ...updates.map(({ name, source }) =>
        this.#inPlace.has(source) ? inMemory(name, source.variable) : [name, null],
      ),
    ]);
    const results = await this.#compute(feeds, fetches);
    for (const { name, source } of updates) {
      if (!this.#inPlace.has(source)) copyElements(results[name]!.data as TensorData, view(source.variable));
    }
    return Object.fromEntries(
      outputs.map(({ name, source: { key, value } }) => [
        key,
        hostTensor(computedAs(value.dtype), value.shape, results[name]!.data as Float32Array),
      ]),
    );
  }

  async #compute(
    feeds: InferenceSession.FeedsType,
    fetches: InferenceSession.NullableOnnxValueMapType,
  ): Promise<Record<string, Tensor>> {
    if (Object.keys(fetches).length === 0) return {};
    try {
      return (await this.#session.run(feeds, fetches)) as Record<string, Tensor>;
    } catch (error) {
      throw failure("RUNTIME_RUN", `program ${this.#program.name} failed`, error);
    }
  }

  /** A tensor of onnxruntime over the same memory. */
  #tensor({ dtype, shape, data }: HostTensor): Tensor {
    return new this.#library.Tensor(computedAs(dtype) as "float32", data as Float32Array, [...shape]);
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** An input as onnxruntime takes it: float32, and not in shared memory, which its binding refuses; copied where needed. */
function acceptable(tensor: HostTensor): HostTensor {
  const { dtype, shape, data } = tensor;
  if (dtype === "float64") return hostTensor("float32", shape, Float32Array.from(data as Float64Array));
  return isShared(data.buffer) ? { dtype, shape, data: data.slice() as typeof data } : tensor;
}

function failure(code: string, problem: string, error: unknown): ClassifierTrainingError {
  const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
  return new ClassifierTrainingError("failure", code, `onnxruntime: ${problem}: ${reason}`, { cause: error });
}
