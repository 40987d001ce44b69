// Where an orientation may stand, in PNG, WebP and JPEG, and which counts.
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodeImage } from "./decode.ts";

/** 3 x 2, and white in the top left corner. */
const raw = sharp(Buffer.from([255, 255, 255, ...new Array<number>(15).fill(0)]), {
  raw: { width: 3, height: 2, channels: 3 },
});
/** An EXIF block that names an orientation, or none. */
const exif = (orientation?: number): Buffer => {
  const head = Buffer.from("Exif\0\0MM\0*\0\0\0\x08", "latin1");
  if (orientation === undefined) return Buffer.concat([head, Buffer.alloc(6)]);
  return Buffer.concat([
    head,
    Buffer.from([0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]),
  ]);
};
const xmp = (orientation: number): Buffer =>
  Buffer.from(`<rdf:Description tiff:Orientation="${orientation}"/>`);
const profile = (block: Buffer): Buffer =>
  Buffer.from(`\nexif\n${block.length}\n${block.toString("hex").replaceAll(/(.{72})/g, "$1\n")}\n`);
const text = (keyword: string, ...rest: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(`${keyword}\0`), ...rest]);
const [PROFILE, XMP] = ["Raw profile type exif", "XML:com.adobe.xmp"];

function chunk(kind: string, data: Buffer, checksum?: number): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length);
  ends.writeUInt32BE(checksum ?? crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Width and height, and whether it is the picture turned a quarter clockwise or a half. */
async function turned(bytes: Uint8Array): Promise<1 | 3 | 6> {
  const { width, height, data } = await decodeImage(bytes);
  const brightest = Math.floor(data.indexOf(Math.max(...data)) / 3);
  if (width === 2 && height === 3) {
    expect(brightest).toBe(1);
    return 6;
  }
  expect([0, 5]).toContain(brightest);
  return brightest === 0 ? 1 : 3;
}

describe("PNG", () => {
  const cases: readonly (readonly [string, 1 | 3 | 6, readonly Buffer[]])[] = [
    ["nothing", 1, []],
    ["XMP", 6, [chunk("iTXt", text(XMP, Buffer.from("\0\0\0\0"), xmp(6)))]],
    ["packed XMP", 6, [chunk("iTXt", text(XMP, Buffer.from("\x01\0en\0\0", "latin1"), deflateSync(xmp(6))))]],
    [
      "XMP as an element",
      3,
      [
        chunk(
          "iTXt",
          text(XMP, Buffer.from("\0\0\0\0"), Buffer.from("<tiff:Orientation>3</tiff:Orientation>")),
        ),
      ],
    ],
    ["a raw profile", 6, [chunk("tEXt", text(PROFILE, profile(exif(6))))]],
    ["a packed raw profile", 6, [chunk("zTXt", text(PROFILE, Buffer.of(0), deflateSync(profile(exif(6)))))]],
    [
      "EXIF before a profile",
      3,
      [chunk("tEXt", text(PROFILE, profile(exif(6)))), chunk("eXIf", exif(3).subarray(6))],
    ],
    [
      "EXIF before XMP",
      1,
      [chunk("iTXt", text(XMP, Buffer.from("\0\0\0\0"), xmp(6))), chunk("eXIf", exif(1).subarray(6))],
    ],
    [
      "EXIF that names none, and XMP",
      6,
      [chunk("eXIf", exif().subarray(6)), chunk("iTXt", text(XMP, Buffer.from("\0\0\0\0"), xmp(6)))],
    ],
    ["an orientation that there is not", 1, [chunk("iTXt", text(XMP, Buffer.from("\0\0\0\0"), xmp(9)))]],
    ["a profile that is none", 1, [chunk("zTXt", text(PROFILE, Buffer.of(0), Buffer.from("no")))]],
    ["a wrong checksum", 1, [chunk("tEXt", text(PROFILE, profile(exif(6))), 1)]],
  ];
  test.each(cases)("%s: %d", async (_, expected, chunks) => {
    const png = await raw.clone().png().toBuffer();
    const afterHeader = 33;
    const bytes = Buffer.concat([png.subarray(0, afterHeader), ...chunks, png.subarray(afterHeader)]);
    expect(await turned(bytes)).toBe(expected);
  });
});

describe("WebP", () => {
  const piece = (kind: string, data: Buffer): Buffer => {
    const head = Buffer.from(`${kind}\0\0\0\0`);
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  };
  test.each([
    ["XMP", 6, [piece("XMP ", xmp(6))]],
    ["EXIF before XMP", 3, [piece("EXIF", exif(3).subarray(6)), piece("XMP ", xmp(6))]],
    ["EXIF that names none, and XMP", 6, [piece("EXIF", exif()), piece("XMP ", xmp(6))]],
  ] as const)("%s: %d", async (_, expected, pieces) => {
    const bytes = await raw.clone().webp({ lossless: true }).toBuffer();
    const whole = Buffer.concat([
      bytes.subarray(0, 12),
      piece("VP8X", Buffer.of(0b1100, 0, 0, 0, 2, 0, 0, 1, 0, 0)),
      bytes.subarray(12),
      ...pieces,
    ]);
    whole.writeUInt32LE(whole.length - 8, 4);
    expect(await turned(whole)).toBe(expected);
  });
});

describe("JPEG", () => {
  const segment = (data: Buffer): Buffer => {
    const head = Buffer.of(0xff, 0xe1, 0, 0);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  };
  const packet = (orientation: number): Buffer =>
    segment(Buffer.concat([Buffer.from("http://ns.adobe.com/xap/1.0/\0"), xmp(orientation)]));
  test.each([
    ["XMP", 6, [packet(6)]],
    ["EXIF before XMP", 3, [segment(exif(3)), packet(6)]],
    ["EXIF that is upright before XMP", 1, [segment(exif(1)), packet(6)]],
    ["EXIF that names none, and XMP", 6, [segment(exif()), packet(6)]],
  ] as const)("%s: %d", async (_, expected, segments) => {
    const jpeg = await raw.clone().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
    expect(await turned(Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]))).toBe(expected);
  });
});
