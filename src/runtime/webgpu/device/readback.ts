// Bringing results back: buffers that the host can map, used again and again.

const MAP_READ = 0x01;
const COPY_DST = 0x08;
const READ = 0x01;

/** A range of a buffer to be read. */
export interface Range {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** Buffers are taken from those that are free and given back after each reading. */
export class Readback {
  readonly #device: GPUDevice;
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Copies ranges, as they are when all that was submitted before is done. Submits `encoder`.
   * @returns all bytes, and where each range begins in them
   */
  async read(
    encoder: GPUCommandEncoder,
    ranges: readonly Range[],
  ): Promise<{ readonly bytes: ArrayBuffer; readonly offsets: readonly number[] }> {
    const offsets: number[] = [];
    let total = 0;
    for (const { bytes } of ranges) {
      offsets.push(total);
      total += Math.ceil(bytes / 16) * 16;
    }
    const staging = this.#take(total);
    for (const [i, { buffer, offset, bytes }] of ranges.entries()) {
      encoder.copyBufferToBuffer(buffer, offset, staging, offsets[i]!, Math.ceil(bytes / 4) * 4);
    }
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(READ, 0, Math.max(total, 16));
    const bytes = staging.getMappedRange(0, Math.max(total, 16)).slice(0);
    staging.unmap();
    this.#free.push(staging);
    return { bytes, offsets };
  }

  dispose(): void {
    for (const buffer of this.#free) buffer.destroy();
    this.#free.length = 0;
  }

  #take(bytes: number): GPUBuffer {
    const i = this.#free.findIndex(({ size }) => size >= bytes);
    if (i >= 0) return this.#free.splice(i, 1)[0]!;
    const size = Math.max(Math.ceil(bytes / 4096) * 4096, 4096);
    return this.#device.createBuffer({ label: "readback", size, usage: MAP_READ | COPY_DST });
  }
}
