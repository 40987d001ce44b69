import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { float32, type HostTensor } from "../core/index.ts";
import { openWeights } from "./open-weights.ts";
import { encodeSafetensors } from "./safetensors.ts";

const GOLDEN = "test/golden/weights";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weights-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function encode(tensors: Record<string, HostTensor>): Buffer {
  return Buffer.concat([...encodeSafetensors(new Map(Object.entries(tensors))).chunks]);
}

it.each([
  ["good.safetensors", "safetensors"],
  ["dtypes.zip.pt", "pytorch-zip"],
  ["dtypes.legacy.pt", "pytorch-legacy"],
])("tells what %s is", (name, format) => {
  using weights = openWeights(join(GOLDEN, name));
  expect(weights.format).toBe(format);
});

it.each([
  ["nothing", "", /empty/],
  ["a web page", "<!DOCTYPE html><html></html>", /web page/],
  ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", /LFS/],
  ["an HDF5 file", Buffer.from("\x89HDF\r\n\x1a\n0000000", "latin1"), /HDF5/],
  ["anything else", "some text that is long enough to be something", /unknown/],
])("says that %s is no file of weights", (_, content, message) => {
  const path = write("model.pth", content);
  expect(() => openWeights(path)).toThrow(
    expect.objectContaining({ code: "WEIGHTS_FORMAT", where: path, message: expect.stringMatching(message) }),
  );
});

describe("a sharded set", () => {
  const first = float32([2], [1, 2]);
  const second = float32([1, 1], [3]);

  it("is read as one file", () => {
    write("model-00001-of-00002.safetensors", encode({ a: first }));
    write("model-00002-of-00002.safetensors", encode({ b: second }));
    const index = {
      metadata: { total_size: 12 },
      weight_map: { b: "model-00002-of-00002.safetensors", a: "model-00001-of-00002.safetensors" },
    };
    using weights = openWeights(write("model.safetensors.index.json", JSON.stringify(index)));
    expect([...weights.tensors.keys()]).toEqual(["b", "a"]);
    expect(weights.read("a")).toEqual(first);
    expect(weights.read("b")).toEqual(second);
    expect(() => weights.read("c")).toThrow(expect.objectContaining({ code: "WEIGHTS_UNKNOWN_TENSOR" }));
  });

  it.each([
    ["no JSON", "{"],
    ["no weight map", "{}"],
    ["a file in another folder", '{"weight_map":{"a":"../model.safetensors"}}'],
    ["a file of another kind", '{"weight_map":{"a":"model.bin"}}'],
    ["a file name that is none", '{"weight_map":{"a":5}}'],
    ["a tensor that its file lacks", '{"weight_map":{"x":"model-00001-of-00002.safetensors"}}'],
  ])("is refused for %s", (_, index) => {
    const path = write("bad.safetensors.index.json", index);
    expect(() => openWeights(path)).toThrow(expect.objectContaining({ code: "SAFETENSORS_INDEX" }));
  });

  it("names the shard that is missing", () => {
    const path = write("gone.safetensors.index.json", '{"weight_map":{"a":"gone.safetensors"}}');
    expect(() => openWeights(path)).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNREADABLE", where: join(folder, "gone.safetensors") }),
    );
  });
});
