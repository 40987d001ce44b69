// Element types as they are held in memory, and the typed arrays that show them.
import { ClassifierTrainingError, type DType } from "../../../core/index.ts";
import type { DnnlType } from "../ffi/index.ts";

/** Types that oneDNN computes with, and int64, which only the host loops know. */
export type ElementType = Exclude<DnnlType, "s8"> | "s64";

/** Elements in memory, as JavaScript sees them; bfloat16 as raw bits. */
export type ElementArray = Float32Array | Uint16Array | Int32Array | Uint8Array | BigInt64Array;

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  f32: 4,
  bf16: 2,
  s32: 4,
  u8: 1,
  s64: 8,
};

/**
 * How elements of a graph value are held. (Whether a float32 is held as bfloat16 is the planner's choice.)
 * @throws ClassifierTrainingError `ONEDNN_DTYPE` for a dtype that this runtime does not hold.
 */
export function elementTypeOf(dtype: DType): ElementType {
  switch (dtype) {
    case "float32":
      return "f32";
    case "int32":
      return "s32";
    case "int64":
      return "s64";
    case "bool":
    case "uint8":
      return "u8";
    default:
      throw new ClassifierTrainingError(
        "failure",
        "ONEDNN_DTYPE",
        `runtime onednn holds no ${dtype} tensors`,
        {
          hint: "use float32, int32, int64, uint8 or bool in the graph",
        },
      );
  }
}

/** `length` elements at `byteOffset` of a buffer. */
export function viewElements(
  type: ElementType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): ElementArray {
  switch (type) {
    case "f32":
      return new Float32Array(buffer, byteOffset, length);
    case "bf16":
      return new Uint16Array(buffer, byteOffset, length);
    case "s32":
      return new Int32Array(buffer, byteOffset, length);
    case "u8":
      return new Uint8Array(buffer, byteOffset, length);
    case "s64":
      return new BigInt64Array(buffer, byteOffset, length);
  }
}
