// An open device: its pipelines, kept by their text, and what went wrong on it.
import { ClassifierTrainingError } from "../../../core/index.ts";
import type { DeviceTraits } from "../plan/device-traits.ts";
import type { Dispatch } from "../plan/dispatch.ts";
import { isReadOnly } from "../wgsl/kernel.ts";
import type { AdapterDescription } from "./adapters.ts";

const COMPUTE_STAGE = 0x4;

/** A compiled kernel, and how its bindings are laid out. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Shared by the sessions of a runtime. What goes wrong on the device is told to the first who asks. */
export class OpenDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  readonly traits: DeviceTraits;
  readonly held: unknown;
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #failure: ClassifierTrainingError | undefined;
  #isLost = false;

  /** @param held what must stay referenced as long as the device is used */
  constructor(device: GPUDevice, adapter: AdapterDescription, traits: DeviceTraits, held: unknown) {
    this.device = device;
    this.adapter = adapter;
    this.held = held;
    this.traits = traits;
    void device.lost.then(({ reason, message }) => {
      this.#isLost = true;
      this.#failure = lost(adapter.name, `${reason}: ${message}`);
    });
    device.onuncapturederror = ({ error }): void => {
      this.#failure ??= failureOf(error);
    };
  }

  /** Whether the device is gone for good. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Throws what went wrong since the last time that this was asked; a loss every time. */
  check(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    if (!this.#isLost) this.#failure = undefined;
    throw failure;
  }

  /** The error that an exception of the device means. */
  explain(error: unknown): unknown {
    if (error instanceof ClassifierTrainingError) return error;
    if (this.#failure !== undefined) return this.#failure;
    return new ClassifierTrainingError("failure", "WEBGPU_FAILED", messageOf(error), { cause: error });
  }

  /** Runs `make`; if the device had no memory for what it makes, that is the error. */
  async allocating<T>(what: string, make: () => T): Promise<T> {
    this.device.pushErrorScope("out-of-memory");
    let error: Promise<GPUError | null>;
    let made: T;
    try {
      made = make();
    } finally {
      error = this.device.popErrorScope();
    }
    if ((await error.catch(() => null)) !== null) throw outOfMemory(this.adapter.name, what);
    return made;
  }

  /** The compiled kernel of a dispatch. */
  pipeline(dispatch: Dispatch): Promise<Pipeline> {
    const accesses = dispatch.bindings.map(({ region, written }) => isReadOnly(region, written));
    const key = `${accesses.map(Number).join("")} ${dispatch.code}`;
    const known = this.#pipelines.get(key);
    if (known !== undefined) return known;
    const made = this.#compile(dispatch, accesses);
    this.#pipelines.set(key, made);
    return made;
  }

  async #compile(dispatch: Dispatch, accesses: readonly boolean[]): Promise<Pipeline> {
    const layout = this.#layout(accesses);
    const module = this.device.createShaderModule({ label: dispatch.label, code: dispatch.code });
    try {
      const pipeline = await this.#pipelineOf({
        label: dispatch.label,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      return { pipeline, layout };
    } catch (error) {
      this.check();
      const { messages } = await module.getCompilationInfo();
      const first = messages.find(({ type }) => type === "error");
      const problem = first === undefined ? messageOf(error) : `line ${first.lineNum}: ${first.message}`;
      throw new ClassifierTrainingError("failure", "WEBGPU_SHADER", `kernel ${dispatch.label}: ${problem}`, {
        where: dispatch.scope || undefined,
        cause: error,
      });
    }
  }

  /** In software at once: Dawn waits by asking again and again, which takes a processor from the compiler. */
  async #pipelineOf(descriptor: GPUComputePipelineDescriptor): Promise<GPUComputePipeline> {
    if (!this.traits.isSoftware) return this.device.createComputePipelineAsync(descriptor);
    this.device.pushErrorScope("validation");
    const pipeline = this.device.createComputePipeline(descriptor);
    const error = await this.device.popErrorScope();
    if (error !== null) throw new Error(error.message);
    return pipeline;
  }

  #layout(accesses: readonly boolean[]): GPUBindGroupLayout {
    const key = accesses.map(Number).join("");
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const layout = this.device.createBindGroupLayout({
      entries: [true, ...accesses].map((readOnly, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer: { type: readOnly ? "read-only-storage" : "storage" },
      })),
    });
    this.#layouts.set(key, layout);
    return layout;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lost(adapter: string, reason: string): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "failure",
    "WEBGPU_DEVICE_LOST",
    `the device ${adapter} was lost (${reason})`,
    {
      hint: "start again with ckpt=last",
    },
  );
}

function outOfMemory(adapter: string, what: string): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "RUNTIME_MEMORY", `${adapter} has no memory for ${what}`, {
    hint: "use a smaller data.batch_size, or trainer.accumulate_grad_batches",
  });
}

function failureOf(error: GPUError): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "WEBGPU_FAILED", `webgpu: ${error.message}`, {
    cause: error,
  });
}
