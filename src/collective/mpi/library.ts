// Finds and loads the system's MPI library; the only file that knows how Open MPI and MPICH differ.
import { ClassifierTrainingError } from "../../core/index.ts";
import { loadForGood, type NativeLibrary } from "../../platform/native-library.ts";

/** A handle of MPI: the address of a global in Open MPI, a number in MPICH. */
type Handle = unknown;

/** A handle that MPI writes. */
type Written = BigInt64Array | Int32Array;

/** A request in progress. */
export interface MpiRequest {
  readonly handle: Written;
  /** What is sent, kept for as long as the request is. */
  readonly sent?: Float32Array | Float64Array;
}

/** What is called of MPI. Every function but `abort` throws where the library reports an error. */
export interface MpiLibrary {
  /** File and version. */
  readonly description: string;
  readonly rank: number;
  readonly size: number;
  /**
   * Begins to sum elements over all processes, in place.
   * @param beside as one of the operations whose order counts among themselves alone
   */
  startAllReduce(elements: Float32Array | Float64Array, beside: boolean): MpiRequest;
  /** Begins to replace bytes by those of process `from`. */
  startBroadcast(bytes: Uint8Array, from: number): MpiRequest;
  startBarrier(): MpiRequest;
  /** Moves everything on that is in progress; whether this request is done. */
  test(request: MpiRequest): boolean;
  abort(exitCode: number): void;
  finalize(): void;
}

/** The handles of an implementation, and how wide they are in C. */
interface Abi {
  readonly handle: "void *" | "int";
  readonly world: Handle;
  readonly float32: Handle;
  readonly float64: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  /** Has errors returned instead of ending the process. */
  readonly errorsReturn: Handle;
  /** The address that stands for a result in the place of the operand. */
  readonly inPlace: number;
  /** The address that stands for no status. */
  readonly noStatus: number;
  written(): Written;
}

/** A file to load instead of searching. */
const LIBRARY_VARIABLE = "CLASSIFIER_TRAINING_MPI";

/** Open MPI 4 and 5; MPICH and what shares its interface (Intel MPI, MVAPICH), under that name and Debian's. */
const OPEN_MPI: readonly string[] = ["libmpi.so.40"];
const MPICH: readonly string[] = ["libmpich.so.12", "libmpi.so.12"];

const INSTALL_HINT = `install Open MPI (apt-get install libopenmpi3 openmpi-bin) or name the file in ${LIBRARY_VARIABLE}`;

/** The numbers of MPICH's mpi.h, the same since MPICH 3.1 (the MPICH ABI Compatibility Initiative). */
const MPICH_ABI: Abi = {
  handle: "int",
  world: 0x44000000,
  float32: 0x4c00040a,
  float64: 0x4c00080b,
  byte: 0x4c00010d,
  sum: 0x58000003,
  errorsReturn: 0x54000001,
  inPlace: -1,
  noStatus: 1,
  written: () => new Int32Array(1),
};

/**
 * From so many processes and elements on Open MPI (4.1, nbc_iallreduce.c) has each process sum a part, which takes 2 (1 - 1/N)
 * of the elements over each link, but not in place: there it sums them by a tree, which takes 2 log2(N).
 */
const [SCATTERING, SCATTERED] = [4, 2 ** 14];
/** Other threads do not call MPI. */
const THREAD_FUNNELED = 1;

type Koffi = Pick<typeof import("koffi"), "load">;

function openMpiAbi(handle: NativeLibrary): Abi {
  const global = (name: string): Handle => handle.symbol(name, "void");
  return {
    handle: "void *",
    world: global("ompi_mpi_comm_world"),
    float32: global("ompi_mpi_float"),
    float64: global("ompi_mpi_double"),
    byte: global("ompi_mpi_byte"),
    sum: global("ompi_mpi_op_sum"),
    errorsReturn: global("ompi_mpi_errors_return"),
    inPlace: 1,
    noStatus: 0,
    written: () => new BigInt64Array(1),
  };
}

/** Whoever has started this process is the one to talk to; Open MPI where nobody says. */
function candidates(environment: NodeJS.ProcessEnv): readonly string[] {
  const given = environment[LIBRARY_VARIABLE];
  if (given !== undefined) return [given];
  const isMpich = environment.PMI_RANK !== undefined && environment.OMPI_COMM_WORLD_RANK === undefined;
  return isMpich ? [...MPICH, ...OPEN_MPI] : [...OPEN_MPI, ...MPICH];
}

/**
 * Loads MPI and joins the other processes.
 * @throws ClassifierTrainingError `COLLECTIVE_UNAVAILABLE` where there is no library, `COLLECTIVE_FAILED`
 */
export async function openMpi(environment: NodeJS.ProcessEnv): Promise<MpiLibrary> {
  const { default: koffi } = await import("koffi").catch((cause: unknown) => {
    throw unavailable("koffi, which calls native libraries, cannot be loaded", cause);
  });
  const { name, handle } = load(koffi, candidates(environment));
  const open = handle.func("int MPI_Init_thread(void *argc, void *argv, int required, _Out_ int *provided)");
  check("MPI_Init_thread", open(null, null, THREAD_FUNNELED, [0]));
  const abi = hasSymbol(handle, "ompi_mpi_comm_world") ? openMpiAbi(handle) : MPICH_ABI;
  return bind(name, handle, abi);
}

function bind(name: string, handle: NativeLibrary, abi: Abi): MpiLibrary {
  const own = abi.handle;
  const define = (symbol: string, parameters: readonly string[]): ((...values: unknown[]) => void) => {
    const call = handle.func(symbol, "int", [...parameters]);
    return (...values) => check(symbol, call(...values) as number);
  };
  const number = (symbol: string): number => {
    const result = new Int32Array(1);
    define(symbol, [own, "int *"])(abi.world, result);
    return result[0]!;
  };
  const iallreduce = (from: "intptr_t" | "void *") =>
    define("MPI_Iallreduce", [from, "void *", "int", own, own, own, "void *"]);
  const sumInPlace = iallreduce("intptr_t").bind(undefined, abi.inPlace);
  const sumOf = iallreduce("void *");
  const ibcast = define("MPI_Ibcast", ["void *", "int", own, "int", own, "void *"]);
  const ibarrier = define("MPI_Ibarrier", [own, "void *"]);
  const test = define("MPI_Test", ["void *", "int *", "intptr_t"]);
  const started = (start: (handle: Written) => void, sent?: MpiRequest["sent"]): MpiRequest => {
    const handle = abi.written();
    start(handle);
    return sent === undefined ? { handle } : { handle, sent };
  };
  define("MPI_Comm_set_errhandler", [own, own])(abi.world, abi.errorsReturn);
  const copy = abi.written();
  define("MPI_Comm_dup", [own, "void *"])(abi.world, copy);
  // A handle that is an address, or a number, as it was written.
  const beside = copy[0];
  const size = number("MPI_Comm_size");
  const version = Buffer.alloc(8192);
  const length = new Int32Array(1);
  define("MPI_Get_library_version", ["void *", "int *"])(version, length);
  return {
    description: `${name}: ${version.toString("utf8", 0, length[0]).split(/[,\n\0]/)[0]}`,
    rank: number("MPI_Comm_rank"),
    size,
    startAllReduce: (elements, isBeside) => {
      const type = elements instanceof Float32Array ? abi.float32 : abi.float64;
      const communicator = isBeside ? beside : abi.world;
      const sent = size >= SCATTERING && elements.length >= SCATTERED ? elements.slice() : undefined;
      const sum = sent === undefined ? sumInPlace : sumOf.bind(undefined, sent);
      return started((handle) => sum(elements, elements.length, type, abi.sum, communicator, handle), sent);
    },
    startBroadcast: (bytes, from) =>
      started((handle) => ibcast(bytes, bytes.length, abi.byte, from, abi.world, handle)),
    startBarrier: () => started((handle) => ibarrier(abi.world, handle)),
    test: (request) => {
      const done = new Int32Array(1);
      test(request.handle, done, abi.noStatus);
      return done[0] !== 0;
    },
    abort: (exitCode) => {
      handle.func("MPI_Abort", "int", [own, "int"])(abi.world, exitCode);
    },
    finalize: define("MPI_Finalize", []),
  };
}

function load(koffi: Koffi, names: readonly string[]): { name: string; handle: NativeLibrary } {
  const failures: string[] = [];
  for (const name of names) {
    try {
      // Plug-ins of Open MPI look for its symbols among the global ones.
      return { name, handle: loadForGood(koffi, name, { global: true }) };
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw unavailable(`no MPI library can be loaded: ${failures[0]}`);
}

function hasSymbol(handle: NativeLibrary, name: string): boolean {
  try {
    handle.symbol(name, "void");
    return true;
  } catch {
    return false;
  }
}

function check(call: string, code: unknown): void {
  if (code === 0) return;
  throw new ClassifierTrainingError("failure", "COLLECTIVE_FAILED", `${call} failed with code ${code}`);
}

function unavailable(message: string, cause?: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "COLLECTIVE_UNAVAILABLE", message, {
    hint: INSTALL_HINT,
    cause,
  });
}
