import { expect, it } from "vitest";
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "./half.ts";

const ALL_BITS = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

it.each([
  ["binary16", float16ToFloat32, float32ToFloat16, 0x7c00],
  ["bfloat16", bfloat16ToFloat32, float32ToBfloat16, 0x7f80],
])(
  "every %s comes back unchanged, and rounding picks the nearest, ties to even",
  (_, widen, narrow, infinity) => {
    const values = widen(ALL_BITS);
    const back = narrow(values);
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7fff) > infinity) expect(Number.isNaN(values[bits])).toBe(true);
      else expect(back[bits]).toBe(bits);
    }
    const nextFloat32 = (value: number, by: number): number => {
      const words = new Uint32Array(Float32Array.of(value).buffer);
      words[0]! += by;
      return new Float32Array(words.buffer)[0]!;
    };
    // Between each finite value and the next one; beyond the largest the next is infinity, half a step away.
    for (let bits = 0; bits < infinity - 1; bits += 7) {
      const middle = (values[bits]! + values[bits + 1]!) / 2;
      if (Math.fround(middle) !== middle) continue;
      const even = bits % 2 === 0 ? bits : bits + 1;
      expect([...narrow(Float32Array.of(nextFloat32(middle, -1), middle, nextFloat32(middle, 1)))]).toEqual([
        bits,
        even,
        bits + 1,
      ]);
      expect([...narrow(Float32Array.of(-middle))]).toEqual([even | 0x8000]);
    }
  },
);

it("knows the published values of binary16", () => {
  expect([
    ...float16ToFloat32(Uint16Array.of(0x3c00, 0x0001, 0x03ff, 0x0400, 0x7bff, 0xc000, 0x3555)),
  ]).toEqual([1, 2 ** -24, 2 ** -14 * (1023 / 1024), 2 ** -14, 65504, -2, 0.333251953125]);
  expect([
    ...float32ToFloat16(Float32Array.of(65519.99, 65520, 1e38, 2 ** -25, 2 ** -25 * 1.0001, 1e-45)),
  ]).toEqual([0x7bff, 0x7c00, 0x7c00, 0, 1, 0]);
});

it("rounds the largest float32 to infinity in bfloat16", () => {
  expect([...float32ToBfloat16(Float32Array.of(3.4028234663852886e38, 1.00390625, Number.NaN))]).toEqual([
    0x7f80, 0x3f80, 0x7fc0,
  ]);
});
