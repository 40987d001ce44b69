// Entries of archives that are not plain files: encrypted, packed by other methods, hard links.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listTar } from "../../src/data/files/tar.ts";
import { ImageFolderDataModule } from "../../src/data/index.ts";
import { readSource } from "../../src/image/read-image.ts";
import { type Member, tarOf, zipOf } from "./archives.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-entries-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const members: readonly Member[] = ["a/1.png", "b/2.png", "b/3.png"].map((path) => ({
  path,
  bytes: Buffer.from(path),
}));

describe("a zip entry", () => {
  /** Where the entry of a name begins in the archive's directory. */
  const entryAt = (zip: Buffer, name: string): number => zip.lastIndexOf(name) - 46;

  test.each([
    ["that is encrypted", 8, 1, "b/2.png is encrypted"],
    ["of another compression", 10, 12, "b/2.png is compressed by method 12"],
  ])("%s ends in one error", async (_, field, value, message) => {
    const zip = zipOf(members);
    const at = entryAt(zip, "b/2.png");
    expect(zip.toString("latin1", at, at + 4)).toBe("PK\x01\x02");
    zip.writeUInt16LE(value, at + field);
    const root = await write(`entry-${value}.zip`, zip);
    await expect(new ImageFolderDataModule({ root }).setup()).rejects.toMatchObject({
      kind: "data",
      code: "ARCHIVE",
      where: root,
      message,
    });
  });
});

describe("a hard link in a tar", () => {
  /** The archive with the entries of these names made links to a target. */
  const link = (tar: Buffer, names: readonly string[], target: string): Buffer => {
    for (let at = 0; at + 512 <= tar.length; at += 512) {
      const header = tar.subarray(at, at + 512);
      if (header.toString("latin1", 257, 262) !== "ustar") continue;
      if (!names.includes(header.toString("utf8", 0, header.indexOf(0)))) continue;
      header.write("1", 156);
      header.write(target, 157);
      header.write("        ", 148);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    }
    return tar;
  };
  const linked = [...members, { path: "./a/link.png", bytes: new Uint8Array(0) }];

  test("is one more name of an earlier file", async () => {
    const path = await write("linked.tar", link(tarOf(linked), ["./a/link.png"], "b/3.png"));
    const found = await listTar(path);
    expect(found.map((member) => member.path)).toEqual(["a/1.png", "b/2.png", "b/3.png", "./a/link.png"]);
    const { source } = found[3]!;
    if (source.kind !== "slice") throw new Error(source.kind);
    expect(Buffer.from(await readSource(source, path)).toString()).toBe("b/3.png");
  });

  test("may have a long target, as GNU and as pax write it", async () => {
    const long = `${"deep/".repeat(25)}picture.png`;
    const target = { path: long, bytes: Buffer.from("long") };
    const gnu = tarOf([target, { path: "././@LongLink", bytes: Buffer.from(`${long}\0`) }, linked[3]!]);
    const value = ` linkpath=${long}\n`;
    const record = Buffer.from(`${value.length + 3}${value}`);
    const pax = tarOf([target, { path: "PaxHeader", bytes: record }, linked[3]!], "pax");
    for (const [name, type, tar] of [
      ["././@LongLink", "K", gnu],
      ["PaxHeader", "x", pax],
    ] as const) {
      const bytes = link(tar, ["./a/link.png"], "cut");
      const at = bytes.lastIndexOf(name) & ~511;
      bytes.write(type, at + 156);
      bytes.write("        ", at + 148);
      const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
      bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
      const found = await listTar(await write(`long-${type}.tar`, bytes));
      expect(found.map((member) => member.path)).toEqual([long, "./a/link.png"]);
      expect(found[1]!.source).toEqual(found[0]!.source);
    }
  });

  test("may have a name behind attributes of any length, but no endless name", async () => {
    const entry = (rest: string): string => {
      const digits = String(rest.length + 1).length;
      const length = rest.length + 1 + digits;
      return `${length + (String(length).length - digits)} ${rest}`;
    };
    const attributes = entry(`SCHILY.xattr.user=${"x".repeat(1 << 17)}\n`);
    const tar = async (record: string): Promise<string> => {
      const bytes = tarOf([
        { path: "PaxHeader", bytes: Buffer.from(record) },
        { path: "cut", bytes: Buffer.from("1") },
      ]);
      bytes.write("x", 156);
      bytes.write("        ", 148);
      const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
      bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      return write("attributes.tar", bytes);
    };
    const found = await listTar(await tar(attributes + entry("path=deep/picture.png\n")));
    expect(found.map(({ path }) => path)).toEqual(["deep/picture.png"]);
    await expect(listTar(await tar(entry(`path=${"x".repeat(1 << 17)}\n`)))).rejects.toMatchObject({
      code: "ARCHIVE",
      message: "a name is too long",
    });
  });

  test("to nothing is refused", async () => {
    const path = await write("broken.tar", link(tarOf(linked), ["./a/link.png"], "b/none.png"));
    await expect(listTar(path)).rejects.toMatchObject({
      code: "ARCHIVE",
      where: path,
      message: "./a/link.png is a link to b/none.png, which is not there",
    });
  });
});
