// First values: the kernels' bits are those of the random stream, and those of fdlibm at every turn of its code.
import { describe, expect, test } from "vitest";
import * as fdlibm from "../../../test/support/fdlibm.ts";
import { RandomStream } from "../../core/index.ts";
import {
  add,
  assembleModule,
  type Code,
  get,
  int,
  type Local,
  set,
  upTo,
  vector,
} from "../../wasm/assembler.ts";
import { webAssembly } from "../../wasm/interface.ts";
import { type Distribution, draw } from "./distribution.ts";
import { drawAll } from "./draw-all.ts";
import { cosine, logarithm } from "./elementary-functions.ts";

describe("tensors drawn at once", () => {
  const kinds: readonly [string, Distribution][] = [
    ["uniform", { kind: "uniform", bound: 0.3 }],
    ["normal", { kind: "normal", deviation: 0.0123 }],
    ["normal within far bounds", { kind: "normal", deviation: 0.02, bound: 2 }],
    ["normal within near bounds", { kind: "normal", deviation: 1, bound: 1.5 }],
    ["constant", { kind: "constant", value: 0.1 }],
  ];

  test.each(kinds)("%s: what is drawn one by one", async (_name, distribution) => {
    const lengths = [1, 7, 64, 2 ** 18 + 5];
    const draws = lengths.map((length) => ({ distribution, length, purpose: `init:${length}` }));
    const seed = 2 ** 40 + 3;
    for (const [i, values] of (await drawAll(draws, seed)).entries()) {
      const expected = new Float32Array(lengths[i]!);
      draw(distribution, new RandomStream(seed, `init:${lengths[i]}`), expected);
      // As on every processor, logarithm and cosine of the JavaScript engine may be a last bit off.
      expect(furthest(values, expected)).toBeLessThanOrEqual(process.arch === "x64" ? 0 : 1e-7);
    }
  });

  test("whatever the number of threads", async () => {
    const draws = kinds.map(([purpose, distribution], i) => ({ distribution, length: 300_000 + i, purpose }));
    const alone = await drawAll(draws, 1);
    expect(alone.map(({ buffer }) => buffer instanceof SharedArrayBuffer)).toContain(true);
    for (const threads of [1, 3]) {
      for (const [i, values] of (await drawAll(draws, 1, threads)).entries())
        expect(Buffer.compare(bytes(values), bytes(alone[i]!))).toBe(0);
    }
  });

  test("none at all, and empty ones", async () => {
    expect(await drawAll([], 1)).toEqual([]);
    const distribution = { kind: "normal", deviation: 1 } as const;
    expect(await drawAll([{ distribution, length: 0, purpose: "none" }], 1)).toEqual([new Float32Array(0)]);
  });
});

const bytes = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function furthest(values: Float32Array, expected: Float32Array): number {
  expect(values).toHaveLength(expected.length);
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

/** Runs a function of `elementary-functions` over float64 in memory. */
function overDoubles(body: (x: Local, room: readonly Local[]) => Code, values: readonly number[]): number[] {
  const [at, end, x] = [0, 1, 2];
  const room = [3, 4, 5, 6, 7, 8, 9, 10];
  const module = assembleModule({
    run: {
      parameters: 2,
      ints: 0,
      vectors: 9,
      returns: false,
      body: [
        upTo(
          at,
          end,
          16,
          set(x, vector.load(get(at))),
          body(x, room),
          vector.store(add(get(at), int(0)), get(x)),
        ),
      ],
    },
  });
  const memory = new webAssembly.Memory({ initial: 64 });
  const { exports } = new webAssembly.Instance(new webAssembly.Module(module), { host: { memory } });
  const doubles = new Float64Array(memory.buffer, 0, values.length + (values.length % 2)).fill(1);
  doubles.set(values);
  (exports as { run(at: number, end: number): void }).run(0, doubles.byteLength);
  return [...doubles.subarray(0, values.length)];
}

describe("elementary functions", () => {
  const random = new RandomStream(1, "elementary functions");
  const uniforms = Array.from({ length: 20_000 }, () => random.float());
  /** Numbers near `value`, at every distance down to the last bit. */
  const near = (value: number): number[] =>
    Array.from({ length: 53 }, (_, bits) => [
      value * (1 - 2 ** -bits * random.float()),
      value * (1 + 2 ** -bits),
    ])
      .flat()
      .concat(value);

  test("the logarithm is fdlibm's", () => {
    const values = [
      ...uniforms.map((u) => 1 - u),
      ...near(1),
      ...near(0.5),
      ...near(2 ** 0.5 / 2),
      2 ** -53,
    ].filter((value) => value > 0);
    expect(overDoubles(logarithm, values)).toEqual(values.map(fdlibm.log));
  });

  test("the cosine is fdlibm's", () => {
    const quarters = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => near((n * Math.PI) / 4));
    const values = [
      ...uniforms.map((u) => 2 * Math.PI * u),
      ...quarters,
      ...near(0.3),
      ...near(2 ** -27),
      0,
    ].filter((value) => value >= 0 && value <= 2 * Math.PI);
    expect(overDoubles(cosine, values)).toEqual(values.map(fdlibm.cos));
  });
});
