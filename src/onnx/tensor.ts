// Host tensors as ONNX tensors and back, little-endian in `raw_data`.
import { create } from "@bufbuild/protobuf";
import {
  bytesPerElement,
  ClassifierTrainingError,
  type DType,
  type HostTensor,
  hostTensor,
  sizeOf,
  viewBuffer,
} from "../core/index.ts";
import { TensorProto_DataType as OnnxType, type TensorProto, TensorProtoSchema } from "./onnx.gen.ts";

const ONNX_TYPES: Readonly<Record<DType, OnnxType>> = {
  float64: OnnxType.DOUBLE,
  float32: OnnxType.FLOAT,
  float16: OnnxType.FLOAT16,
  bfloat16: OnnxType.BFLOAT16,
  int64: OnnxType.INT64,
  int32: OnnxType.INT32,
  int16: OnnxType.INT16,
  int8: OnnxType.INT8,
  uint8: OnnxType.UINT8,
  bool: OnnxType.BOOL,
};

/** The number that stands for `dtype` in an ONNX file. */
export function onnxType(dtype: DType): OnnxType {
  return ONNX_TYPES[dtype];
}

/**
 * The element type that an ONNX file's number stands for.
 * @throws ClassifierTrainingError `ONNX_TYPE` for a type that host tensors do not have.
 */
export function dtypeOf(type: number): DType {
  for (const [dtype, number] of Object.entries(ONNX_TYPES)) if (number === type) return dtype as DType;
  const name = OnnxType[type] ?? String(type);
  throw new ClassifierTrainingError("data", "ONNX_TYPE", `tensors of ONNX type ${name} are not supported`);
}

/** `tensor` as an ONNX tensor called `name`; its elements are not copied. */
export function toTensorProto(name: string, tensor: HostTensor): TensorProto {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return create(TensorProtoSchema, {
    name,
    dataType: onnxType(tensor.dtype),
    dims: tensor.shape.map(BigInt),
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
}

/**
 * An ONNX tensor as a host tensor, from `raw_data` or from the typed fields of the four types that other
 * writers use them for. Elements are copied where the file does not hold them aligned.
 * @throws ClassifierTrainingError `ONNX_TENSOR` when the elements are missing, stored outside the file or
 * do not fill the shape.
 */
export function fromTensorProto(proto: TensorProto): HostTensor {
  const dtype = dtypeOf(proto.dataType);
  const shape = proto.dims.map(Number);
  const size = sizeOf(shape);
  if (proto.rawData.byteLength === size * bytesPerElement(dtype)) {
    const { buffer, byteOffset, byteLength } = proto.rawData;
    const aligned = byteOffset % bytesPerElement(dtype) === 0;
    return hostTensor(
      dtype,
      shape,
      aligned
        ? viewBuffer(dtype, buffer, byteOffset, size)
        : viewBuffer(dtype, buffer.slice(byteOffset, byteOffset + byteLength), 0, size),
    );
  }
  if (proto.rawData.byteLength === 0) {
    if (dtype === "float32" && proto.floatData.length === size)
      return hostTensor(dtype, shape, Float32Array.from(proto.floatData));
    if (dtype === "float64" && proto.doubleData.length === size)
      return hostTensor(dtype, shape, Float64Array.from(proto.doubleData));
    if (dtype === "int64" && proto.int64Data.length === size)
      return hostTensor(dtype, shape, BigInt64Array.from(proto.int64Data));
    if (dtype === "int32" && proto.int32Data.length === size)
      return hostTensor(dtype, shape, Int32Array.from(proto.int32Data));
  }
  throw new ClassifierTrainingError(
    "data",
    "ONNX_TENSOR",
    `the ONNX tensor "${proto.name}" does not hold the ${size} ${dtype} elements of its shape`,
  );
}
