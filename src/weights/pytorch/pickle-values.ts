// What a pickle's values become: plain data, with Python's distinctions kept where JavaScript has none.
import type { DType } from "../../core/index.ts";
import { invalid } from "./errors.ts";

/** A Python float; Python integers are plain numbers (bigint beyond 2^53), so that the two stay apart. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** Kept apart from a list, since a tuple may be a key and a list may not. */
export class PythonTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** `collections.OrderedDict`, what a `state_dict()` is; a plain dict is a plain `Map`. */
export class OrderedDict extends Map<PickleValue, PickleValue> {}

/** A name from the allow-list. It is a row of that table, never anything that was looked up by name. */
export class PickleGlobal {
  /** Module and name, joined by a dot. */
  readonly name: string;
  /** What calling it gives; absent for names that are not called. */
  readonly call: ((args: readonly PickleValue[]) => PickleValue) | undefined;
  /** Element type, for the classes of storages. */
  readonly storageDType: DType | undefined;

  constructor(
    name: string,
    call: ((args: readonly PickleValue[]) => PickleValue) | undefined,
    storageDType?: DType,
  ) {
    this.name = name;
    this.call = call;
    this.storageDType = storageDType;
  }
}

/** A run of elements of one type in the file, which tensors are views of. */
export class TorchStorage {
  readonly key: string;
  readonly dtype: DType;
  readonly elements: number;

  constructor(key: string, dtype: DType, elements: number) {
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
  }
}

/** A strided view of a storage, known to lie within it; offset and strides count elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly requiresGrad: boolean;
  readonly isParameter: boolean;

  constructor(view: {
    storage: TorchStorage;
    offset: number;
    shape: readonly number[];
    stride: readonly number[];
    requiresGrad: boolean;
    isParameter: boolean;
  }) {
    this.storage = view.storage;
    this.offset = view.offset;
    this.shape = view.shape;
    this.stride = view.stride;
    this.requiresGrad = view.requiresGrad;
    this.isParameter = view.isParameter;
  }
}

/** All that a pickle can hold here; Python's `None` is null and `bytes` are a `Uint8Array`. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PythonFloat
  | PythonTuple
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickleGlobal
  | TorchStorage
  | TorchTensor;

/** What a value is called in messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (value instanceof PickleGlobal) return value.name;
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  return `a ${value.constructor.name}`;
}

/** `key`, where Python could use it as a key of a dict. */
export function hashable(key: PickleValue): PickleValue {
  if (Array.isArray(key) || key instanceof Map || key instanceof Set) {
    throw invalid(`the pickle uses ${describe(key)} as a key`);
  }
  return key;
}
