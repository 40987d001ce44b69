// oneDNN 2.x (2.5 or later): descriptors are structs that the caller owns.
import { type Abi, type Bind, dimsOf } from "./abi.ts";
import { BINARY_ALGORITHM, DATA_TYPE, DATA_TYPE_NAMES, FORMAT_TAG_ANY, QUERY } from "./constants.ts";
import { bindInitializers, ELTWISE_ALGORITHM } from "./descriptors-2.ts";
import type { Layout, LayoutFacts } from "./layout.ts";
import type { Operation } from "./operation.ts";
import { check } from "./status.ts";

/** Offsets in `dnnl_memory_desc_t` on 64-bit platforms. */
const MEMORY_DESC = {
  bytes: 696,
  rank: 0,
  dims: 8,
  type: 104,
  paddedDims: 112,
  offset: 304,
  format: 312,
  strides: 320,
  blockCount: 416,
  blockSizes: 424,
  blockDims: 520,
} as const;
const FORMAT_ANY = 1;
const FORMAT_BLOCKED = 2;

/** Larger than every operation descriptor (the largest used, a convolution's, has 5976 bytes). */
const OPERATION_DESC_BYTES = 16384;

/** The functions and constants of generation 2. `decode` copies bytes from an address. */
export function createAbi2(bind: Bind, decode: (address: number, bytes: number) => Uint8Array): Abi {
  const MD = "void *";
  const initByTag = bind("dnnl_memory_desc_init_by_tag", "int", [MD, "int", "void *", "int", "int"]);
  const initByStrides = bind("dnnl_memory_desc_init_by_strides", "int", [
    MD,
    "int",
    "void *",
    "int",
    "void *",
  ]);
  const reshape = bind("dnnl_memory_desc_reshape", "int", [MD, MD, "int", "void *"]);
  const part = bind("dnnl_memory_desc_init_submemory", "int", [MD, MD, "void *", "void *"]);
  const permute = bind("dnnl_memory_desc_permute_axes", "int", [MD, MD, "void *"]);
  const queryMd = bind("dnnl_primitive_desc_query_md", "uint64_t", ["uint64_t", "int", "int"]);
  const appendSum = bind("dnnl_post_ops_append_sum_v2", "int", ["uint64_t", "float", "int"]);
  const appendBinary = bind("dnnl_post_ops_append_binary", "int", ["uint64_t", "int", MD]);
  const appendEltwise = bind("dnnl_post_ops_append_eltwise", "int", [
    "uint64_t",
    "float",
    "int",
    "float",
    "float",
  ]);
  const createFromOperation = bind("dnnl_primitive_desc_create", "int", [
    "void *",
    "void *",
    "uint64_t",
    "uint64_t",
    "uint64_t",
  ]);
  const initializers = bindInitializers(bind);
  const createReorder = bind("dnnl_reorder_primitive_desc_create", "int", [
    "void *",
    MD,
    "uint64_t",
    MD,
    "uint64_t",
    "uint64_t",
  ]);
  const createSum = bind("dnnl_sum_primitive_desc_create", "int", [
    "void *",
    MD,
    "int",
    "void *",
    "void *",
    "uint64_t",
    "uint64_t",
  ]);
  const operationDesc = new Uint8Array(OPERATION_DESC_BYTES);

  const newLayout = (): Uint8Array => new Uint8Array(MEMORY_DESC.bytes);

  return {
    generation: 2,
    layoutParameter: MD,
    eltwiseAlgorithms: ELTWISE_ALGORITHM,
    normalizationGradientTakesShift: true,
    postOpArgumentBase: 16384,
    createLayout(dims, type, strides) {
      const layout = newLayout();
      const status =
        strides === undefined
          ? initByTag(layout, dims.length, dimsOf(dims), type, FORMAT_TAG_ANY)
          : initByStrides(layout, dims.length, dimsOf(dims), type, dimsOf(strides));
      check(status, () => `memory descriptor of [${dims.join(", ")}]`);
      return layout;
    },
    readLayout: (layout) => readMemoryDesc(layout as Uint8Array),
    copyLayout: (layout) => (layout as Uint8Array).slice(),
    freeLayout() {},
    queryLayout(descriptor, query) {
      const address = queryMd(descriptor, QUERY[query], 0);
      if (address === 0) return undefined;
      const layout = decode(address, MEMORY_DESC.bytes);
      return new DataView(layout.buffer, layout.byteOffset).getInt32(MEMORY_DESC.rank, true) === 0
        ? undefined
        : layout;
    },
    reshapeLayout(layout, dims) {
      const reshaped = newLayout();
      return reshape(reshaped, layout, dims.length, dimsOf(dims)) === 0 ? reshaped : undefined;
    },
    permuteLayout(layout, permutation) {
      const permuted = newLayout();
      check(permute(permuted, layout, Int32Array.from(permutation)), "permutation of a memory descriptor");
      return permuted;
    },
    partOfLayout(layout, dims, begin) {
      const created = newLayout();
      check(part(created, layout, dimsOf(dims), dimsOf(begin)), "part of a memory descriptor");
      return created;
    },
    appendPostOp(postOps, postOp) {
      switch (postOp.kind) {
        case "sum":
          return check(
            appendSum(postOps, postOp.scale, postOp.type === undefined ? 0 : DATA_TYPE[postOp.type]),
            "sum post-op",
          );
        case "eltwise":
          return check(
            appendEltwise(postOps, 1, ELTWISE_ALGORITHM[postOp.algorithm], postOp.alpha, postOp.beta),
            "eltwise post-op",
          );
        case "binary":
          return check(
            appendBinary(postOps, BINARY_ALGORITHM[postOp.algorithm], postOp.source.native),
            "binary post-op",
          );
      }
    },
    createDescriptor(operation, engine, attributes, forwardHint, out) {
      if (operation.kind === "reorder") {
        const { src, dst } = operation;
        return createReorder(out, src.native, engine, dst.native, engine, attributes);
      }
      if (operation.kind === "sum") {
        const { sources, scales, dst } = operation;
        const layouts = concatenate(sources);
        const { length } = sources;
        return createSum(out, dst.native, length, Float32Array.from(scales), layouts, attributes, engine);
      }
      const initialize = initializers[operation.kind] as (
        description: Uint8Array,
        operation: Operation,
      ) => number;
      const status = initialize(operationDesc, operation);
      return status !== 0 ? status : createFromOperation(out, operationDesc, attributes, engine, forwardHint);
    },
  };
}

function concatenate(layouts: readonly Layout[]): Uint8Array {
  const joined = new Uint8Array(layouts.length * MEMORY_DESC.bytes);
  for (const [i, layout] of layouts.entries()) joined.set(layout.native as Uint8Array, i * MEMORY_DESC.bytes);
  return joined;
}

function readMemoryDesc(bytes: Uint8Array): LayoutFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = view.getInt32(MEMORY_DESC.rank, true);
  const integers = (offset: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => Number(view.getBigInt64(offset + 8 * i, true)));
  const format = view.getInt32(MEMORY_DESC.format, true);
  const blockCount = format === FORMAT_BLOCKED ? view.getInt32(MEMORY_DESC.blockCount, true) : 0;
  const sizes = integers(MEMORY_DESC.blockSizes, blockCount);
  return {
    type: DATA_TYPE_NAMES.get(view.getInt32(MEMORY_DESC.type, true)) ?? "u8",
    dims: integers(MEMORY_DESC.dims, rank),
    paddedDims: integers(MEMORY_DESC.paddedDims, rank),
    strides: integers(MEMORY_DESC.strides, rank),
    blocks: integers(MEMORY_DESC.blockDims, blockCount).map((dim, i) => [dim, sizes[i]!] as const),
    offset: Number(view.getBigInt64(MEMORY_DESC.offset, true)),
    format: format === FORMAT_ANY ? "any" : format === FORMAT_BLOCKED ? "blocked" : "opaque",
  };
}
