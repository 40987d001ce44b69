// oneDNN 3.x: descriptors are opaque objects that the library allocates.
import { type Abi, type Bind, dimsOf, type NativeFunction } from "./abi.ts";
import {
  BINARY_ALGORITHM,
  CONVOLUTION_ALGORITHM,
  DATA_TYPE,
  DATA_TYPE_NAMES,
  FORMAT_TAG_ANY,
  POOLING_ALGORITHM,
  PROPAGATION,
  QUERY,
  REDUCTION_ALGORITHM,
  SOFTMAX_LOG,
  USE_GLOBAL_STATISTICS,
} from "./constants.ts";
import type { Layout, LayoutFacts, NativeLayout } from "./layout.ts";
import type { Operation, OperationKind, OperationOf } from "./operation.ts";
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

const NORMALIZATION = { scale: 2, shift: 4, relu: 8 } as const;
const RELU_BY_RESULT = 256;

const ELTWISE_ALGORITHM = {
  relu: 32,
  tanh: 33,
  square: 35,
  abs: 36,
  sqrt: 37,
  linear: 38,
  exp: 42,
  log: 45,
  clip: 46,
  pow: 48,
  logistic: 41,
} as const;

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

interface CreateCall {
  readonly out: BigUint64Array;
  readonly engine: number;
  readonly attributes: number;
  readonly forwardHint: number;
}

type Creators = {
  readonly [K in OperationKind]: (call: CreateCall, operation: OperationOf<K>) => number;
};

/** The functions that create a primitive descriptor: (out, engine, what it is, hint?, attributes). */
function bindCreators(bind: Bind): Creators {
  const create = (
    name: string,
    ...parameters: readonly ("int" | "void *" | "float" | "uint32_t" | "uint64_t")[]
  ): NativeFunction =>
    bind(`dnnl_${name}_primitive_desc_create`, "int", ["void *", "uint64_t", ...parameters, "uint64_t"]);
  const md = "uint64_t";
  const hint = "uint64_t";
  const dims = "void *";
  const g = [dims, dims, dims, dims] as const;
  const convolutionForward = create("convolution_forward", "int", "int", md, md, md, md, ...g);
  const convolutionBackwardData = create("convolution_backward_data", "int", md, md, md, ...g, hint);
  const convolutionBackwardWeights = create(
    "convolution_backward_weights",
    "int",
    md,
    md,
    md,
    md,
    ...g,
    hint,
  );
  const normalizationForward = create("batch_normalization_forward", "int", md, md, "float", "uint32_t");
  const normalizationBackward = create(
    "batch_normalization_backward",
    "int",
    md,
    md,
    md,
    "float",
    "uint32_t",
    hint,
  );
  const poolingForward = create("pooling_forward", "int", "int", md, md, ...g, dims);
  const poolingBackward = create("pooling_backward", "int", md, md, ...g, dims, hint);
  const matmul = create("matmul", md, md, md, md);
  const eltwiseForward = create("eltwise_forward", "int", "int", md, md, "float", "float");
  const eltwiseBackward = create("eltwise_backward", "int", md, md, md, "float", "float", hint);
  const binary = create("binary", "int", md, md, md);
  const reduction = create("reduction", "int", md, md, "float", "float");
  const softmax = create("softmax_forward", "int", "int", md, md, "int");
  const sum = create("sum", md, "int", "void *", "void *");
  const reorder = bind("dnnl_reorder_primitive_desc_create", "int", [
    "void *",
    md,
    "uint64_t",
    md,
    "uint64_t",
    "uint64_t",
  ]);
  const native = (layout: Layout | undefined): unknown => layout?.native ?? 0;

  return {
    convolutionForward: (c, o) =>
      convolutionForward(
        c.out,
        c.engine,
        o.training ? PROPAGATION.training : PROPAGATION.inference,
        CONVOLUTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.weights),
        native(o.bias),
        native(o.dst),
        ...geometry(o),
        c.attributes,
      ),
    convolutionBackwardData: (c, o) =>
      convolutionBackwardData(
        c.out,
        c.engine,
        CONVOLUTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.weights),
        native(o.dst),
        ...geometry(o),
        c.forwardHint,
        c.attributes,
      ),
    convolutionBackwardWeights: (c, o) =>
      convolutionBackwardWeights(
        c.out,
        c.engine,
        CONVOLUTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.weights),
        native(o.bias),
        native(o.dst),
        ...geometry(o),
        c.forwardHint,
        c.attributes,
      ),
    batchNormalizationForward: (c, o) =>
      normalizationForward(
        c.out,
        c.engine,
        o.globalStatistics ? PROPAGATION.inference : PROPAGATION.training,
        native(o.src),
        native(o.dst),
        o.epsilon,
        (o.globalStatistics ? USE_GLOBAL_STATISTICS : 0) | normalizationFlags(o.relu),
        c.attributes,
      ),
    batchNormalizationBackward: (c, o) =>
      normalizationBackward(
        c.out,
        c.engine,
        PROPAGATION.backward,
        native(o.diffSrc),
        native(o.diffDst),
        native(o.src),
        o.epsilon,
        normalizationFlags(o.relu),
        c.forwardHint,
        c.attributes,
      ),
    poolingForward: (c, o) =>
      poolingForward(
        c.out,
        c.engine,
        o.training ? PROPAGATION.training : PROPAGATION.inference,
        POOLING_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        dimsOf(o.strides),
        dimsOf(o.kernel),
        dimsOf(o.dilation),
        dimsOf(o.paddingBegin),
        dimsOf(o.paddingEnd),
        c.attributes,
      ),
    poolingBackward: (c, o) =>
      poolingBackward(
        c.out,
        c.engine,
        POOLING_ALGORITHM[o.algorithm],
        native(o.diffSrc),
        native(o.diffDst),
        dimsOf(o.strides),
        dimsOf(o.kernel),
        dimsOf(o.dilation),
        dimsOf(o.paddingBegin),
        dimsOf(o.paddingEnd),
        c.forwardHint,
        c.attributes,
      ),
    matmul: (c, o) =>
      matmul(c.out, c.engine, native(o.src), native(o.weights), native(o.bias), native(o.dst), c.attributes),
    eltwise: (c, o) =>
      eltwiseForward(
        c.out,
        c.engine,
        PROPAGATION.inference,
        ELTWISE_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        o.alpha,
        o.beta,
        c.attributes,
      ),
    reluBackward: (c, o) =>
      eltwiseBackward(
        c.out,
        c.engine,
        RELU_BY_RESULT,
        native(o.diffSrc),
        native(o.diffDst),
        native(o.data),
        0,
        0,
        c.forwardHint,
        c.attributes,
      ),
    binary: (c, o) =>
      binary(
        c.out,
        c.engine,
        BINARY_ALGORITHM[o.algorithm],
        native(o.src0),
        native(o.src1),
        native(o.dst),
        c.attributes,
      ),
    sum: (c, o) => {
      const sources = BigUint64Array.from(o.sources, (layout) => BigInt(layout.native as number));
      const scales = Float32Array.from(o.scales);
      return sum(c.out, c.engine, native(o.dst), sources.length, scales, sources, c.attributes);
    },
    reduction: (c, o) =>
      reduction(
        c.out,
        c.engine,
        REDUCTION_ALGORITHM[o.algorithm],
        native(o.src),
        native(o.dst),
        0,
        0,
        c.attributes,
      ),
    logSoftmax: (c, o) =>
      softmax(
        c.out,
        c.engine,
        PROPAGATION.inference,
        SOFTMAX_LOG,
        native(o.src),
        native(o.dst),
        o.axis,
        c.attributes,
      ),
    reorder: (c, o) => reorder(c.out, native(o.src), c.engine, native(o.dst), c.engine, c.attributes),
  };
}

function normalizationFlags(relu: boolean): number {
  return NORMALIZATION.scale | NORMALIZATION.shift | (relu ? NORMALIZATION.relu : 0);
}

function geometry(
  o: OperationOf<"convolutionForward" | "convolutionBackwardData" | "convolutionBackwardWeights">,
): BigInt64Array[] {
  return [o.strides, o.dilation, o.paddingBegin, o.paddingEnd].map(dimsOf);
}
