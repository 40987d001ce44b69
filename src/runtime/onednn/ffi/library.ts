// Finds and loads the system's oneDNN library; the only file of the runtime that touches koffi.
import { ClassifierTrainingError } from "../../../core/index.ts";
import { loadForGood, type NativeLibrary } from "../../../platform/native-library.ts";
import type { Abi, Bind, CType, NativeFunction } from "./abi.ts";
import { createAbi2 } from "./abi-2.ts";
import { createAbi3 } from "./abi-3.ts";

/** Names to try, in this order: generation 2 has Winograd kernels, so it comes first. */
const SONAMES: readonly string[] = [
  "libdnnl.so.2",
  "libdnnl.so.3",
  ...Array.from({ length: 13 }, (_, minor) => `libdnnl.so.3.${12 - minor}`),
  "libdnnl.so",
  "libdnnl.2.dylib",
  "libdnnl.3.dylib",
  "libdnnl.dylib",
  "dnnl.dll",
];

/** A file to load instead of searching. */
const LIBRARY_VARIABLE = "CLASSIFIER_TRAINING_DNNL";

/** How to get the library, as a hint of an error. */
export const INSTALL_HINT: string = `install oneDNN (apt-get install libdnnl2; on newer releases libdnnl3 or, on Debian, libdnnl3.6) or name the file in ${LIBRARY_VARIABLE}`;

/** Bits of the processor features that the library uses (`dnnl_cpu_isa_t`). */
const ISA_AVX512_BF16 = 0xc7;
const ISA_NAMES: readonly (readonly [number, string])[] = [
  [0xfef, "avx10.1 amx fp16"],
  [0x3ef, "avx512_core_amx"],
  [0x3e7, "avx512_core_amx"],
  [0xef, "avx512_core_bf16"],
  [0xe7, "avx512_core_bf16"],
  [0x67, "avx512_core_vnni"],
  [0x2f, "avx512_core"],
  [0x27, "avx512_core"],
  [0x1f, "avx512_mic_4ops"],
  [0xf, "avx2_vnni"],
  [0x407, "avx2_vnni"],
  [0x7, "avx2"],
  [0x3, "avx"],
  [0x1, "sse41"],
];

/** A loaded oneDNN library. */
export interface Library {
  readonly name: string;
  readonly version: string;
  /** Processor features that it uses. */
  readonly features: string;
  /** Whether bfloat16 products run in hardware. */
  readonly bfloat16: boolean;
  readonly abi: Abi;
  readonly bind: Bind;
  /** Bytes at an address, copied. */
  decode(address: number, bytes: number): Uint8Array;
  /** Text at an address. */
  decodeText(address: number): string;
  /** Address of the first byte of an array's memory. */
  addressOf(array: ArrayBufferView): number;
  /** Sets the threads of compute calls made from this JavaScript thread; false where the library has its own pool. */
  setThreads(threads: number): boolean;
}

/**
 * Loads oneDNN.
 * @throws ClassifierTrainingError `RUNTIME_UNAVAILABLE` when there is none that fits.
 */
export async function loadLibrary(): Promise<Library> {
  const { default: koffi } = await import("koffi").catch((cause: unknown) => {
    throw unavailable("koffi, which calls native libraries, cannot be loaded", cause);
  });
  shortenSpinning();
  const { name, handle } = open(koffi);
  const bind: Bind = (symbol, result, parameters) => {
    try {
      return handle.func(symbol, result, [...parameters]) as NativeFunction;
    } catch (cause) {
      throw unavailable(`${name} has no function ${symbol}`, cause);
    }
  };
  const decode = (address: number, bytes: number): Uint8Array =>
    Uint8Array.from(koffi.decode(BigInt(address), "uint8_t", bytes) as ArrayLike<number>);

  const [major, minor, patch] = versionOf(bind, decode);
  const version = `${major}.${minor}.${patch}`;
  if (!((major === 2 && minor >= 5) || major === 3)) {
    throw unavailable(`${name} is oneDNN ${version}; versions 2.5 to 3.x are supported`);
  }
  const isa = bind("dnnl_get_effective_cpu_isa", "int", [])();
  return {
    name,
    version,
    features: ISA_NAMES.find(([code]) => code === isa)?.[1] ?? `isa 0x${isa.toString(16)}`,
    bfloat16: (isa & ISA_AVX512_BF16) === ISA_AVX512_BF16,
    abi: (major === 2 ? createAbi2 : createAbi3)(bind, decode),
    bind,
    decode,
    decodeText: (address) => koffi.decode.string(BigInt(address)),
    addressOf: (array) => Number(koffi.address(array)),
    setThreads: threadSetter(handle),
  };
}

/**
 * OpenMP's threads wait for each other by spinning. GNU's default, some milliseconds, is ruinous where other
 * processes or the data loader want the cores too; this is long enough for the gaps between primitives.
 */
const SPIN_COUNT = "1000";

/** Takes effect when the library is first loaded, where `process.env` is the process's own. */
function shortenSpinning(): void {
  if (process.env.OMP_WAIT_POLICY === undefined) process.env.GOMP_SPINCOUNT ??= SPIN_COUNT;
}

type Koffi = typeof import("koffi").default;

function open(koffi: Koffi): { name: string; handle: NativeLibrary } {
  const named = process.env[LIBRARY_VARIABLE];
  const failures: string[] = [];
  for (const name of named ? [named] : SONAMES) {
    try {
      return { name, handle: loadForGood(koffi, name) };
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw unavailable(named ? `oneDNN cannot be loaded: ${failures[0]}` : "no oneDNN library was found");
}

function unavailable(message: string, cause?: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "RUNTIME_UNAVAILABLE", message, {
    hint: INSTALL_HINT,
    cause,
  });
}

function versionOf(bind: Bind, decode: Library["decode"]): readonly [number, number, number] {
  const address = bind("dnnl_version", "uint64_t", [])();
  const view = new DataView(decode(address, 12).buffer);
  return [view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true)];
}

/** The OpenMP runtime that the library is linked with, looked up through the library itself. */
function threadSetter(handle: NativeLibrary): (threads: number) => boolean {
  const parameters: CType[] = ["int"];
  try {
    const setThreads = handle.func("omp_set_num_threads", "void", parameters) as NativeFunction;
    return (threads) => {
      setThreads(threads);
      return true;
    };
  } catch {
    return () => false;
  }
}
