// oneDNN 3.x: descriptors are opaque objects that the library allocates.
import { type Abi, type Bind, dimsOf } from "./abi.ts";
import { BINARY_ALGORITHM, DATA_TYPE, DATA_TYPE_NAMES, FORMAT_TAG_ANY, QUERY } from "./constants.ts";
import { bindCreators, type CreateCall, ELTWISE_ALGORITHM } from "./descriptors-3.ts";
import type { LayoutFacts, NativeLayout } from "./layout.ts";
import type { Operation } from "./operation.ts";
import { check } from "./status.ts";

/** `dnnl_query_t` of a memory descriptor. */
const DESC = {
  strides: 14,
  rank: 256,
  dims: 257,
  type: 258,
  offset: 259,
  paddedDims: 260,
  format: 262,
  blockCount: 263,
  blockSizes: 264,
  blockDims: 265,
} as const;
const FORMAT_ANY = 1;
const FORMAT_BLOCKED = 2;

/** The functions and constants of generation 3. `decode` copies bytes from an address. */
export function createAbi3(bind: Bind, decode: (address: number, bytes: number) => Uint8Array): Abi {
  const MD = "uint64_t";
  const createWithTag = bind("dnnl_memory_desc_create_with_tag", "int", [
    "void *",
    "int",
    "void *",
    "int",
    "int",
  ]);
  const createWithStrides = bind("dnnl_memory_desc_create_with_strides", "int", [
    "void *",
    "int",
    "void *",
    "int",
    "void *",
  ]);
  const clone = bind("dnnl_memory_desc_clone", "int", ["void *", MD]);
  const destroy = bind("dnnl_memory_desc_destroy", "int", [MD]);
  const queryDesc = bind("dnnl_memory_desc_query", "int", [MD, "int", "void *"]);
  const reshape = bind("dnnl_memory_desc_reshape", "int", ["void *", MD, "int", "void *"]);
  const part = bind("dnnl_memory_desc_create_submemory", "int", ["void *", MD, "void *", "void *"]);
  const permute = bind("dnnl_memory_desc_permute_axes", "int", ["void *", MD, "void *"]);
  const queryMd = bind("dnnl_primitive_desc_query_md", "uint64_t", ["uint64_t", "int", "int"]);
  const appendSum = bind("dnnl_post_ops_append_sum", "int", ["uint64_t", "float", "int", "int"]);
  const appendBinary = bind("dnnl_post_ops_append_binary", "int", ["uint64_t", "int", MD]);
  const appendEltwise = bind("dnnl_post_ops_append_eltwise", "int", ["uint64_t", "int", "float", "float"]);
  const creators = bindCreators(bind);
  const out = new BigUint64Array(1);
  const created = (): number => Number(out[0]);

  const integer = (layout: NativeLayout, query: number, fallback = 0): number => {
    const value = new Int32Array(1);
    return queryDesc(layout, query, value) === 0 ? value[0]! : fallback;
  };
  const integers = (layout: NativeLayout, query: number, count: number): number[] => {
    const address = new BigUint64Array(1);
    if (count === 0 || queryDesc(layout, query, address) !== 0) return new Array<number>(count).fill(0);
    const bytes = decode(Number(address[0]), 8 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  };

  return {
    generation: 3,
    layoutParameter: MD,
    eltwiseAlgorithms: ELTWISE_ALGORITHM,
    normalizationGradientTakesShift: false,
    postOpArgumentBase: 32768,
    createLayout(dims, type, strides) {
      const status =
        strides === undefined
          ? createWithTag(out, dims.length, dimsOf(dims), type, FORMAT_TAG_ANY)
          : createWithStrides(out, dims.length, dimsOf(dims), type, dimsOf(strides));
      check(status, () => `memory descriptor of [${dims.join(", ")}]`);
      return created();
    },
    readLayout(layout): LayoutFacts {
      const rank = integer(layout, DESC.rank);
      const format = integer(layout, DESC.format);
      const blocked = format === FORMAT_BLOCKED;
      const blockCount = blocked ? integer(layout, DESC.blockCount) : 0;
      const sizes = integers(layout, DESC.blockSizes, blockCount);
      const offset = new BigInt64Array(1);
      queryDesc(layout, DESC.offset, offset);
      return {
        type: DATA_TYPE_NAMES.get(integer(layout, DESC.type)) ?? "u8",
        dims: integers(layout, DESC.dims, rank),
        paddedDims: integers(layout, DESC.paddedDims, rank),
        strides: integers(layout, DESC.strides, blocked ? rank : 0),
        blocks: integers(layout, DESC.blockDims, blockCount).map((dim, i) => [dim, sizes[i]!] as const),
        offset: Number(offset[0]),
        format: format === FORMAT_ANY ? "any" : blocked ? "blocked" : "opaque",
      };
    },
    copyLayout(layout) {
      check(clone(out, layout), "copy of a memory descriptor");
      return created();
    },
    freeLayout(layout) {
      destroy(layout);
    },
    queryLayout(descriptor, query) {
      const address = queryMd(descriptor, QUERY[query], 0);
      if (address === 0 || integer(address, DESC.rank) === 0) return undefined;
      check(clone(out, address), "copy of a memory descriptor");
      return created();
    },
    reshapeLayout(layout, dims) {
      return reshape(out, layout, dims.length, dimsOf(dims)) === 0 ? created() : undefined;
    },
    permuteLayout(layout, permutation) {
      check(permute(out, layout, Int32Array.from(permutation)), "permutation of a memory descriptor");
      return created();
    },
    partOfLayout(layout, dims, begin) {
      check(part(out, layout, dimsOf(dims), dimsOf(begin)), "part of a memory descriptor");
      return created();
    },
    appendPostOp(postOps, postOp) {
      switch (postOp.kind) {
        case "sum":
          return check(
            appendSum(postOps, postOp.scale, 0, postOp.type === undefined ? 0 : DATA_TYPE[postOp.type]),
            "sum post-op",
          );
        case "eltwise":
          return check(
            appendEltwise(postOps, ELTWISE_ALGORITHM[postOp.algorithm], postOp.alpha, postOp.beta),
            "eltwise post-op",
          );
        case "binary":
          return check(
            appendBinary(postOps, BINARY_ALGORITHM[postOp.algorithm], postOp.source.native),
            "binary post-op",
          );
      }
    },
    createDescriptor(operation, engine, attributes, forwardHint, descriptor) {
      const create = creators[operation.kind] as (call: CreateCall, operation: Operation) => number;
      return create({ out: descriptor, engine, attributes, forwardHint }, operation);
    },
  };
}
