// The kernels that run in WebAssembly: a picture is copied into its memory, stays there from pass to pass, and leaves.
import { type LinearMemory, PAGE_BYTES, webAssembly } from "../../wasm/interface.ts";
import type { Image } from "../image.ts";
import { meanLuma, type Pass, type PixelKernels, type Scaling } from "./kernels.ts";
import { scalarKernels } from "./scalar-kernels.ts";
import type { Taps } from "./taps.ts";
import { vectorModule } from "./vector-module.ts";

type Kernel = (...addresses: number[]) => number;
type KernelName =
  | "resizeRows"
  | "resizeColumns"
  | "lookUp"
  | "blend"
  | "sumLuma"
  | "saturate"
  | "turnHue"
  | "mirror"
  | "toPlanes";
type Kernels = Readonly<Record<KernelName, Kernel>>;

/** Bytes worked on at a time, about: the second-level cache holds them. */
const BLOCK = 3 << 17;
/** Pixels turned to floats at a time. */
const PLANE_BLOCK = 1 << 14;
/** Bytes of a picture that may enter the memory, which never shrinks. */
const LARGEST = 1 << 28;
/** Rows that the kernel of a row reads and writes beyond the last, at most: it takes four at a time. */
const MORE_ROWS = 3;
/** Kernels may read and write a little beyond the end of a buffer. */
const SLACK = 16;

/** The kernels in WebAssembly, or undefined where it has no vectors. */
export function createVectorKernels(): PixelKernels | undefined {
  const module = vectorModule();
  if (!webAssembly.validate(module)) return undefined;
  const memory = new webAssembly.Memory({ initial: 1 });
  const instance = new webAssembly.Instance(new webAssembly.Module(module), { host: { memory } });
  return new VectorKernels(memory, instance.exports as Kernels);
}

function fits({ data }: Image, [first]: readonly Pass[]): boolean {
  return first?.kind === "resize" || data.length <= LARGEST;
}

/** A picture in the memory of WebAssembly. */
interface Resident {
  readonly width: number;
  readonly height: number;
  readonly at: number;
}

type ResizePass = Extract<Pass, { kind: "resize" }>;

class VectorKernels implements PixelKernels {
  readonly #memory: LinearMemory;
  readonly #kernels: Kernels;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Where the next buffer goes. */
  #free = 0;

  constructor(memory: LinearMemory, kernels: Kernels) {
    this.#memory = memory;
    this.#kernels = kernels;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  run(image: Image, passes: readonly Pass[]): Image {
    if (!fits(image, passes)) return scalarKernels.run(image, passes);
    const { width, height, at } = this.#run(image, passes);
    return { width, height, data: this.#bytes.slice(at, at + width * height * 3) };
  }

  toPlanes(image: Image, passes: readonly Pass[], scaling: Scaling, planes: Float32Array): void {
    if (!fits(image, passes)) {
      scalarKernels.toPlanes(image, passes, scaling, planes);
      return;
    }
    const { width, height, at } = this.#run(image, passes);
    const settings = this.#put(Float32Array.of(scaling.scale, ...scaling.mean, ...scaling.deviation));
    const area = width * height;
    const output = this.#reserve(PLANE_BLOCK * 12);
    for (let from = 0; from < area; from += PLANE_BLOCK) {
      const count = Math.min(PLANE_BLOCK, area - from);
      const source = at + from * 3;
      this.#kernels.toPlanes(source, source + count * 3, output, PLANE_BLOCK * 4, settings);
      for (let channel = 0; channel < 3; channel++) {
        const plane = new Float32Array(this.#memory.buffer, output + channel * PLANE_BLOCK * 4, count);
        planes.set(plane, channel * area + from);
      }
    }
  }

  #run(image: Image, passes: readonly Pass[]): Resident {
    this.#free = 0;
    const [first, ...others] = passes;
    if (first === undefined) return this.#enter(image);
    if (first.kind !== "resize") return passes.reduce((at, pass) => this.#pass(at, pass), this.#enter(image));
    return others.reduce((at, pass) => this.#pass(at, pass), this.#resizeOnEntry(image, first));
  }

  #enter({ width, height, data }: Image): Resident {
    return { width, height, at: this.#put(data) };
  }

  /** The rows enter a few at a time, so that a large picture does not have to fit into the processor's cache. */
  #resizeOnEntry(image: Image, pass: ResizePass): Resident {
    const { region, width, horizontal } = pass;
    const stride = image.width * 3;
    const start = region.top * stride + region.left * 3;
    const length = region.width * 3;
    const across = this.#reserve((region.height + MORE_ROWS) * width * 3);
    const row = (y: number): Uint8Array =>
      image.data.subarray(start + y * stride, start + y * stride + length);
    if (horizontal === undefined) {
      for (let y = 0; y < region.height; y++) this.#bytes.set(row(y), across + y * length);
      return this.#resizeColumns(across, pass);
    }
    const taps = this.#putTaps(horizontal, 3);
    const rowsAtOnce = 4 * Math.max(1, Math.floor(BLOCK / stride / 4));
    const input = this.#reserve(rowsAtOnce * stride);
    for (let y = 0; y < region.height; y += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, region.height - y);
      const from = start + y * stride;
      this.#bytes.set(image.data.subarray(from, from + (rows - 1) * stride + length), input);
      this.#resizeRows(input, stride, across + y * width * 3, rows, width, taps);
    }
    return this.#resizeColumns(across, pass);
  }

  #resize(image: Resident, pass: ResizePass): Resident {
    const { region, width, horizontal } = pass;
    const stride = image.width * 3;
    const start = image.at + region.top * stride + region.left * 3;
    const across = this.#reserve((region.height + MORE_ROWS) * width * 3);
    if (horizontal === undefined) {
      for (let y = 0; y < region.height; y++) {
        const from = start + y * stride;
        this.#bytes.copyWithin(across + y * width * 3, from, from + width * 3);
      }
    } else {
      const taps = this.#putTaps(horizontal, 3);
      this.#reserve(MORE_ROWS * stride);
      this.#resizeRows(start, stride, across, region.height, width, taps);
    }
    return this.#resizeColumns(across, pass);
  }

  #resizeRows(
    source: number,
    stride: number,
    target: number,
    rows: number,
    width: number,
    taps: [number, number, number],
  ): void {
    this.#kernels.resizeRows(source, stride, target, Math.ceil(rows / 4), width, ...taps, width * 3);
  }

  #resizeColumns(across: number, { width, height, vertical }: ResizePass): Resident {
    if (vertical === undefined) return { width, height, at: across };
    const length = width * 3;
    const taps = this.#putTaps(vertical, length);
    const at = this.#reserve(height * length);
    this.#kernels.resizeColumns(across, at, length, height, ...taps);
    return { width, height, at };
  }

  #pass(image: Resident, pass: Pass): Resident {
    if (pass.kind === "resize") return this.#resize(image, pass);
    const { width, height, at } = image;
    const end = at + width * height * 3;
    const kernels = this.#kernels;
    switch (pass.kind) {
      case "lookUp": {
        const table = this.#put(pass.table);
        kernels.lookUp(at, end, at, table);
        return image;
      }
      case "blend": {
        const from = pass.from === "mean luma" ? meanLuma(this.#sumLuma(at, end), width * height) : pass.from;
        const settings = this.#put(Float32Array.of(from, pass.factor));
        kernels.blend(at, end, at, settings);
        return image;
      }
    }
    const target = this.#reserve(end - at);
    switch (pass.kind) {
      case "mirror":
        kernels.mirror(at, end, target, width * 3);
        break;
      case "saturate":
        kernels.saturate(at, end, target, this.#put(Float32Array.of(pass.factor)));
        break;
      case "turnHue":
        kernels.turnHue(at, end, target, pass.turn);
    }
    return { width, height, at: target };
  }

  #sumLuma(at: number, end: number): number {
    this.#bytes.fill(0, end, end + SLACK);
    return this.#kernels.sumLuma(at, end);
  }

  /** Room for so many bytes; addresses are multiples of 16. */
  #reserve(bytes: number): number {
    const address = this.#free;
    this.#free = Math.ceil((address + bytes + SLACK) / 16) * 16;
    const lacking = this.#free - this.#bytes.length;
    if (lacking > 0) {
      this.#memory.grow(Math.ceil(lacking / PAGE_BYTES));
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
}
