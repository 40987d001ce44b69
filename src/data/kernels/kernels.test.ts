import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { scalarKernels } from "./scalar-kernels.ts";
import type { Taps } from "./taps.ts";
import { createVectorKernels } from "./vector-kernels.ts";

const vector = createVectorKernels()!;
const random = new RandomStream(11, "kernels");
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.integer(256));

/** As `toEqual`, which takes minutes for arrays of this size. */
function expectSame(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): void {
  expect(a.length).toBe(b.length);
  expect(a.findIndex((value, i) => value !== b[i])).toBe(-1);
}

/** Taps with weights of either sign, as bicubic and Lanczos filters have them. */
function someTaps(inSize: number, outSize: number): Taps {
  const stride = 5;
  const first = Int32Array.from({ length: outSize }, () => random.integer(inSize));
  const counts = first.map((from) => Math.min(inSize - from, 1 + random.integer(stride)));
  const weights = Int32Array.from({ length: outSize * stride }, () => random.integer(1 << 22) - (1 << 20));
  return { first, counts, stride, weights };
}

describe("WebAssembly kernels equal the plain loops", () => {
  test("this machine runs them", () => {
    expect(vector).toBeDefined();
  });

  test.each(Array.from({ length: 60 }, (_, i) => i))("resize, case %d", (i) => {
    const side = (limit: number): number => 1 + random.integer(limit);
    const [width, height] = i % 10 === 0 ? [900, 700] : [side(60), side(60)];
    const region = { width: side(width), height: side(height) };
    const left = random.integer(width - region.width + 1);
    const top = random.integer(height - region.height + 1);
    const source = {
      data: bytes(width * height * 3),
      start: (top * width + left) * 3,
      stride: width * 3,
      height: region.height,
    };
    const horizontal = i % 3 === 0 ? undefined : someTaps(region.width, side(70));
    const vertical = i % 4 === 1 ? undefined : someTaps(region.height, side(70));
    const size = [horizontal?.first.length ?? region.width, vertical?.first.length ?? region.height] as const;
    const expected = scalarKernels.resize(source, ...size, horizontal, vertical);
    expectSame(vector.resize(source, ...size, horizontal, vertical), expected);
  });

  test.each([1, 2, 3, 5, 1000, 140_000])("colours and layout of %d pixels", (pixels) => {
    const data = bytes(pixels * 3);
    const table = bytes(256);
    expectSame(vector.lookUp(data, table), scalarKernels.lookUp(data, table));
    expect(vector.sumLuma(data)).toBe(scalarKernels.sumLuma(data));
    for (const factor of [-1.3, 0, 0.37, 1.8, 40]) {
      const shift = Float32Array.from({ length: 511 }, (_, i) => Math.fround(factor) * (i - 255));
      expectSame(vector.saturate(data, shift), scalarKernels.saturate(data, shift));
    }
    for (const turn of [0, 1, 100, 255])
      expectSame(vector.turnHue(data, turn), scalarKernels.turnHue(data, turn));
    for (const width of [1, pixels])
      expectSame(vector.mirror(data, width), scalarKernels.mirror(data, width));
    const tables = [0, 1, 2].map(() => Float32Array.from({ length: 256 }, () => random.normal())) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const [planes, expected] = [new Float32Array(pixels * 3), new Float32Array(pixels * 3)];
    vector.toPlanes(data, tables, planes);
    scalarKernels.toPlanes(data, tables, expected);
    expectSame(planes, expected);
  });

  test("every colour keeps its hue's arithmetic", () => {
    const steps = [0, 1, 2, 60, 127, 128, 200, 254, 255];
    const data = Uint8Array.from(steps.flatMap((r) => steps.flatMap((g) => steps.flatMap((b) => [r, g, b]))));
    for (let turn = 0; turn < 256; turn += 15) {
      expectSame(vector.turnHue(data, turn), scalarKernels.turnHue(data, turn));
    }
  });
});
