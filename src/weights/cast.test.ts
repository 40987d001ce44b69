import { describe, expect, it } from "vitest";
import { type DType, float32, type HostTensor, hostTensor } from "../core/index.ts";
import { castTensor } from "./cast.ts";

const long = (...values: bigint[]): HostTensor =>
  hostTensor("int64", [values.length], BigInt64Array.from(values));

describe("castTensor", () => {
  it.each<[HostTensor, DType, ArrayLike<number | bigint>]>([
    [float32([2], [1.1, -0]), "float64", [Math.fround(1.1), -0]],
    [
      hostTensor("float64", [2], Float64Array.of(0.1, 1e300)),
      "float32",
      [Math.fround(0.1), Number.POSITIVE_INFINITY],
    ],
    [hostTensor("float16", [2], Uint16Array.of(0x3c00, 0x0001)), "float32", [1, 2 ** -24]],
    [hostTensor("bfloat16", [1], Uint16Array.of(0x4049)), "float32", [3.140625]],
    [hostTensor("float16", [1], Uint16Array.of(0x3c00)), "bfloat16", [0x3f80]],
    [hostTensor("float64", [1], Float64Array.of(65504)), "float16", [0x7bff]],
    [hostTensor("int32", [2], Int32Array.of(-5, 7)), "int64", [-5n, 7n]],
    [long(-128n, 127n), "int8", [-128, 127]],
    [long(0n, 1n), "bool", [0, 1]],
    [hostTensor("bool", [2], Uint8Array.of(1, 0)), "int64", [1n, 0n]],
  ])("of %o to %s", (tensor, dtype, expected) => {
    const cast = castTensor(tensor, dtype);
    expect(cast.dtype).toBe(dtype);
    expect(cast.shape).toEqual(tensor.shape);
    expect(Array.from(cast.data as ArrayLike<number | bigint>)).toEqual(expected);
  });

  it("is the tensor itself where nothing changes", () => {
    const tensor = float32([1], [1]);
    expect(castTensor(tensor, "float32")).toBe(tensor);
  });

  it.each<[HostTensor, DType]>([
    [float32([1], [1]), "int64"],
    [long(1n), "float32"],
    [long(128n), "int8"],
    [long(2n ** 40n), "int32"],
    [long(-1n), "uint8"],
    [long(2n), "bool"],
  ])("of %o to %s is refused", (tensor, dtype) => {
    expect(() => castTensor(tensor, dtype)).toThrow(expect.objectContaining({ code: "WEIGHTS_DTYPE" }));
  });
});
