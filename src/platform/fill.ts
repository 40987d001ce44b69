// Fills memory with what WebAssembly computes: what pages and threads share.
import { PAGE_BYTES, webAssembly } from "../wasm/interface.ts";

/** A part of memory, and the function that fills it. */
export interface Filling {
  /** Name of a function (target, end, settings) of the module: it writes float32 from byte `target` to below `end`. */
  readonly name: string;
  /** What the function is told, as it lies in memory at `settings`. */
  readonly settings: Uint8Array;
  readonly values: Float32Array;
}

/** Bytes that a function may write behind `end`. */
const MARGIN = 64;

/**
 * A function that carries out fillings with a module's functions, in a memory of its own that the module imports as
 * `host.memory`. A filling's values lie in the memory for a moment: give it a megabyte at a time.
 */
export function filler(module: Uint8Array<ArrayBuffer>): (filling: Filling) => void {
  const memory = new webAssembly.Memory({ initial: 1 });
  const instance = new webAssembly.Instance(new webAssembly.Module(module), { host: { memory } });
  const functions = instance.exports as Readonly<
    Record<string, (target: number, end: number, settings: number) => void>
  >;
  return ({ name, settings, values }) => {
    const target = Math.ceil(settings.length / MARGIN) * MARGIN;
    const end = target + values.byteLength;
    const missing = end + MARGIN - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    new Uint8Array(memory.buffer).set(settings);
    functions[name]!(target, end, 0);
    values.set(new Float32Array(memory.buffer, target, values.length));
  };
}
