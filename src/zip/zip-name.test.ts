// What names of zip entries mean, by the three ways in which they are written.
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import type { ZipEntry } from "./zip-directory.ts";
import { zipName } from "./zip-name.ts";

function nameOf(nameBytes: Uint8Array, flags = 0, extra: Uint8Array = new Uint8Array()): string {
  const entry: ZipEntry = {
    nameBytes,
    flags,
    extra,
    method: 0,
    encrypted: false,
    crc32: 0,
    packedSize: 0,
    size: 0,
    offset: 0,
  };
  return zipName(entry);
}

test("names are UTF-8 where the entry says so, else of code page 437", () => {
  expect(nameOf(Buffer.from("Äpfel/é.jpg"), 0x800)).toBe("Äpfel/é.jpg");
  expect(nameOf(Buffer.from([0x8e, 0x70, 0x66, 0x65, 0x6c, 0x2f, 0x82, 0xe1, 0xff]))).toBe("Äpfel/éß\u00a0");
});

test("Info-ZIP's name in UTF-8 goes before the plain one; folders of Windows are folders", () => {
  const plain = Buffer.from("?.jpg");
  const name = Buffer.from("犬.jpg");
  const extra = Buffer.alloc(4 + 4 + 9);
  extra.writeUInt16LE(0x5455, 0);
  extra.writeUInt16LE(4, 2);
  extra.writeUInt16LE(0x7075, 8);
  extra.writeUInt16LE(5 + name.length, 10);
  extra[12] = 1;
  extra.writeUInt32LE(crc32(plain), 13);
  expect(nameOf(plain, 0, Buffer.concat([extra, name]))).toBe("犬.jpg");
  expect(nameOf(Buffer.from("dogs\\a.jpg"))).toBe("dogs/a.jpg");
});
