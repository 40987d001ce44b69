// A compiled program: an ONNX session, bound to the variables' memory.
import type { InferenceSession, Tensor } from "onnxruntime-node";
import {
  allocate,
  ClassifierTrainingError,
  type HostTensor,
  hostTensor,
  sizeOf,
  type TensorData,
} from "../../core/index.ts";
import type { Program, VariableRef } from "../../graph/index.ts";
import { computedAs } from "../../onnx/index.ts";
import { checkInputs } from "../boundary.ts";
import type { Executable } from "../contract.ts";
import type { Library } from "./library.ts";
import { type LoweredProgram, lowerProgram } from "./lower-program.ts";
import type { OnnxRuntimeSession } from "./session.ts";
import { updatesInPlace } from "./update-plan.ts";
import { copyElements } from "./variable-store.ts";

/** An update whose new value waits beside the variable until the run is over. */
interface StagedUpdate {
  readonly staged: TensorData;
  readonly target: TensorData;
}

export class OnnxRuntimeExecutable implements Executable {
  readonly #session: OnnxRuntimeSession;
  readonly #library: Library;
  readonly #program: Program;
  readonly #lowered: Omit<LoweredProgram, "model">;
  readonly #compiled: InferenceSession;
  readonly #variableFeeds: Readonly<Record<string, Tensor>>;
  readonly #updateFetches: Readonly<Record<string, Tensor>>;
  readonly #stagedUpdates: readonly StagedUpdate[];
  #disposed = false;

  private constructor(
    session: OnnxRuntimeSession,
    library: Library,
    program: Program,
    lowered: Omit<LoweredProgram, "model">,
    compiled: InferenceSession,
  ) {
    this.#session = session;
    this.#library = library;
    this.#program = program;
    this.#lowered = lowered;
    this.#compiled = compiled;
    const view = (variable: VariableRef): TensorData => session.store.view(variable);
    this.#variableFeeds = Object.fromEntries(
      lowered.variables.map(({ name, source }) => [
        name,
        toTensor(library, { ...source, data: view(source) }),
      ]),
    );
    const staged: StagedUpdate[] = [];
    const fetches = lowered.updates.map(({ name, source }) => {
      const target = view(source.variable);
      const inPlace = updatesInPlace(program, source);
      const data = inPlace ? target : allocate(computedAs(source.variable.dtype), target.length);
      if (!inPlace) staged.push({ staged: data, target });
      return [name, toTensor(library, { ...source.variable, data })] as const;
    });
    this.#updateFetches = Object.fromEntries(fetches);
    this.#stagedUpdates = staged;
  }

  /** @throws ClassifierTrainingError `RUNTIME_COMPILE` when onnxruntime refuses the program. */
  static async create(
    session: OnnxRuntimeSession,
    library: Library,
    program: Program,
    options: InferenceSession.SessionOptions,
  ): Promise<OnnxRuntimeExecutable> {
    const { model, ...lowered } = lowerProgram(program);
    try {
      const compiled = await library.InferenceSession.create(model, options);
      return new OnnxRuntimeExecutable(session, library, program, lowered, compiled);
    } catch (error) {
      throw failure("RUNTIME_COMPILE", `cannot compile program ${program.name}`, error);
    }
  }

  run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return this.#session.exclusively(async () => {
      this.#session.assertOpen(this.#disposed);
      checkInputs(this.#program, inputs);
      const outputs = this.#lowered.outputs.map(({ name, source: { key, value } }) => {
        const dtype = computedAs(value.dtype);
        return { name, key, tensor: hostTensor(dtype, value.shape, allocate(dtype, sizeOf(value.shape))) };
      });
      await this.#compute(inputs, Object.fromEntries(outputs.map(({ name, tensor }) => [name, tensor])));
      for (const { staged, target } of this.#stagedUpdates) copyElements(staged, target);
      return Object.fromEntries(outputs.map(({ key, tensor }) => [key, tensor]));
    });
  }

  async #compute(
    inputs: Readonly<Record<string, HostTensor>>,
    outputs: Readonly<Record<string, HostTensor>>,
  ): Promise<void> {
    const bind = ([name, tensor]: [string, HostTensor]): [string, Tensor] => [
      name,
      toTensor(this.#library, tensor),
    ];
    const given = this.#lowered.inputs.map(({ name, source }): [string, HostTensor] => [
      name,
      acceptable(inputs[source.name]!),
    ]);
    const fetches = { ...Object.fromEntries(Object.entries(outputs).map(bind)), ...this.#updateFetches };
    if (Object.keys(fetches).length === 0) return;
    try {
      await this.#compiled.run({ ...this.#variableFeeds, ...Object.fromEntries(given.map(bind)) }, fetches);
    } catch (error) {
      throw failure("RUNTIME_RUN", `program ${this.#program.name} failed`, error);
    }
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#session.forget(this);
    await this.#session.exclusively(() => this.#compiled.release());
  }
}

/** An input as onnxruntime takes it: float32, and not in shared memory, which its binding refuses; copied where needed. */
function acceptable(tensor: HostTensor): HostTensor {
  const { dtype, shape, data } = tensor;
  if (dtype === "float64") return hostTensor("float32", shape, Float32Array.from(data as Float64Array));
  return data.buffer instanceof SharedArrayBuffer
    ? { dtype, shape, data: data.slice() as typeof data }
    : tensor;
}

/** A tensor of onnxruntime over the same memory. */
function toTensor({ Tensor }: Library, { dtype, shape, data }: HostTensor): Tensor {
  return new Tensor(computedAs(dtype) as "float32", data as Float32Array, [...shape]);
}

function failure(code: string, problem: string, error: unknown): ClassifierTrainingError {
  const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
  return new ClassifierTrainingError("failure", code, `onnxruntime: ${problem}: ${reason}`, { cause: error });
}
