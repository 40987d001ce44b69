// The owner of native objects: creates layouts, primitives and memories, executes, and frees them all.
import type { Handle, NativeFunction } from "./abi.ts";
import {
  ARG,
  DATA_TYPE,
  type DnnlType,
  ENGINE_CPU,
  type LayoutQuery,
  QUERY,
  SCRATCHPAD_USER,
  STREAM_IN_ORDER,
} from "./constants.ts";
import { type Layout, layoutKey, type NativeLayout } from "./layout.ts";
import type { Library } from "./library.ts";
import type { Operation, PostOp } from "./operation.ts";
import { check, STATUS_UNIMPLEMENTED } from "./status.ts";

/** A primitive ready to be executed. */
export interface Primitive {
  readonly handle: Handle;
  readonly operation: Operation;
  readonly postOps: readonly PostOp[];
  /** Name of the implementation that the library chose, such as `jit:avx512_core`. */
  readonly implementation: string;
  /** The primitive descriptor, the hint for creating backward primitives. */
  readonly descriptor: Handle;
  /** Layouts of the operands as the library wants them; undefined where there is none. */
  layout(query: LayoutQuery): Layout | undefined;
}

/** Bytes of one `dnnl_exec_arg_t`: an index, padding, a memory. */
const ARGUMENT_BYTES = 16;

/** Native objects of one owner, freed together by `dispose`, the youngest first. */
export class Engine {
  readonly library: Library;
  readonly #functions: Functions;
  readonly #frees: (() => void)[] = [];
  readonly #out = new BigUint64Array(1);
  readonly #engine: Handle;
  readonly #stream: Handle;
  /** How many frees belong to the engine itself. */
  readonly #base: number;

  constructor(library: Library) {
    this.library = library;
    this.#functions = functionsOf(library);
    const { createEngine, destroyEngine, createStream, destroyStream } = this.#functions;
    check(createEngine(this.#out, ENGINE_CPU, 0), "engine");
    const engine = this.#own(destroyEngine);
    check(createStream(this.#out, engine, STREAM_IN_ORDER), "stream");
    this.#engine = engine;
    this.#stream = this.#own(destroyStream);
    this.#base = this.#frees.length;
  }

  /** Argument index of the tensor of the i-th post-op. */
  postOpArgument(i: number): number {
    return (this.library.abi.postOpArgumentBase * (i + 1)) | ARG.src1;
  }

  /** A layout by strides (in elements; default: dense row-major), or with `any` one the library is to choose. */
  layout(
    type: DnnlType,
    dims: readonly number[],
    strides: readonly number[] | "any" = rowMajor(dims),
  ): Layout {
    const { abi } = this.library;
    return this.#adopt(abi.createLayout(dims, DATA_TYPE[type], strides === "any" ? undefined : strides));
  }

  /** The same memory with other dimensions; undefined where the layout does not allow it. */
  reshaped(layout: Layout, dims: readonly number[]): Layout | undefined {
    const native = this.library.abi.reshapeLayout(layout.native, dims);
    return native === undefined ? undefined : this.#adopt(native);
  }

  /** A copy that this engine owns of a layout that another one does. */
  copied(layout: Layout): Layout {
    return this.#adopt(this.library.abi.copyLayout(layout.native));
  }

  /** The same memory with axis i at position `permutation[i]`. */
  permuted(layout: Layout, permutation: readonly number[]): Layout {
    return this.#adopt(this.library.abi.permuteLayout(layout.native, permutation));
  }

  /** The part of the same memory with these dimensions that begins at these indices. */
  partOf(layout: Layout, dims: readonly number[], begin: readonly number[]): Layout {
    return this.#adopt(this.library.abi.partOfLayout(layout.native, dims, begin));
  }

  /** A primitive, or undefined where the library has no implementation. Its scratchpad is the caller's. */
  tryPrimitive(
    operation: Operation,
    postOps: readonly PostOp[] = [],
    hint?: Primitive,
  ): Primitive | undefined {
    const attributes = this.#attributes(postOps);
    const f = this.#functions;
    try {
      const { abi } = this.library;
      const status = abi.createDescriptor(
        operation,
        this.#engine,
        attributes,
        hint?.descriptor ?? 0,
        this.#out,
      );
      if (status === STATUS_UNIMPLEMENTED) return undefined;
      check(status, () => describe(operation));
    } finally {
      f.destroyAttributes(attributes);
    }
    const descriptor = this.#own(f.destroyDescriptor);
    check(f.createPrimitive(this.#out, descriptor), () => describe(operation));
    const handle = this.#own(f.destroyPrimitive);
    return {
      handle,
      operation,
      postOps,
      descriptor,
      implementation: this.#implementation(descriptor),
      layout: (query) => {
        const native = this.library.abi.queryLayout(descriptor, query);
        return native === undefined ? undefined : this.#adopt(native);
      },
    };
  }

  /** @throws ClassifierTrainingError `ONEDNN_FAILED` where the library has no implementation. */
  primitive(operation: Operation, postOps: readonly PostOp[] = [], hint?: Primitive): Primitive {
    const primitive = this.tryPrimitive(operation, postOps, hint);
    if (primitive === undefined) check(STATUS_UNIMPLEMENTED, () => describe(operation));
    return primitive!;
  }

  /** A tensor at an address, which the caller keeps alive. */
  memory(layout: Layout, address: number): Handle {
    const { createMemory, destroyMemory } = this.#functions;
    check(createMemory(this.#out, layout.native, this.#engine, BigInt(address)), "memory");
    return this.#own(destroyMemory);
  }

  /** Arguments of an execution, packed once. */
  pack(args: readonly (readonly [number, Handle])[]): Uint8Array {
    const packed = new DataView(new ArrayBuffer(args.length * ARGUMENT_BYTES));
    for (const [i, [index, memory]] of args.entries()) {
      packed.setInt32(i * ARGUMENT_BYTES, index, true);
      packed.setBigUint64(i * ARGUMENT_BYTES + 8, BigInt(memory), true);
    }
    return new Uint8Array(packed.buffer);
  }

  /** Executes and waits: the CPU engine computes within the call. */
  execute(primitive: Handle, args: Uint8Array, what: () => string): void {
    const status = this.#functions.execute(primitive, this.#stream, args.length / ARGUMENT_BYTES, args);
    if (status !== 0) check(status, what);
  }

  /** Frees everything that this engine created; it may go on creating. */
  clear(): void {
    while (this.#frees.length > this.#base) this.#frees.pop()!();
  }

  /** Frees everything, the engine itself too. */
  dispose(): void {
    this.clear();
    while (this.#frees.length > 0) this.#frees.pop()!();
  }

  #own(destroy: NativeFunction): Handle {
    const handle = Number(this.#out[0]);
    this.#frees.push(() => destroy(handle));
    return handle;
  }

  #adopt(native: NativeLayout): Layout {
    const { abi } = this.library;
    this.#frees.push(() => abi.freeLayout(native));
    const facts = abi.readLayout(native);
    const bytes = facts.format === "any" ? 0 : Number(this.#functions.layoutBytes(native));
    return { ...facts, native, bytes, key: layoutKey(facts, bytes) };
  }

  #attributes(postOps: readonly PostOp[]): Handle {
    const f = this.#functions;
    check(f.createAttributes(this.#out), "attributes");
    const attributes = Number(this.#out[0]);
    check(f.setScratchpadMode(attributes, SCRATCHPAD_USER), "attributes");
    if (postOps.length > 0) {
      check(f.createPostOps(this.#out), "post-ops");
      const chain = Number(this.#out[0]);
      for (const postOp of postOps) this.library.abi.appendPostOp(chain, postOp);
      const status = f.setPostOps(attributes, chain);
      f.destroyPostOps(chain);
      check(status, "post-ops");
    }
    return attributes;
  }

  #implementation(descriptor: Handle): string {
    const status = this.#functions.queryDescriptor(descriptor, QUERY.implementation, 0, this.#out);
    return status === 0 ? this.library.decodeText(Number(this.#out[0])) : "unknown";
  }
}

function rowMajor(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * Math.max(1, dims[i + 1]!);
  return strides;
}

function describe(operation: Operation): string {
  const layouts = Object.entries(operation).flatMap(([name, value]) =>
    typeof value === "object" && value !== null && "native" in value
      ? [`${name} ${(value as Layout).type}[${(value as Layout).dims.join(", ")}]`]
      : [],
  );
  return `${operation.kind} of ${layouts.join(", ")}`;
}

type Functions = ReturnType<typeof bindFunctions>;
const BOUND = new WeakMap<Library, Functions>();

function functionsOf(library: Library): Functions {
  const known = BOUND.get(library);
  if (known !== undefined) return known;
  const functions = bindFunctions(library);
  BOUND.set(library, functions);
  return functions;
}

/** The functions that both generations have in common. */
function bindFunctions({ bind, abi }: Library) {
  const md = abi.layoutParameter;
  return {
    createEngine: bind("dnnl_engine_create", "int", ["void *", "int", "uint64_t"]),
    destroyEngine: bind("dnnl_engine_destroy", "int", ["uint64_t"]),
    createStream: bind("dnnl_stream_create", "int", ["void *", "uint64_t", "int"]),
    destroyStream: bind("dnnl_stream_destroy", "int", ["uint64_t"]),
    createAttributes: bind("dnnl_primitive_attr_create", "int", ["void *"]),
    destroyAttributes: bind("dnnl_primitive_attr_destroy", "int", ["uint64_t"]),
    setScratchpadMode: bind("dnnl_primitive_attr_set_scratchpad_mode", "int", ["uint64_t", "int"]),
    setPostOps: bind("dnnl_primitive_attr_set_post_ops", "int", ["uint64_t", "uint64_t"]),
    createPostOps: bind("dnnl_post_ops_create", "int", ["void *"]),
    destroyPostOps: bind("dnnl_post_ops_destroy", "int", ["uint64_t"]),
    destroyDescriptor: bind("dnnl_primitive_desc_destroy", "int", ["uint64_t"]),
    queryDescriptor: bind("dnnl_primitive_desc_query", "int", ["uint64_t", "int", "int", "void *"]),
    createPrimitive: bind("dnnl_primitive_create", "int", ["void *", "uint64_t"]),
    destroyPrimitive: bind("dnnl_primitive_destroy", "int", ["uint64_t"]),
    execute: bind("dnnl_primitive_execute", "int", ["uint64_t", "uint64_t", "int", "void *"]),
    createMemory: bind("dnnl_memory_create", "int", ["void *", md, "uint64_t", "uint64_t"]),
    destroyMemory: bind("dnnl_memory_destroy", "int", ["uint64_t"]),
    layoutBytes: bind("dnnl_memory_desc_get_size", "uint64_t", [md]),
  } as const;
}
