// Every JPEG decoder gives the pixels of Pillow and of libvips, and has no opinion on pictures that are not in order.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { decodeImage } from "../decode.ts";
import { freshMemory, ReusedMemory } from "../pixel-memory.ts";
import { decodeCommonJpeg, readJpegHeader } from "./index.ts";
import type { JpegDecoder } from "./jpeg-decoder.ts";
import { loadSystemDecoder } from "./system-decoder.ts";
import { loadWasmDecoder } from "./wasm-decoder.ts";

const wasm = await loadWasmDecoder();
const system = await loadSystemDecoder();
if (system === undefined) console.log("the system's libjpeg-turbo is skipped: it is not installed");
const decoders = [wasm, ...(system === undefined ? [] : [system])];

interface Golden {
  readonly name: string;
  readonly base64: string;
  /** Of Pillow's 8-bit RGB. */
  readonly sha256: string;
}
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test/golden/jpeg/pillow.json"), "utf8"),
) as readonly Golden[];

const random = new RandomStream(11, "jpeg");

/** Stripes and noise. */
function drawn(width: number, height: number): Sharp {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => ((i * 7) % 200) + random.integer(56),
  );
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** What libvips makes of it: grey and RGB as RGB. */
async function throughLibvips(bytes: Uint8Array): Promise<Buffer | undefined> {
  const picture = sharp(bytes, { failOn: "error", ignoreIcc: true, autoOrient: true });
  try {
    const { data, info } = await picture
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return info.channels === 3 ? data : Buffer.from([...data].flatMap((level) => [level, level, level]));
  } catch {
    return undefined;
  }
}

/** The pixels of a decoder, or undefined where it refuses. */
async function through(decoder: JpegDecoder, bytes: Uint8Array): Promise<Buffer | undefined> {
  const header = readJpegHeader(bytes)!;
  const pixels = Buffer.alloc(header.width * header.height * 3);
  return (await decoder.decode(bytes, header, pixels)) ? pixels : undefined;
}

const sha256 = (pixels: Uint8Array): string => createHash("sha256").update(pixels).digest("hex");

describe.each(decoders)("$name", (decoder) => {
  test.each(golden.filter(({ name }) => name !== "arithmetic"))("$name as Pillow", async (one) => {
    expect(sha256((await through(decoder, Buffer.from(one.base64, "base64")))!)).toBe(one.sha256);
  });

  test("sizes, qualities and codings as libvips", async () => {
    for (let i = 0; i < 60; i++) {
      const picture = drawn(1 + random.integer(70), 1 + random.integer(70));
      const bytes = await picture
        .jpeg({
          quality: 1 + random.integer(100),
          progressive: random.integer(2) === 1,
          chromaSubsampling: random.integer(2) === 1 ? "4:2:0" : "4:4:4",
          trellisQuantisation: random.integer(2) === 1,
        })
        .toBuffer();
      expect(await through(decoder, bytes)).toEqual(await throughLibvips(bytes));
    }
  });

  test("a size that is not the picture's", async () => {
    const bytes = await drawn(20, 10).jpeg().toBuffer();
    for (const [width, height] of [
      [10, 20],
      [20, 11],
      [19, 10],
    ] as const) {
      const pixels = new Uint8Array(width * height * 3);
      expect(await decoder.decode(bytes, { width, height }, pixels)).toBe(false);
    }
  });

  test("an end that is missing, and bytes too many before a marker", async () => {
    const bytes = await drawn(64, 64).jpeg().toBuffer();
    expect(await through(decoder, bytes.subarray(0, bytes.length * 0.7))).toBeUndefined();
    const junk = Buffer.concat([bytes.subarray(0, -2), Buffer.alloc(8, 1), bytes.subarray(-2)]);
    expect(await through(decoder, junk)).toBeUndefined();
    expect(await throughLibvips(junk)).toEqual(await through(decoder, bytes));
  });
});

test("of damaged pictures none is decoded that libvips refuses", async () => {
  const count = Number(process.env.FUZZ_PICTURES ?? 300);
  const wholes = golden.map(({ base64 }) => Buffer.from(base64, "base64"));
  let decoded = 0;
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.from(wholes[i % wholes.length]!);
    for (let flips = 1 + random.integer(3); flips > 0; flips--)
      bytes[2 + random.integer(bytes.length - 2)] = random.integer(256);
    const header = readJpegHeader(bytes);
    if (header === undefined || header.width * header.height > 1e6) continue;
    const image = await decodeCommonJpeg(bytes, header, freshMemory);
    if (image === undefined) continue;
    decoded += 1;
    expect(image.data.length).toBe((await throughLibvips(bytes))?.length);
  }
  expect(decoded).toBeGreaterThan(count / 20);
});

test("WebAssembly outlives more bad pictures than its stack has room for", async () => {
  const whole = await drawn(24, 24).jpeg().toBuffer();
  const expected = await throughLibvips(whole);
  const bad = whole.subarray(0, whole.length * 0.5);
  for (let i = 0; i < 6000; i++) expect(await through(wasm, bad)).toBeUndefined();
  expect(await through(wasm, whole)).toEqual(expected);
});

describe("which pictures go this way", () => {
  const quick = async (bytes: Buffer): Promise<boolean> =>
    (await decodeCommonJpeg(bytes, readJpegHeader(bytes)!, freshMemory)) !== undefined;

  test.each(golden)("$name", async ({ name, base64, sha256: pixels }) => {
    const bytes = Buffer.from(base64, "base64");
    expect(await quick(bytes)).toBe(name !== "arithmetic");
    expect(sha256((await decodeImage(bytes)).data)).toBe(pixels);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("EXIF orientation %d", async (orientation) => {
    const bytes = await drawn(16, 8).withMetadata({ orientation }).jpeg().toBuffer();
    expect(readJpegHeader(bytes)?.orientation).toBe(orientation);
    expect(await quick(bytes)).toBe(orientation === 1);
  });

  test("an EXIF block that is not in order, and more than one", async () => {
    const plain = await drawn(16, 8).jpeg().toBuffer();
    const withBlocks = (...blocks: Buffer[]): Buffer => {
      const segments = blocks.flatMap((block) => {
        const head = Buffer.of(0xff, 0xe1, 0, 0);
        head.writeUInt16BE(block.length + 2, 2);
        return [head, block];
      });
      return Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(2)]);
    };
    const entry = (value: number): Buffer => Buffer.from([1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0]);
    const block = (...entries: Buffer[]): Buffer =>
      Buffer.concat([
        Buffer.from("Exif\0\0MM\0*\0\0\0\x08", "latin1"),
        Buffer.of(0, entries.length),
        ...entries,
        Buffer.alloc(4),
      ]);
    const orientation = (bytes: Buffer): number | undefined => readJpegHeader(bytes)?.orientation;
    expect(orientation(withBlocks(block()))).toBe(1);
    expect(orientation(withBlocks(block(entry(6))))).toBe(6);
    for (const bytes of [
      withBlocks(block(entry(0))),
      withBlocks(block(entry(9))),
      withBlocks(block(entry(1), entry(6))),
      withBlocks(block(), block(entry(6))),
      withBlocks(block(entry(6)).subarray(0, 20)),
      withBlocks(Buffer.from("Exif")),
    ]) {
      expect(orientation(bytes)).toBeUndefined();
      expect(await quick(bytes)).toBe(false);
    }
  });

  test("a progressive picture without its last scans is left to libvips, with every decoder", async () => {
    const whole = await drawn(40, 40).jpeg({ progressive: true }).toBuffer();
    expect(await quick(whole)).toBe(true);
    const [scan, tables] = [Buffer.of(0xff, 0xda), Buffer.of(0xff, 0xc4)];
    for (let at = whole.lastIndexOf(scan); at > whole.indexOf(scan); at = whole.lastIndexOf(scan, at - 1)) {
      const before = whole.lastIndexOf(tables, at);
      const end = before > whole.lastIndexOf(scan, at - 1) ? before : at;
      const cut = Buffer.concat([whole.subarray(0, end), Buffer.of(0xff, 0xd9)]);
      expect(await quick(cut)).toBe(false);
      expect((await decodeImage(cut)).data).toEqual(await throughLibvips(cut));
    }
  });

  test("thousands of scans, which would take minutes, are left to libvips", async () => {
    const bytes = await drawn(512, 512).jpeg({ progressive: true }).toBuffer();
    const scan = bytes.indexOf(Buffer.of(0xff, 0xda));
    const bomb = Buffer.concat([bytes.subarray(0, -2), ...Array(2000).fill(bytes.subarray(scan, scan + 14))]);
    expect(readJpegHeader(bomb)?.scans).toBeGreaterThan(2000);
    expect(await quick(bomb)).toBe(false);
  });
});

test("memory that is used again holds one picture after the other", async () => {
  const memory = new ReusedMemory();
  const [large, small] = await Promise.all([drawn(30, 20).jpeg().toBuffer(), drawn(5, 6).jpeg().toBuffer()]);
  const first = await decodeImage(large, "large", { memory });
  const second = await decodeImage(small, "small", { memory });
  expect(second.data.buffer).toBe(first.data.buffer);
  expect(second).toEqual(await decodeImage(small));
});

test("a library that cannot be loaded is named", async () => {
  process.env.CLASSIFIER_TRAINING_TURBOJPEG = "/no/such/file.so";
  try {
    await expect(loadSystemDecoder()).rejects.toMatchObject({
      code: "JPEG_LIBRARY",
      message: expect.stringContaining("/no/such/file.so"),
      where: "CLASSIFIER_TRAINING_TURBOJPEG",
    });
    process.env.CLASSIFIER_TRAINING_TURBOJPEG = "none";
    expect(await loadSystemDecoder()).toBeUndefined();
  } finally {
    delete process.env.CLASSIFIER_TRAINING_TURBOJPEG;
  }
});
