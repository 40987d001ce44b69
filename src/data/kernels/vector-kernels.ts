// The kernels that run in WebAssembly; pixels are copied into its memory and the results out again.
import { hueTables } from "./hue-tables.ts";
import type { PixelKernels } from "./kernels.ts";
import type { Taps } from "./taps.ts";
import { vectorModule } from "./vector-module.ts";

type Kernel = (...addresses: number[]) => number;
type Kernels = Readonly<
  Record<
    "resizeRows" | "resizeColumns" | "lookUp" | "sumLuma" | "saturate" | "turnHue" | "mirror" | "toPlanes",
    Kernel
  >
>;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the WebAssembly interface used here; Node's type definitions leave it out. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    validate(bytes: Uint8Array): boolean;
    readonly Memory: new (size: { readonly initial: number }) => Memory;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  };
};

const PAGE = 65_536;
/** Bytes worked on at a time, about: the second-level cache holds them. */
const BLOCK = 3 << 17;
/** Kernels may read and write a little beyond the end of a buffer. */
const SLACK = 16;

/** The kernels in WebAssembly, or undefined where it has no vectors. */
export function createVectorKernels(): PixelKernels | undefined {
  const module = vectorModule();
  if (!WebAssembly.validate(module)) return undefined;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), { host: { memory } });
  return new VectorKernels(memory, instance.exports as Kernels);
}

class VectorKernels implements PixelKernels {
  readonly #memory: Memory;
  readonly #kernels: Kernels;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Where the next buffer goes. */
  #free = 0;
  /** Where the buffers of a call begin: behind the tables that stay. */
  #base = 0;
  #hueAddresses: readonly number[] | undefined;

  constructor(memory: Memory, kernels: Kernels) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  resize(...[source, width, height, horizontal, vertical]: Parameters<PixelKernels["resize"]>): Uint8Array {
    this.#begin();
    const { data, start, stride } = source;
    const length = width * 3;
    const across = this.#reserve(source.height * length);
    if (horizontal === undefined) {
      for (let y = 0; y < source.height; y++) {
        const from = start + y * stride;
        this.#bytes.set(data.subarray(from, from + length), across + y * length);
      }
    } else {
      const taps = this.#putTaps(horizontal, 3);
      const rowsAtOnce = Math.max(1, Math.floor(BLOCK / stride));
      const input = this.#reserve(rowsAtOnce * stride);
      for (let y = 0; y < source.height; y += rowsAtOnce) {
        const rows = Math.min(rowsAtOnce, source.height - y);
        const from = start + y * stride;
        this.#bytes.set(data.subarray(from, from + rows * stride), input);
        this.#kernels.resizeRows(input, stride, across + y * length, rows, width, ...taps);
      }
    }
    if (vertical === undefined) return this.#bytes.slice(across, across + height * length);
    const taps = this.#putTaps(vertical, length);
    const result = this.#reserve(height * length);
    this.#kernels.resizeColumns(across, result, length, height, ...taps);
    return this.#bytes.slice(result, result + height * length);
  }

  lookUp(data: Uint8Array, table: Uint8Array): Uint8Array {
    this.#begin();
    const tableAt = this.#put(table);
    return this.#map(data, BLOCK, (from, end, to) => this.#kernels.lookUp(from, end, to, tableAt));
  }

  sumLuma(data: Uint8Array): number {
    this.#begin();
    const input = this.#reserve(BLOCK);
    let sum = 0;
    for (let at = 0; at < data.length; at += BLOCK) {
      const block = data.subarray(at, at + BLOCK);
      this.#bytes.set(block, input);
      sum += this.#kernels.sumLuma(input, input + block.length);
    }
    return sum;
  }

  saturate(data: Uint8Array, shift: Float32Array): Uint8Array {
    this.#begin();
    const shiftAt = this.#put(shift);
    return this.#map(data, BLOCK, (from, end, to) => this.#kernels.saturate(from, end, to, shiftAt));
  }

  turnHue(data: Uint8Array, turn: number): Uint8Array {
    this.#hueAddresses ??= this.#keepHueTables();
    const tables = this.#hueAddresses;
    this.#begin();
    return this.#map(data, BLOCK, (from, end, to) => this.#kernels.turnHue(from, end, to, turn, ...tables));
  }

  mirror(data: Uint8Array, width: number): Uint8Array {
    this.#begin();
    const row = width * 3;
    const block = row * Math.max(1, Math.floor(BLOCK / row));
    return this.#map(data, block, (from, end, to) => this.#kernels.mirror(from, end, to, row));
  }

  toPlanes(...[data, tables, planes]: Parameters<PixelKernels["toPlanes"]>): void {
    this.#begin();
    const joined = new Float32Array(3 * 256);
    for (const [channel, table] of tables.entries()) joined.set(table, channel * 256);
    const tablesAt = this.#put(joined);
    const area = data.length / 3;
    const pixels = BLOCK / 3;
    const input = this.#reserve(BLOCK);
    const output = this.#reserve(pixels * 12);
    for (let at = 0; at < area; at += pixels) {
      const count = Math.min(pixels, area - at);
      this.#bytes.set(data.subarray(at * 3, (at + count) * 3), input);
      this.#kernels.toPlanes(input, input + count * 3, output, count * 4, tablesAt);
      for (let channel = 0; channel < 3; channel++) {
        const plane = new Float32Array(this.#memory.buffer, output + channel * count * 4, count);
        planes.set(plane, channel * area + at);
      }
    }
  }

  /** Runs a kernel over `data`, `block` bytes at a time, each byte giving one. */
  #map(data: Uint8Array, block: number, kernel: (from: number, end: number, to: number) => void): Uint8Array {
    const size = Math.min(block, data.length);
    const input = this.#reserve(size);
    const output = this.#reserve(size);
    const out = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += block) {
      const part = data.subarray(at, at + block);
      this.#bytes.set(part, input);
      kernel(input, input + part.length, output);
      out.set(this.#bytes.subarray(output, output + part.length), at);
    }
    return out;
  }

  #begin(): void {
    this.#free = this.#base;
  }

  /** Room for so many bytes; addresses are multiples of 16. */
  #reserve(bytes: number): number {
    const address = this.#free;
    this.#free = Math.ceil((address + bytes + SLACK) / 16) * 16;
    const lacking = this.#free - this.#bytes.length;
    if (lacking > 0) {
      this.#memory.grow(Math.ceil(lacking / PAGE));
      this.#bytes = new Uint8Array(this.#memory.buffer);
    }
    return address;
  }

  #put(array: Uint8Array | Int32Array | Float32Array | Float64Array): number {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const address = this.#reserve(bytes.length);
    this.#bytes.set(bytes, address);
    return address;
  }

  /** Starts, weights and their step for the resize kernels; `unit` is the bytes from one input to the next. */
  #putTaps({ first, counts, stride, weights }: Taps, unit: number): [number, number, number] {
    const starts = new Int32Array(first.length * 2);
    for (let i = 0; i < first.length; i++) {
      starts[i * 2] = first[i]! * unit;
      starts[i * 2 + 1] = counts[i]!;
    }
    return [this.#put(starts), this.#put(weights), stride * 4];
  }

  #keepHueTables(): readonly number[] {
    this.#begin();
    const { hue, saturation, least, middle, places } = hueTables();
    const addresses = [hue, saturation, least, middle, places].map((table) => this.#put(table));
    this.#base = this.#free;
    return addresses;
  }
}
