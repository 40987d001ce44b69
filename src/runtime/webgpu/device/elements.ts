// Elements between host tensors and the device's memory, where booleans and bytes take 32 bits each.
import type { DType, TensorData } from "../../../core/index.ts";
import { ELEMENT_BYTES, type ValueType } from "../plan/tensor.ts";

/** A host tensor's elements as the device holds them: a view where they are alike, else a copy. */
export function toDevice(type: ValueType, data: ArrayLike<number | bigint>): Uint8Array {
  const array = convert(type, data);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function convert(type: ValueType, data: ArrayLike<number | bigint>): TensorData | Uint32Array {
  switch (type) {
    case "f32":
      return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>);
    case "i32":
      return data instanceof Int32Array ? data : Int32Array.from(data as ArrayLike<number>);
    case "u32":
      return Uint32Array.from(data as ArrayLike<number>);
    case "i64":
      return data instanceof BigInt64Array ? data : BigInt64Array.from(data as ArrayLike<bigint>);
  }
}

/** `count` elements at a place of bytes read from the device, copied, as a host tensor of `dtype` holds them. */
export function toHost(
  dtype: DType,
  type: ValueType,
  bytes: ArrayBuffer,
  byteOffset: number,
  count: number,
): TensorData {
  const part = bytes.slice(byteOffset, byteOffset + count * ELEMENT_BYTES[type]);
  switch (type) {
    case "f32":
      return new Float32Array(part);
    case "i32":
      return new Int32Array(part);
    case "u32":
      return Uint8Array.from(new Uint32Array(part), (element) =>
        dtype === "bool" ? Number(element !== 0) : element,
      );
    case "i64":
      return new BigInt64Array(part);
  }
}
