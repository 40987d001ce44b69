// Changes the element type of a tensor where the values survive it: floats to floats, integers to integers.
import {
  bfloat16ToFloat32,
  ClassifierTrainingError,
  type DType,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  formatShape,
  type HostTensor,
  isFloat,
} from "../core/index.ts";

/**
 * `tensor` as `dtype`; itself where it is that already. Floats are rounded to the nearest, and to 16 bits by way
 * of float32, as PyTorch does.
 * @throws ClassifierTrainingError `WEIGHTS_DTYPE` from floats to integers or back, and for integers that do not fit.
 */
export function castTensor(tensor: HostTensor, dtype: DType): HostTensor {
  if (tensor.dtype === dtype) return tensor;
  if (isFloat(tensor.dtype) && isFloat(dtype)) {
    return { dtype, shape: tensor.shape, data: narrow(widen(tensor), dtype) };
  }
  if (isFloat(tensor.dtype) || isFloat(dtype)) throw impossible(tensor, dtype);
  const data = INTEGERS[dtype as IntegerDType](tensor.data as ArrayLike<number | bigint>);
  for (const [i, value] of data.entries())
    if (BigInt(value) !== BigInt(tensor.data[i]!)) throw impossible(tensor, dtype);
  return { dtype, shape: tensor.shape, data };
}

type IntegerDType = "int64" | "int32" | "int16" | "int8" | "uint8" | "bool";

const INTEGERS: {
  readonly [D in IntegerDType]: (
    values: ArrayLike<number | bigint>,
  ) => BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;
} = {
  int64: (values) => BigInt64Array.from(values, BigInt),
  int32: (values) => Int32Array.from(values, Number),
  int16: (values) => Int16Array.from(values, Number),
  int8: (values) => Int8Array.from(values, Number),
  uint8: (values) => Uint8Array.from(values, Number),
  bool: (values) => Uint8Array.from(values, (value) => Math.min(Number(value), 1)),
};

function widen({ dtype, data }: HostTensor): Float32Array | Float64Array {
  if (dtype === "float16") return float16ToFloat32(data as Uint16Array);
  if (dtype === "bfloat16") return bfloat16ToFloat32(data as Uint16Array);
  return data as Float32Array | Float64Array;
}

function narrow(
  values: Float32Array | Float64Array,
  dtype: DType,
): Float32Array | Float64Array | Uint16Array {
  if (dtype === "float64") return Float64Array.from(values);
  const single = values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === "float16") return float32ToFloat16(single);
  return dtype === "bfloat16" ? float32ToBfloat16(single) : single;
}

function impossible({ dtype, shape }: HostTensor, to: DType): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "data",
    "WEIGHTS_DTYPE",
    `a ${dtype} tensor of shape ${formatShape(shape)} cannot become ${to}`,
  );
}
