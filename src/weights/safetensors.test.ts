import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ClassifierTrainingError, type DType, float32, type HostTensor, hostTensor } from "../core/index.ts";
import { encodeSafetensors, layoutSafetensors, openSafetensors, parseSafetensors } from "./safetensors.ts";

const GOLDEN = "test/golden/weights";

function bytesOf(tensors: ReadonlyMap<string, HostTensor>, metadata?: ReadonlyMap<string, string>): Buffer {
  const { byteLength, chunks } = encodeSafetensors(tensors, metadata);
  const bytes = Buffer.concat([...chunks]);
  expect(bytes.length).toBe(byteLength);
  return bytes;
}

function file(header: string, data: number): Uint8Array {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(data)]);
}

const everyDtype = new Map<string, HostTensor>([
  ["flag", hostTensor("bool", [3], Uint8Array.of(1, 0, 1))],
  ["half", hostTensor("float16", [3], Uint16Array.of(0x3c00, 0x7e00, 0xfc00))],
  ["brain", hostTensor("bfloat16", [1], Uint16Array.of(0x3f80))],
  ["byte", hostTensor("int8", [2, 1], Int8Array.of(-128, 127))],
  ["pixel", hostTensor("uint8", [1], Uint8Array.of(255))],
  ["short", hostTensor("int16", [1], Int16Array.of(-3))],
  ["int", hostTensor("int32", [2], Int32Array.of(-7, 2 ** 31 - 1))],
  ["long", hostTensor("int64", [], BigInt64Array.of(-(2n ** 62n) - 1n))],
  ["double", hostTensor("float64", [2], Float64Array.of(Math.PI, -0))],
  ["weight", float32([2, 2], [1, Number.NaN, Number.POSITIVE_INFINITY, 1e-45])],
  ["nothing", float32([2, 0, 3], [])],
  ["0", float32([1], [0])],
  ["__proto__", float32([1], [5])],
]);

describe("encodeSafetensors", () => {
  it("is read back to the bit, names in the order given, with its metadata", () => {
    const metadata = new Map([
      ["format", "pt"],
      ["note", 'quotes " and \\, naïve, 日本, \u0001'],
      ["__proto__", "text"],
    ]);
    const back = parseSafetensors(bytesOf(everyDtype, metadata));
    expect([...back.metadata]).toEqual([...metadata]);
    expect([...back.tensors.keys()]).toEqual([...everyDtype.keys()]);
    for (const [name, tensor] of everyDtype) expect(back.read(name)).toEqual(tensor);
  });

  it("aligns every tensor to its element size and the header to 8 bytes", () => {
    const bytes = bytesOf(everyDtype);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<
      string,
      { dtype: string; data_offsets: [number, number] }
    >;
    for (const { dtype, data_offsets } of Object.values(header)) {
      const size = dtype === "BOOL" ? 1 : Number(/\d+/.exec(dtype)![0]) / 8;
      expect(data_offsets[0] % size).toBe(0);
    }
  });

  it("writes the same bytes for the same tensors", () => {
    expect(bytesOf(everyDtype).equals(bytesOf(new Map(everyDtype)))).toBe(true);
  });

  it("copies no tensor", () => {
    const tensor = float32([2], [1, 2]);
    const [, chunk] = [...encodeSafetensors(new Map([["w", tensor]])).chunks];
    expect(chunk!.buffer).toBe(tensor.data.buffer);
  });

  it("writes an empty file that is valid", () => {
    expect(parseSafetensors(bytesOf(new Map())).tensors.size).toBe(0);
  });

  it.each([
    ["a duplicate name", [spec("w"), spec("w")], new Map()],
    ["a reserved name", [spec("__metadata__")], new Map()],
    ["a name without UTF-8 form", [spec("\ud800")], new Map()],
    ["a text without UTF-8 form", [spec("w")], new Map([["key", "\udfff"]])],
  ])("refuses %s", (_, specs, metadata) => {
    expect(() => layoutSafetensors(specs, metadata)).toThrow(ClassifierTrainingError);
  });

  function spec(name: string): { name: string; dtype: DType; shape: number[] } {
    return { name, dtype: "float32", shape: [1] };
  }
});

describe("parseSafetensors", () => {
  const one = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';
  it.each([
    ["too short a file", new Uint8Array(7)],
    ["a tensor named twice", file(`{"w":{${one}},"w":{${one}}}`, 4)],
    ["a tensor named twice, once escaped", file(`{"w":{${one}},"\\u0077":{${one}}}`, 4)],
    ["a field given twice", file(`{"w":{${one},"dtype":"F32"}}`, 4)],
    ["a metadata key twice", file(`{"__metadata__":{"a":"1","a":"2"}}`, 0)],
    ["metadata twice", file(`{"__metadata__":{},"__metadata__":{}}`, 0)],
    ["metadata that is no text", file(`{"__metadata__":{"a":1}}`, 0)],
    ["an unknown field", file(`{"w":{${one},"more":1}}`, 4)],
    ["bytes after the last tensor", file(`{"w":{${one}}}`, 5)],
    ["a negative dimension", file('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4)],
    ["a fractional offset", file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4.0]}}', 4)],
    [
      "an offset beyond 2^53",
      file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}', 4),
    ],
    ["three offsets", file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}', 4)],
    ["a missing field", file('{"w":{"dtype":"F32","shape":[1]}}', 4)],
    ["deep nesting", file(`{"w":${"[".repeat(100_000)}}`, 0)],
    ["text after the header", file(`{"w":{${one}}} x`, 4)],
    ["a header that does not start at once", file(` {"w":{${one}}}`, 4)],
    ["a byte order mark", file(`\ufeff{"w":{${one}}}`, 4)],
    ["bytes that are not UTF-8", invalidUtf8()],
    ["a lone surrogate", file(`{"\\ud800":{${one}}}`, 4)],
    ["an unfinished string", file('{"w', 0)],
    ["a trailing comma", file(`{"w":{${one}},}`, 4)],
  ])("refuses %s", (_, bytes) => {
    expect(() => parseSafetensors(bytes)).toThrow(
      expect.objectContaining({ name: "ClassifierTrainingError", code: "SAFETENSORS_INVALID" }),
    );
  });

  function invalidUtf8(): Buffer {
    const bytes = Buffer.from(file(`{"w":{${one}}}`, 4));
    bytes[10] = 0xff;
    return bytes;
  }

  it.each(readdirSync(GOLDEN).filter((name) => name.startsWith("hostile_st_")))("refuses %s", (name) => {
    expect(() => openSafetensors(join(GOLDEN, name))).toThrow(
      expect.objectContaining({ name: "ClassifierTrainingError", kind: "data", where: join(GOLDEN, name) }),
    );
  });

  it("takes tensors in any order and white space anywhere", () => {
    const header = `{ "b" : { "shape" : [ 1 ] , "data_offsets":[4,8],\n"dtype":"F32"}, "a":{${one}} }  \n`;
    const parsed = parseSafetensors(file(header, 8));
    expect([...parsed.tensors.keys()]).toEqual(["b", "a"]);
  });

  it("names the nearest tensor when asked for one that is not there", () => {
    const parsed = parseSafetensors(bytesOf(everyDtype));
    expect(() => parsed.read("wieght")).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNKNOWN_TENSOR", hint: 'did you mean "weight"?' }),
    );
  });

  it("says which file cannot be read, and why", () => {
    expect(() => openSafetensors("/nowhere/x.safetensors")).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNREADABLE", where: "/nowhere/x.safetensors" }),
    );
    expect(() => openSafetensors(GOLDEN)).toThrow(expect.objectContaining({ code: "WEIGHTS_UNREADABLE" }));
  });
});

it("reads a file lazily and refuses to read on when it was cut meanwhile", () => {
  const folder = mkdtempSync(join(tmpdir(), "safetensors-"));
  const path = join(folder, "w.safetensors");
  const bytes = bytesOf(everyDtype);
  writeFileSync(path, bytes);
  {
    using open = openSafetensors(path);
    expect(open.read("int")).toEqual(everyDtype.get("int"));
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expect(() => open.read("byte")).not.toThrow();
    expect(() => open.read("pixel")).toThrow(expect.objectContaining({ code: "WEIGHTS_UNREADABLE" }));
  }
  rmSync(folder, { recursive: true });
});
