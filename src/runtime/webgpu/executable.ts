// A program made runnable: its plan recorded on the device, inputs in, results out.
import { ClassifierTrainingError, type HostTensor, sizeOf } from "../../core/index.ts";
import type { BoundProgram } from "../../graph/index.ts";
import { checkInputs } from "../boundary.ts";
import type { Executable } from "../contract.ts";
import type { OpenDevice } from "./device/device.ts";
import { toDevice, toHost } from "./device/elements.ts";
import type { Readback } from "./device/readback.ts";
import type { Recording } from "./device/recording.ts";
import type { Upload } from "./device/upload.ts";
import { type Dispatch, trafficOf } from "./plan/dispatch.ts";
import type { Plan } from "./plan/plan.ts";
import { valueTypeOf } from "./plan/tensor.ts";

/** Time of one dispatch of a run. */
export interface DispatchTime extends Pick<Dispatch, "work" | "label" | "scope" | "flops"> {
  readonly milliseconds: number;
  /** Bytes that the kernel has to read and write at least. */
  readonly traffic: number;
}

interface ExecutableParts {
  readonly open: OpenDevice;
  readonly plan: Plan;
  readonly recording: Recording;
  readonly readback: Readback;
  readonly upload: Upload;
  /** Throws once the session is disposed of. */
  assertOpen(executableDisposed: boolean): void;
}

const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x04;
/** Timestamps of one set. */
const QUERIES = 4096;

/** Each run submits the whole plan at once and waits only for the outputs. */
export class WebGpuExecutable implements Executable {
  readonly workspaceBytes: number;
  readonly #program: BoundProgram;
  readonly #parts: ExecutableParts;
  #disposed = false;

  constructor(program: BoundProgram, parts: ExecutableParts) {
    this.#program = program;
    this.#parts = parts;
    this.workspaceBytes = parts.plan.memory.bytes;
  }

  /** The kernels that one run is made of. */
  get dispatches(): readonly Dispatch[] {
    return this.#parts.plan.dispatches;
  }

  async run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    const { open, plan, recording, readback } = this.#parts;
    this.#write(inputs);
    try {
      const encoder = recording.encode();
      const ranges = plan.outputs.map(({ tensor }) => recording.range(tensor));
      const { bytes, offsets } = await readback.read(encoder, ranges);
      open.check();
      return Object.fromEntries(
        plan.outputs.map(({ name, tensor }, i) => {
          const { dtype, shape } = this.#program.outputs[name]!;
          const data = toHost(dtype, valueTypeOf(tensor.type), bytes, offsets[i]!, sizeOf(shape));
          return [name, { dtype, shape, data } as HostTensor];
        }),
      );
    } catch (error) {
      throw open.explain(error);
    }
  }

  /**
   * Runs once, updating variables as `run` does, and tells the time of every dispatch.
   * @throws ClassifierTrainingError `WEBGPU_TIMES` where the adapter keeps no time.
   */
  async profile(inputs: Readonly<Record<string, HostTensor>>): Promise<readonly DispatchTime[]> {
    const { open, recording, readback } = this.#parts;
    const { device } = open;
    if (!device.features.has("timestamp-query")) {
      throw new ClassifierTrainingError(
        "usage",
        "WEBGPU_TIMES",
        `${open.adapter.name} keeps no time of kernels`,
      );
    }
    this.#write(inputs);
    const times: DispatchTime[] = [];
    for (let begin = 0; begin < this.dispatches.length; begin += QUERIES / 2) {
      const part = this.dispatches.slice(begin, begin + QUERIES / 2);
      const queries = device.createQuerySet({ type: "timestamp", count: 2 * part.length });
      const resolved = device.createBuffer({ size: 16 * part.length, usage: QUERY_RESOLVE | COPY_SRC });
      const encoder = device.createCommandEncoder();
      recording.encodeTimed(encoder, queries, begin, begin + part.length);
      encoder.resolveQuerySet(queries, 0, 2 * part.length, resolved, 0);
      const { bytes } = await readback.read(encoder, [
        { buffer: resolved, offset: 0, bytes: 16 * part.length },
      ]);
      const stamps = new BigUint64Array(bytes, 0, 2 * part.length);
      for (const [i, dispatch] of part.entries()) {
        const { work, label, scope, flops } = dispatch;
        const milliseconds = Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6;
        const traffic = trafficOf(dispatch);
        times.push({ work, label, scope, milliseconds, traffic, ...(flops === undefined ? {} : { flops }) });
      }
      queries.destroy();
      resolved.destroy();
    }
    open.check();
    return times;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#parts.recording.dispose();
  }

  #write(inputs: Readonly<Record<string, HostTensor>>): void {
    const { open, plan, recording, upload, assertOpen } = this.#parts;
    assertOpen(this.#disposed);
    checkInputs(this.#program, inputs);
    open.check();
    for (const { name, tensor } of plan.inputs) {
      const { buffer, offset } = recording.range(tensor);
      upload.write(buffer, offset, toDevice(valueTypeOf(tensor.type), inputs[name]!.data));
    }
  }
}
