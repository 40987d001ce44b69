import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import type { Image } from "../image.ts";
import type { Pass, Scaling } from "./kernels.ts";
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

function expectSameImage(image: Image, passes: readonly Pass[]): void {
  const [a, b] = [vector.run(image, passes), scalarKernels.run(image, passes)];
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  expectSame(a.data, b.data);
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
    const image = { width, height, data: bytes(width * height * 3) };
    const horizontal = i % 3 === 0 ? undefined : someTaps(region.width, side(70));
    const vertical = i % 4 === 1 ? undefined : someTaps(region.height, side(70));
    const pass = {
      kind: "resize",
      region: { left, top, ...region },
      width: horizontal?.first.length ?? region.width,
      height: vertical?.first.length ?? region.height,
      horizontal,
      vertical,
    } as const;
    expectSameImage(image, [pass]);
    expectSameImage(image, [{ kind: "mirror" }, pass]);
  });

  test.each([1, 2, 3, 5, 1000, 140_000])("colours and layout of %d pixels", (pixels) => {
    const image = { width: pixels, height: 1, data: bytes(pixels * 3) };
    const passes: Pass[] = [{ kind: "lookUp", table: bytes(256) }, { kind: "mirror" }];
    for (const factor of [-1.3, 0, 0.37, 1.8, 40]) {
      for (const from of [0, 77, "mean luma"] as const) passes.push({ kind: "blend", from, factor });
      passes.push({ kind: "saturate", factor });
    }
    for (const turn of [0, 1, 100, 255]) passes.push({ kind: "turnHue", turn });
    for (const pass of passes) expectSameImage(image, [pass]);
    expectSameImage({ width: 1, height: pixels, data: image.data }, [{ kind: "mirror" }]);
    for (let i = 0; i < 10; i++) {
      const order = Array.from(random.permutation(passes.length), (index) => passes[index]!);
      expectSameImage(image, order.slice(0, 6));
    }
    const scaling: Scaling = {
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      deviation: [0.229, 0.224, 0.225],
    };
    const [planes, expected] = [new Float32Array(pixels * 3), new Float32Array(pixels * 3)];
    vector.toPlanes(image, passes.slice(0, 3), scaling, planes);
    scalarKernels.toPlanes(image, passes.slice(0, 3), scaling, expected);
    expectSame(planes, expected);
  });

  test("the hue of every colour, and of some colours every turn", () => {
    const data = new Uint8Array(256 * 256 * 3);
    for (let r = 0; r < 256; r++) {
      for (let i = 0; i < 0x10000; i++) data.set([r, i >> 8, i & 255], i * 3);
      expectSameImage({ width: 256, height: 256, data }, [{ kind: "turnHue", turn: (r * 7) & 255 }]);
    }
    const some = { width: 4096, height: 1, data: bytes(4096 * 3) };
    for (let turn = 0; turn < 256; turn++) expectSameImage(some, [{ kind: "turnHue", turn }]);
  });
});
