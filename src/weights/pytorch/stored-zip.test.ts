import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { storedZip } from "../../../test/support/stored-zip.ts";
import { bufferSource } from "../byte-source.ts";
import { readStoredEntries, readStoredEntry } from "./stored-zip.ts";

const A = { name: "x/a", bytes: Buffer.from("first") };
const B = { name: "x/b", bytes: Buffer.from("second entry") };

function readAll(bytes: Uint8Array): Record<string, string> {
  const source = bufferSource(bytes, "test.zip");
  const entries = [...readStoredEntries(source).values()];
  return Object.fromEntries(
    entries.map((entry) => [entry.name, Buffer.from(readStoredEntry(source, entry)).toString()]),
  );
}

/** A copy with one field changed, `at` bytes behind the n-th occurrence of a signature. */
function edit(
  bytes: Buffer,
  signature: string,
  occurrence: number,
  at: number,
  value: number,
  size = 2,
): Buffer {
  const copy = Buffer.from(bytes);
  let start = -1;
  for (let i = 0; i <= occurrence; i++) start = copy.indexOf(signature, start + 1);
  copy.writeUIntLE(value, start + at, size);
  return copy;
}

const LOCAL = "PK\x03\x04";
const CENTRAL = "PK\x01\x02";
const END = "PK\x05\x06";

/** The same archive with its counts in zip64 records, as PyTorch writes large ones. */
function toZip64(zip: Buffer): Buffer {
  const end = zip.indexOf(END);
  const [count, size, start] = [
    zip.readUInt16LE(end + 10),
    zip.readUInt32LE(end + 12),
    zip.readUInt32LE(end + 16),
  ];
  const record = Buffer.alloc(56);
  record.write("PK\x06\x06");
  record.writeBigUInt64LE(44n, 4);
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, size],
    [48, start],
  ] as const) {
    record.writeBigUInt64LE(BigInt(value), at);
  }
  const locator = Buffer.alloc(20);
  locator.write("PK\x06\x07");
  locator.writeBigUInt64LE(BigInt(end), 8);
  locator.writeUInt32LE(1, 16);
  const last = Buffer.from(zip.subarray(end));
  last.fill(0xff, 8, 20);
  return Buffer.concat([zip.subarray(0, end), record, locator, last]);
}

describe("a stored archive", () => {
  it("is read in its order", () => {
    expect(Object.entries(readAll(storedZip([B, A])))).toEqual([
      ["x/b", "second entry"],
      ["x/a", "first"],
    ]);
    expect(readAll(storedZip([]))).toEqual({});
  });

  it("may end in a comment", () => {
    const zip = edit(storedZip([A]), END, 0, 20, 4);
    expect(readAll(Buffer.concat([zip, Buffer.from("note")]))).toEqual({ "x/a": "first" });
  });

  it("may have its counts in zip64 records", () => {
    expect(readAll(toZip64(storedZip([A, B])))).toEqual({ "x/a": "first", "x/b": "second entry" });
  });

  it("may have an entry's sizes in a zip64 field", () => {
    const zip = storedZip([A]);
    const central = zip.indexOf(CENTRAL);
    const end = zip.indexOf(END);
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(5n, 4);
    extra.writeBigUInt64LE(5n, 12);
    const header = Buffer.from(zip.subarray(central, end));
    header.fill(0xff, 20, 28);
    header.fill(0xff, 42, 46);
    header.writeUInt16LE(28, 30);
    const last = Buffer.from(zip.subarray(end));
    last.writeUInt32LE(header.length + 28, 12);
    expect(readAll(Buffer.concat([zip.subarray(0, central), header, extra, last]))).toEqual({
      "x/a": "first",
    });
  });
});

describe("is refused", () => {
  const zip = storedZip([A, B]);
  it.each([
    ["an archive cut short", zip.subarray(0, -3)],
    ["an archive behind something else", Buffer.concat([Buffer.from("front"), zip])],
    ["a directory beyond the file", edit(zip, END, 0, 16, zip.length, 4)],
    ["more entries than the directory has", edit(zip, END, 0, 10, 3)],
    ["fewer entries than the directory has", edit(zip, END, 0, 10, 1)],
    ["a name twice", storedZip([A, A])],
    ["an entry beyond the directory", edit(zip, CENTRAL, 1, 42, zip.length, 4)],
    ["an entry over another", edit(zip, CENTRAL, 1, 42, 0, 4)],
    [
      "a size that reaches into the next entry",
      edit(edit(zip, CENTRAL, 0, 24, 50, 4), CENTRAL, 0, 20, 50, 4),
    ],
    ["two different sizes", edit(zip, CENTRAL, 0, 20, 4, 4)],
    ["a local header of another name", edit(zip, LOCAL, 0, 30, 0x7979)],
    ["a local header of another length", edit(zip, LOCAL, 0, 26, 2)],
    ["a damaged local header", edit(zip, LOCAL, 0, 0, 0)],
    ["a damaged directory", edit(zip, CENTRAL, 1, 0, 0)],
    ["a wrong checksum", edit(zip, CENTRAL, 0, 16, 0, 4)],
    ["changed bytes", edit(zip, LOCAL, 0, 33, 0x7a)],
    ["zip64 counts without their record", edit(zip, END, 0, 10, 0xffff)],
  ])("%s", (_, bytes) => {
    expect(() => readAll(bytes)).toThrow(expect.objectContaining({ code: "PYTORCH_INVALID" }));
  });

  it("a compressed or encrypted entry", () => {
    const raw = Buffer.alloc(1000, "a");
    const deflated = storedZip([{ name: "x/a", bytes: deflateRawSync(raw) }]);
    const honest = edit(edit(deflated, CENTRAL, 0, 24, raw.length, 4), CENTRAL, 0, 16, crc32(raw), 4);
    for (const bytes of [edit(honest, CENTRAL, 0, 10, 8), edit(zip, CENTRAL, 0, 8, 1)]) {
      expect(() => readAll(bytes)).toThrow(expect.objectContaining({ code: "PYTORCH_REFUSED" }));
    }
  });
});
