// The names that a file of weights may use, and what calling them builds. Every other name is refused.
import { type DType, type Shape, sizeOf } from "../../core/index.ts";
import { invalid, refused } from "./errors.ts";
import {
  describe,
  hashable,
  OrderedDict,
  PickleGlobal,
  type PickleValue,
  PythonTuple,
  TorchStorage,
  TorchTensor,
} from "./pickle-values.ts";

const STORAGE_DTYPES: Readonly<Record<string, DType>> = {
  DoubleStorage: "float64",
  FloatStorage: "float32",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

/** PyTorch's own limit on the number of dimensions. */
const LARGEST_RANK = 64;

/** The allow-list for files that `torch.save` wrote. */
export const TORCH_GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    ...Object.entries(STORAGE_DTYPES).map(
      ([name, dtype]) => new PickleGlobal(`torch.${name}`, undefined, dtype),
    ),
    ...["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"].map(
      (dtype) => new PickleGlobal(`torch.${dtype}`, undefined),
    ),
    new PickleGlobal("torch._utils._rebuild_tensor", rebuildTensor),
    new PickleGlobal("torch._utils._rebuild_tensor_v2", rebuildTensor),
    new PickleGlobal("torch._utils._rebuild_parameter", rebuildParameter),
    new PickleGlobal("torch._utils._rebuild_parameter_with_state", rebuildParameter),
    new PickleGlobal("torch._tensor._rebuild_from_type_v2", rebuildFromType),
    new PickleGlobal("torch.Tensor", undefined),
    new PickleGlobal("torch.nn.parameter.Parameter", undefined),
    new PickleGlobal("torch.Size", (args) => new PythonTuple(elements(args[0]))),
    new PickleGlobal("torch.device", (args) => args.map((arg) => text(arg, "a device")).join(":")),
    new PickleGlobal(
      "collections.OrderedDict",
      (args) => new OrderedDict(args.length === 0 ? [] : pairs(args[0])),
    ),
    new PickleGlobal("collections.Counter", (args) => {
      if (args[0] instanceof Map) return args[0];
      throw invalid("a Counter in the pickle has no dict");
    }),
    new PickleGlobal("__builtin__.set", (args) => new Set(elements(args[0]).map(hashable))),
    new PickleGlobal("builtins.set", (args) => new Set(elements(args[0]).map(hashable))),
    new PickleGlobal("_codecs.encode", encode),
  ].map((global) => [global.name, global]),
);

/**
 * The storage that a persistent id names: ("storage", class, key, location, number of elements), and in the
 * legacy format a sixth entry for views of storages.
 */
export function storageOf(id: PickleValue): TorchStorage {
  if (!(id instanceof PythonTuple) || id.items[0] !== "storage") {
    throw refused(`the pickle refers to ${describe(id)} outside of it`);
  }
  const [, type, key, , count, view] = id.items;
  if (view !== undefined && view !== null)
    throw refused("views of storages (PyTorch before 0.4) are not supported");
  if (!(type instanceof PickleGlobal) || type.storageDType === undefined) {
    throw refused(`a storage in the pickle is of type ${describe(type)}`);
  }
  return new TorchStorage(
    text(key, "the key of a storage"),
    type.storageDType,
    natural(count, "the size of a storage"),
  );
}

/** `_rebuild_tensor(storage, offset, size, stride)`; version 2 adds requires_grad and backward_hooks. */
function rebuildTensor(args: readonly PickleValue[]): TorchTensor {
  const [storage, offsetValue, size, strideValue, requiresGrad] = args;
  if (!(storage instanceof TorchStorage)) throw invalid(`a tensor is built from ${describe(storage)}`);
  const offset = natural(offsetValue, "the offset of a tensor");
  const shape = elements(size).map((dim) => natural(dim, "a dimension of a tensor"));
  const stride = elements(strideValue).map((step) => natural(step, "a stride of a tensor"));
  if (shape.length !== stride.length || shape.length > LARGEST_RANK) {
    throw invalid(`a tensor has ${shape.length} dimensions and ${stride.length} strides`);
  }
  checkView(offset, shape, stride, storage);
  return new TorchTensor({
    storage,
    offset,
    shape,
    stride,
    requiresGrad: requiresGrad === true,
    isParameter: false,
  });
}

/** Every element of the view lies in its storage. */
function checkView(offset: number, shape: Shape, stride: readonly number[], storage: TorchStorage): void {
  const count = sizeOf(shape);
  if (!Number.isSafeInteger(count)) throw invalid(`a tensor has the impossible shape [${shape.join(", ")}]`);
  if (count === 0) return;
  let last = offset;
  for (const [axis, dim] of shape.entries()) last += (dim - 1) * stride[axis]!;
  if (last >= storage.elements) {
    throw invalid(`a tensor reaches element ${last} of a storage of ${storage.elements}`);
  }
}

/** `_rebuild_parameter(data, requires_grad, backward_hooks)`, with or without a state of Python attributes. */
function rebuildParameter(args: readonly PickleValue[]): TorchTensor {
  const [data, requiresGrad] = args;
  if (!(data instanceof TorchTensor)) throw invalid(`a parameter is built from ${describe(data)}`);
  return new TorchTensor({ ...data, requiresGrad: requiresGrad === true, isParameter: true });
}

/** `_rebuild_from_type_v2(function, type, arguments, state)`: a tensor that carried Python attributes. */
function rebuildFromType(args: readonly PickleValue[]): PickleValue {
  const [rebuild, type, rebuildArgs] = args;
  const known = rebuild instanceof PickleGlobal && rebuild.name.startsWith("torch._utils._rebuild_");
  const plain =
    type instanceof PickleGlobal && (type.name === "torch.Tensor" || type.name.endsWith(".Parameter"));
  if (!known || !plain) throw refused(`the pickle rebuilds ${describe(type)} with ${describe(rebuild)}`);
  return rebuild.call!(elements(rebuildArgs));
}

/** `_codecs.encode(text, "latin1")`, which is how protocol 2 writes bytes. */
function encode(args: readonly PickleValue[]): Uint8Array {
  const [value, encoding] = args;
  if (encoding !== "latin1") throw refused(`the pickle encodes a text as ${describe(encoding)}`);
  const characters = text(value, "the text of bytes");
  if (/[^\0-\xff]/.test(characters)) throw invalid("bytes in the pickle are beyond 255");
  return new Uint8Array(Buffer.from(characters, "latin1"));
}

function elements(value: PickleValue | undefined): readonly PickleValue[] {
  if (value instanceof PythonTuple) return value.items;
  if (Array.isArray(value)) return value;
  throw invalid(`the pickle has ${describe(value)} where a tuple belongs`);
}

function pairs(value: PickleValue | undefined): [PickleValue, PickleValue][] {
  return elements(value).map((pair) => {
    const items = elements(pair);
    if (items.length !== 2) throw invalid("an item of a dict in the pickle is no pair");
    return [hashable(items[0]!), items[1]!];
  });
}

function natural(value: PickleValue | undefined, what: string): number {
  if (typeof value === "number" && value >= 0) return value;
  throw invalid(`${what} is ${typeof value === "number" ? value : describe(value)}`);
}

function text(value: PickleValue | undefined, what: string): string {
  if (typeof value === "string") return value;
  throw invalid(`${what} is ${describe(value)}`);
}
