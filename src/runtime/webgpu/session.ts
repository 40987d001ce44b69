// Variables on the device, and the programs that work on them.
import { ClassifierTrainingError, type HostTensor, sizeOf } from "../../core/index.ts";
import {
  type BoundProgram,
  bindBatch,
  isOp,
  type Program,
  type Storage,
  type VariableRef,
} from "../../graph/index.ts";
import { compileByBatch } from "../batch-executable.ts";
import { checkVariable, checkWrite } from "../boundary.ts";
import type { Executable, Precision, Session, SessionOptions, VariableWrite } from "../contract.ts";
import type { OpenDevice } from "./device/device.ts";
import { toDevice, toHost } from "./device/elements.ts";
import { DeviceMemory } from "./device/memory.ts";
import { Readback } from "./device/readback.ts";
import { Recording } from "./device/recording.ts";
import { Upload } from "./device/upload.ts";
import { WebGpuExecutable } from "./executable.ts";
import { type Plan, planProgram } from "./plan/plan.ts";
import { ELEMENT_BYTES, elementTypeOf } from "./plan/tensor.ts";

/** Keeps the storages in buffers of the device until it is disposed of. */
export class WebGpuSession implements Session {
  readonly runtime = "webgpu";
  readonly precision: Precision;
  readonly threads: number;
  readonly #open: OpenDevice;
  readonly #storages: ReadonlyMap<string, Storage>;
  readonly #memory: DeviceMemory;
  readonly #readback: Readback;
  readonly #upload: Upload;
  #disposed = false;

  private constructor(
    open: OpenDevice,
    memory: DeviceMemory,
    { storages, precision = "32-true", threads = 1 }: SessionOptions,
  ) {
    this.#open = open;
    this.#storages = new Map(storages.map((storage) => [storage.name, storage]));
    this.#memory = memory;
    this.#readback = new Readback(open.device);
    this.#upload = new Upload(open.device);
    this.precision = precision;
    this.threads = threads;
  }

  static async open(open: OpenDevice, options: SessionOptions): Promise<WebGpuSession> {
    const memory = await open.allocating(
      "the variables",
      () => new DeviceMemory(open.device, options.storages),
    );
    return new WebGpuSession(open, memory, options);
  }

  async compile(program: Program): Promise<Executable> {
    this.assertOpen();
    for (const node of program.nodes) {
      if (isOp(node, "variable")) checkVariable(this.#storages, node.params.variable);
    }
    for (const { variable } of program.updates) checkVariable(this.#storages, variable);
    return compileByBatch(program, async (bound, batch) => {
      try {
        return await this.#compile(bound);
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError) || error.code !== "RUNTIME_MEMORY") throw error;
        throw await this.#withFittingBatch(error, program, batch);
      }
    });
  }

  /** The error that there is no memory for a batch, with half of it, or half of that, for which there is. */
  async #withFittingBatch(
    error: ClassifierTrainingError,
    program: Program,
    batch: number | undefined,
  ): Promise<ClassifierTrainingError> {
    for (let size = Math.floor((batch ?? 0) / 2); size >= 1; size = Math.floor(size / 2)) {
      try {
        const { memory } = this.#plan(bindBatch(program, size));
        await this.#open.allocating("a smaller batch", () => this.#memory.reserve(memory.bytes));
        return new ClassifierTrainingError(error.kind, error.code, error.message, {
          hint: `data.batch_size=${size} would fit; trainer.accumulate_grad_batches makes up for it`,
          cause: error,
        });
      } catch {
        this.#memory.release();
      }
    }
    return error;
  }

  #plan(program: BoundProgram): Plan {
    const { regions: storages, slabBytes } = this.#memory;
    return planProgram(program, {
      traits: this.#open.traits,
      precision: this.precision,
      storages,
      slabBytes,
    });
  }

  async #compile(program: BoundProgram): Promise<WebGpuExecutable> {
    this.assertOpen();
    const memory = this.#memory;
    const open = this.#open;
    const plan = this.#plan(program);
    const pipelines = await Promise.all(plan.dispatches.map((dispatch) => open.pipeline(dispatch)));
    const what = `the ${(plan.memory.bytes / 2 ** 20).toFixed(0)} MiB of intermediate values of program ${program.name}`;
    const recording = await open
      .allocating(what, () => {
        memory.reserve(plan.memory.bytes);
        return new Recording(open, memory, plan, pipelines);
      })
      .catch((error: unknown) => {
        memory.release();
        throw error;
      });
    open.check();
    return new WebGpuExecutable(program, {
      open,
      plan,
      recording,
      readback: this.#readback,
      upload: this.#upload,
      assertOpen: (executableDisposed) => this.assertOpen(executableDisposed),
    });
  }

  async read(variables: readonly VariableRef[]): Promise<HostTensor[]> {
    this.assertOpen();
    for (const variable of variables) checkVariable(this.#storages, variable);
    const ranges = variables.map(({ storage, offset, shape, dtype }) => {
      const bytes = ELEMENT_BYTES[elementTypeOf(dtype)];
      return { buffer: this.#memory.storage(storage), offset: offset * bytes, bytes: sizeOf(shape) * bytes };
    });
    try {
      const { bytes, offsets } = await this.#readback.read(this.#open.device.createCommandEncoder(), ranges);
      this.#open.check();
      return variables.map(({ dtype, shape }, i) => {
        const data = toHost(dtype, elementTypeOf(dtype), bytes, offsets[i]!, sizeOf(shape));
        return { dtype, shape, data } as HostTensor;
      });
    } catch (error) {
      throw this.#open.explain(error);
    }
  }

  async write(entries: readonly VariableWrite[]): Promise<void> {
    this.assertOpen();
    for (const entry of entries) checkWrite(this.#storages, entry);
    const { queue } = this.#open.device;
    for (const { variable, tensor } of entries) {
      const type = elementTypeOf(variable.dtype);
      const bytes = toDevice(type, tensor.data);
      if (bytes.byteLength === 0) continue;
      // Dawn crashes on memory that threads share, in which first weights are drawn.
      const own = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
      queue.writeBuffer(this.#memory.storage(variable.storage), variable.offset * ELEMENT_BYTES[type], own);
    }
    this.#open.check();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#readback.dispose();
    this.#upload.dispose();
    this.#memory.dispose();
  }

  /** @throws ClassifierTrainingError `RUNTIME_DISPOSED` once the session, or the executable that asks, is disposed of. */
  assertOpen(executableDisposed = false): void {
    if (!this.#disposed && !executableDisposed) return;
    throw new ClassifierTrainingError(
      "failure",
      "RUNTIME_DISPOSED",
      `the ${this.#disposed ? "session" : "executable"} of runtime webgpu has been disposed of`,
    );
  }
}
