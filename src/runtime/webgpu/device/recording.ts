// A plan made ready for one arena: pipelines with their bind groups, in order.
import type { Dispatch } from "../plan/dispatch.ts";
import type { Plan } from "../plan/plan.ts";
import { ELEMENT_BYTES, type Region, type Tensor, valueTypeOf } from "../plan/tensor.ts";
import type { OpenDevice, Pipeline } from "./device.ts";
import { toDevice } from "./elements.ts";
import type { DeviceMemory } from "./memory.ts";
import type { Range } from "./readback.ts";

/** Where numbers of a dispatch begin: what a binding's offset must be a multiple of. */
const ALIGNMENT = 256;
/** Dispatches of one submit: the device begins with the first while later ones are encoded, and no watchdog strikes. */
const SUBMIT = 64;

interface Call {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** Memory of a program's own: constants and the numbers of its dispatches. */
export class Recording {
  readonly #open: OpenDevice;
  readonly #memory: DeviceMemory;
  readonly #plan: Plan;
  readonly #pipelines: readonly Pipeline[];
  readonly #constants: GPUBuffer;
  readonly #numbers: GPUBuffer;
  readonly #places: readonly { readonly offset: number; readonly bytes: number }[];
  #calls: readonly Call[] = [];
  #version = -1;

  constructor(open: OpenDevice, memory: DeviceMemory, plan: Plan, pipelines: readonly Pipeline[]) {
    this.#open = open;
    this.#memory = memory;
    this.#plan = plan;
    this.#pipelines = pipelines;
    this.#constants = memory.create("constants", plan.constantBytes);
    for (const { tensor, data } of plan.constants) {
      const place = tensor.region.fixed;
      if (place?.kind !== "constant" || data.length === 0) continue;
      open.device.queue.writeBuffer(
        this.#constants,
        place.byteOffset,
        toDevice(valueTypeOf(tensor.type), data),
      );
    }
    const { places, bytes } = numbersOf(plan.dispatches);
    this.#places = places;
    this.#numbers = memory.create("numbers", bytes.byteLength);
    if (bytes.byteLength > 0) open.device.queue.writeBuffer(this.#numbers, 0, bytes);
  }

  /** The range of a row-major tensor. */
  range({ region, offset, type, shape }: Tensor): Range {
    const place = this.#placeOf(region);
    const bytes = ELEMENT_BYTES[type];
    return {
      buffer: place.buffer,
      offset: place.offset + offset * bytes,
      bytes: shape.reduce((size, dim) => size * dim, 1) * bytes,
    };
  }

  /** Submits all dispatches but the last few, and encodes those. */
  encode(): GPUCommandEncoder {
    const { device } = this.#open;
    const calls = this.#ready();
    let encoder = device.createCommandEncoder();
    for (let begin = 0; begin < calls.length; begin += SUBMIT) {
      if (begin > 0) {
        device.queue.submit([encoder.finish()]);
        encoder = device.createCommandEncoder();
      }
      const pass = encoder.beginComputePass();
      for (const call of calls.slice(begin, begin + SUBMIT)) dispatch(pass, call);
      pass.end();
    }
    return encoder;
  }

  /** Encodes all dispatches, each between two timestamps of `queries`. */
  encodeTimed(encoder: GPUCommandEncoder, queries: GPUQuerySet, first: number, last: number): void {
    for (const [i, call] of this.#ready().slice(first, last).entries()) {
      const pass = encoder.beginComputePass({
        timestampWrites: {
          querySet: queries,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        },
      });
      dispatch(pass, call);
      pass.end();
    }
  }

  dispose(): void {
    this.#constants.destroy();
    this.#numbers.destroy();
    this.#calls = [];
  }

  /** Bind groups for the arena as it is. */
  #ready(): readonly Call[] {
    // It may have been given back when there was no memory for another program.
    this.#memory.reserve(this.#plan.memory.bytes);
    if (this.#version === this.#memory.version) return this.#calls;
    this.#version = this.#memory.version;
    this.#calls = this.#plan.dispatches.map(({ bindings, workgroups }, i) => {
      const { pipeline, layout } = this.#pipelines[i]!;
      const numbers = {
        buffer: this.#numbers,
        offset: this.#places[i]!.offset,
        size: this.#places[i]!.bytes,
      };
      const resources = bindings.map(({ region }) => {
        const { buffer, offset } = this.#placeOf(region);
        return { buffer, offset, size: Math.ceil(region.bytes / 16) * 16 };
      });
      const entries = [numbers, ...resources].map((resource, binding) => ({ binding, resource }));
      return { pipeline, workgroups, group: this.#open.device.createBindGroup({ layout, entries }) };
    });
    return this.#calls;
  }

  #placeOf(region: Region): { readonly buffer: GPUBuffer; readonly offset: number } {
    const { fixed } = region;
    if (fixed === undefined) return this.#memory.arena(this.#plan.memory.offsets.get(region)!);
    if (fixed.kind === "storage") return { buffer: this.#memory.storage(fixed.name), offset: 0 };
    return { buffer: this.#constants, offset: fixed.byteOffset };
  }
}

function dispatch(pass: GPUComputePassEncoder, { pipeline, group, workgroups }: Call): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...workgroups);
}

/** The numbers of all dispatches, those of a segment in fours, and where each dispatch's begin. */
function numbersOf(dispatches: readonly Dispatch[]): {
  readonly places: readonly { readonly offset: number; readonly bytes: number }[];
  readonly bytes: Uint8Array<ArrayBuffer>;
} {
  const places: { offset: number; bytes: number }[] = [];
  let total = 0;
  for (const { segments } of dispatches) {
    const bytes = segments.length * Math.max(Math.ceil(segments[0]!.length / 4), 1) * 16;
    places.push({ offset: total, bytes });
    total = Math.ceil((total + bytes) / ALIGNMENT) * ALIGNMENT;
  }
  const words = new Uint32Array(total / 4);
  for (const [i, { segments }] of dispatches.entries()) {
    const each = Math.max(Math.ceil(segments[0]!.length / 4), 1) * 4;
    for (const [s, numbers] of segments.entries()) words.set(numbers, places[i]!.offset / 4 + s * each);
  }
  return { places, bytes: new Uint8Array(words.buffer) };
}
