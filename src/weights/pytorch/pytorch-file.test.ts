import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { torchArchive } from "../../../test/support/torch-archive.ts";
import { bfloat16ToFloat32, type DType, float16ToFloat32, type HostTensor } from "../../core/index.ts";
import { type ByteSource, bufferSource, fileSource } from "../byte-source.ts";
import { openSafetensors } from "../safetensors.ts";
import {
  OrderedDict,
  type PickleValue,
  PythonFloat,
  PythonTuple,
  type TorchStorage,
  TorchTensor,
} from "./pickle-values.ts";
import { openArchive, openPyTorch, readPyTorch } from "./pytorch-file.ts";
import { TensorReader } from "./tensor-reader.ts";

const GOLDEN = "test/golden/weights";

interface GoodCase {
  file: string;
  format: string;
  content: unknown;
  metadata?: Record<string, string> | null;
}
interface HostileCase {
  file: string;
  verdict: "refuse" | "bounded";
  what: string;
}
const index = JSON.parse(readFileSync(join(GOLDEN, "index.json"), "utf8")) as {
  good: GoodCase[];
  hostile: HostileCase[];
};

/** The golden encoding of a number. */
function number(value: number | bigint): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf";
}

function values({ dtype, data }: HostTensor): unknown[] {
  const wide: Partial<Record<DType, () => Float32Array>> = {
    float16: () => float16ToFloat32(data as Uint16Array),
    bfloat16: () => bfloat16ToFloat32(data as Uint16Array),
  };
  const numbers = Array.from((wide[dtype]?.() ?? data) as ArrayLike<number | bigint>, number);
  return dtype === "bool" ? numbers.map((value) => value === 1) : numbers;
}

/** What the golden file says in float32 digits, as the double that those digits stand for. */
function roundFloats(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(roundFloats);
  const copy = Object.entries(value).map(([key, entry]) => [key, roundFloats(entry)]);
  const result = Object.fromEntries(copy) as { dtype?: string; values?: unknown[] };
  if (result.dtype === "float32") {
    result.values = result.values!.map((entry) => (typeof entry === "number" ? Math.fround(entry) : entry));
  }
  return result;
}

/** Encodes a value as the golden index does. */
class Encoder {
  readonly #reader: TensorReader;
  readonly #storages: TorchStorage[] = [];

  constructor(reader: TensorReader) {
    this.#reader = reader;
  }

  encode(value: PickleValue): unknown {
    if (value instanceof TorchTensor) return { "@tensor": this.#tensor(value) };
    if (value instanceof Map) {
      const entries = [...value].map(([key, entry]) => [this.encode(key), this.encode(entry)]);
      return { [value instanceof OrderedDict ? "@ordered" : "@dict"]: entries };
    }
    if (Array.isArray(value)) return { "@list": value.map((item) => this.encode(item)) };
    if (value instanceof PythonTuple) return { "@tuple": value.items.map((item) => this.encode(item)) };
    if (value instanceof PythonFloat) return { "@float": number(value.value) };
    if (typeof value === "bigint") return { "@int": `${value}` };
    return value;
  }

  #tensor(tensor: TorchTensor): unknown {
    const { storage, offset, shape, stride, isParameter, requiresGrad } = tensor;
    const known = this.#storages.findIndex(({ key }) => key === storage.key);
    const read = this.#reader.read(tensor);
    return {
      dtype: read.dtype,
      shape,
      stride,
      storage_offset: offset,
      storage: known >= 0 ? known : this.#storages.push(storage) - 1,
      values: values(read),
      ...(isParameter && { parameter: true }),
      ...(requiresGrad && { requires_grad: true }),
    };
  }
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("golden files", () => {
  const pickles = index.good.filter(({ format }) => format !== "safetensors");
  it.each(pickles.map((good) => [good.file, good] as const))("%s is read to the bit", (file, good) => {
    const source = fileSource(join(GOLDEN, file));
    const archive = openArchive(source);
    const encoder = new Encoder(new TensorReader(archive));
    expect(encoder.encode(archive.value)).toEqual(roundFloats(good.content));
    source.close();
  });

  const tensorFiles = index.good.filter(({ format }) => format === "safetensors");
  it.each(tensorFiles.map((good) => [good.file, good] as const))("%s is read to the bit", (file, good) => {
    using weights = openSafetensors(join(GOLDEN, file));
    const expected = (
      roundFloats(good.content) as { "@dict": [string, { "@tensor": Record<string, unknown> }][] }
    )["@dict"];
    expect([...weights.tensors.keys()]).toEqual(expected.map(([name]) => name));
    for (const [name, { "@tensor": tensor }] of expected) {
      const read = weights.read(name);
      expect({ dtype: read.dtype, shape: read.shape, values: values(read) }).toEqual({
        dtype: tensor.dtype,
        shape: tensor.shape,
        values: tensor.values,
      });
    }
    expect(Object.fromEntries(weights.metadata)).toEqual(good.metadata ?? {});
  });

  const hostile = index.hostile.filter(({ file }) => file.endsWith(".pt"));
  it.each(hostile.map((entry) => [entry.file, entry] as const))("%s does no harm", (file, { verdict }) => {
    collectGarbage();
    const before = memoryInUse();
    let error: unknown;
    try {
      using weights = openPyTorch(join(GOLDEN, file));
      for (const name of weights.tensors.keys()) weights.read(name);
    } catch (thrown) {
      error = thrown;
    }
    const { size } = statSync(join(GOLDEN, file));
    // Garbage of the runner counts too; what these files ask for is gigabytes.
    expect(memoryInUse() - before).toBeLessThan(Math.max(4 * size, 2 ** 24));
    if (verdict === "refuse" || error !== undefined) {
      expect(error).toMatchObject({
        name: "ClassifierTrainingError",
        kind: "data",
        where: join(GOLDEN, file),
      });
    }
  });
});

describe("openPyTorch", () => {
  it("finds the state dict of a Lightning checkpoint", () => {
    using weights = openPyTorch(join(GOLDEN, "lightning.zip.pt"));
    expect([...weights.tensors.keys()]).toContain("model.0.weight");
    expect(weights.tensors.get("model.0.weight")).toEqual({ dtype: "float32", shape: [2, 3, 3, 3] });
  });

  it("names what a hostile file asked for", () => {
    expect(() => openPyTorch(join(GOLDEN, "hostile_os_system.pt"))).toThrow(/"posix.system"/);
    expect(() => openPyTorch(join(GOLDEN, "hostile_legacy_os_system.pt"))).toThrow(/"posix.system"/);
    expect(() => openPyTorch(join(GOLDEN, "hostile_eval.pt"))).toThrow(/"__builtin__.eval"/);
  });

  it("reads little more than the names of a large file, and each storage once", () => {
    const tensors = new Map(
      ["a", "b", "c"].map((name, i) => [name, new Float32Array(1_000_000).fill(i + 1)]),
    );
    const bytes = torchArchive(tensors);
    const whole = bufferSource(bytes, "large");
    let read = 0;
    const counting: ByteSource = {
      ...whole,
      read: (offset, length) => {
        read += length;
        return whole.read(offset, length);
      },
    };
    const weights = readPyTorch(counting);
    expect([...weights.tensors.keys()]).toEqual(["a", "b", "c"]);
    expect(read).toBeLessThan(100_000);
    read = 0;
    expect(weights.read("b").data).toEqual(tensors.get("b"));
    expect(read).toBeLessThan(4_000_000 + 1000);
  });

  it("refuses views that would take far more memory than the file", () => {
    expect(() => openPyTorch(join(GOLDEN, "hostile_huge_expand.pt"))).toThrow(
      expect.objectContaining({
        code: "PYTORCH_LIMIT",
        message: expect.stringContaining(`${4 * 2 ** 40} bytes`),
      }),
    );
  });

  it("hands out memory that does not change when another tensor of the same storage is written to", () => {
    using weights = openPyTorch(join(GOLDEN, "tied.zip.pt"));
    const first = weights.read("enc.weight");
    const second = weights.read("half");
    (first.data as Float32Array).fill(9);
    (second.data as Float32Array).fill(9);
    expect([...(weights.read("dec.weight").data as Float32Array)]).not.toContain(9);
    expect([...(weights.read("half").data as Float32Array)]).not.toContain(9);
  });
});
