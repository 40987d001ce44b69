// The session's memory on the device: a buffer for every storage, and the arena that all programs compute in.
import { ClassifierTrainingError } from "../../../core/index.ts";
import type { Storage } from "../../../graph/index.ts";
import { ELEMENT_BYTES, elementTypeOf, Region } from "../plan/tensor.ts";

const STORAGE = 0x80;
const COPY_SRC = 0x04;
const COPY_DST = 0x08;

/** Buffers of a device. */
export class DeviceMemory {
  readonly #device: GPUDevice;
  readonly #storages = new Map<string, GPUBuffer>();
  readonly regions: ReadonlyMap<string, Region>;
  readonly slabBytes: number;
  #slabs: GPUBuffer[] = [];
  #arenaBytes = 0;
  #version = 0;

  constructor(device: GPUDevice, storages: readonly Storage[]) {
    this.#device = device;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.slabBytes = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 256) * 256;
    this.regions = new Map(
      storages.map(({ name, size, dtype }) => {
        const bytes = Math.max(size, 1) * ELEMENT_BYTES[elementTypeOf(dtype)];
        if (bytes > this.slabBytes) throw tooLarge(`storage ${name}`, bytes);
        this.#storages.set(name, this.create(`storage ${name}`, bytes));
        return [name, new Region(bytes, { fixed: { kind: "storage", name } })];
      }),
    );
  }

  /** Changes when the arena is another buffer. */
  get version(): number {
    return this.#version;
  }

  storage(name: string): GPUBuffer {
    return this.#storages.get(name)!;
  }

  /** A buffer for kernels, zero at first; its length is made a multiple of 16. */
  create(label: string, bytes: number): GPUBuffer {
    return this.#device.createBuffer({
      label,
      size: Math.max(Math.ceil(bytes / 16) * 16, 16),
      usage: STORAGE | COPY_SRC | COPY_DST,
    });
  }

  /** Makes the arena at least so long. What programs computed before is lost. */
  reserve(bytes: number): void {
    if (bytes <= this.#arenaBytes) return;
    for (const slab of this.#slabs) slab.destroy();
    this.#arenaBytes = bytes;
    this.#version++;
    this.#slabs = [];
    for (let begin = 0; begin < bytes; begin += this.slabBytes) {
      this.#slabs.push(this.create("arena", Math.min(this.slabBytes, bytes - begin)));
    }
  }

  /** Gives the arena back: to be called where there was no memory for it. What programs computed before is lost. */
  release(): void {
    for (const slab of this.#slabs) slab.destroy();
    this.#slabs = [];
    this.#arenaBytes = 0;
    this.#version++;
  }

  /** The buffer and the place in it that an offset of the arena is. */
  arena(offset: number): { readonly buffer: GPUBuffer; readonly offset: number } {
    return { buffer: this.#slabs[Math.floor(offset / this.slabBytes)]!, offset: offset % this.slabBytes };
  }

  dispose(): void {
    for (const buffer of [...this.#slabs, ...this.#storages.values()]) buffer.destroy();
    this.#slabs = [];
    this.#storages.clear();
  }
}

function tooLarge(what: string, bytes: number): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "failure",
    "RUNTIME_MEMORY",
    `${what} of ${(bytes / 2 ** 20).toFixed(0)} MiB exceeds what this adapter can address as one`,
    { hint: "use a smaller model or runtime=onednn" },
  );
}
