// Bringing inputs to the device: buffers that the host can write, used again and again.

const MAP_WRITE = 0x02;
const COPY_SRC = 0x04;
const WRITE = 0x02;
/** Below so many bytes the queue's own way is as good. */
const LARGE = 2 ** 18;

/** A pool of such buffers; each is free again when the device has read it. */
export class Upload {
  readonly #device: GPUDevice;
  /** Mapped, and thus free. */
  readonly #free: GPUBuffer[] = [];
  #disposed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Writes bytes to a place of a buffer, as it is after all that was submitted before. */
  write(buffer: GPUBuffer, offset: number, bytes: Uint8Array): void {
    if (bytes.byteLength < LARGE) {
      // A copy, since the elements may lie in shared memory.
      if (bytes.byteLength > 0) this.#device.queue.writeBuffer(buffer, offset, bytes.slice());
      return;
    }
    const staging = this.#take(bytes.byteLength);
    new Uint8Array(staging.getMappedRange(0, bytes.byteLength)).set(bytes);
    staging.unmap();
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(staging, 0, buffer, offset, bytes.byteLength);
    this.#device.queue.submit([encoder.finish()]);
    void staging.mapAsync(WRITE).then(
      () => (this.#disposed ? staging.destroy() : this.#free.push(staging)),
      () => staging.destroy(),
    );
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#free) buffer.destroy();
    this.#free.length = 0;
  }

  #take(bytes: number): GPUBuffer {
    const i = this.#free.findIndex(({ size }) => size >= bytes && size < 2 * bytes);
    if (i >= 0) return this.#free.splice(i, 1)[0]!;
    return this.#device.createBuffer({
      label: "upload",
      size: Math.ceil(bytes / 4096) * 4096,
      usage: MAP_WRITE | COPY_SRC,
      mappedAtCreation: true,
    });
  }
}
