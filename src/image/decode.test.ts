import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { lzw, tiff } from "../../test/data/tiff.ts";
import { ClassifierTrainingError, RandomStream } from "../core/index.ts";
import { decodeImage } from "./decode.ts";
import type { Image } from "./image.ts";
import { readImage } from "./read-image.ts";

const random = new RandomStream(4, "decode");
const noise = (width: number, height: number): Image => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)),
});
const raw = ({ width, height, data }: Image): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

/** A PNG of 16-bit samples: colour type 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA. */
function png16(width: number, height: number, colourType: number, samples: Uint16Array): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([16, colourType], 8);
  const perRow = samples.length / height;
  const rows = Buffer.alloc(samples.length * 2 + height);
  samples.forEach((sample, i) => {
    const row = Math.floor(i / perRow);
    rows.writeUInt16BE(sample, row * (perRow * 2 + 1) + 1 + (i % perRow) * 2);
  });
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("layouts", () => {
  test.each([
    [2, 3, 3],
    [6, 4, 3],
    [4, 2, 1],
  ])("16 bits of colour type %d keep the high byte, and lose alpha", async (colourType, channels, used) => {
    const samples = Uint16Array.from({ length: 12 * 7 * channels }, () => random.integer(65_536));
    const { data } = await decodeImage(png16(12, 7, colourType, samples));
    const expected = Array.from({ length: 12 * 7 * 3 }, (_, i) => {
      const channel = used === 1 ? 0 : i % 3;
      return samples[Math.floor(i / 3) * channels + channel]! >> 8;
    });
    expect([...data]).toEqual(expected);
  });

  test("16-bit grey is clipped at 255", async () => {
    const { data } = await decodeImage(png16(4, 1, 0, Uint16Array.of(0, 254, 256, 65_535)));
    expect([...data]).toEqual([0, 254, 255, 255].flatMap((value) => [value, value, value]));
  });

  test.each(
    (["png", "jpeg", "webp"] as const).flatMap((format) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [orientation, format] as const),
    ),
  )("EXIF orientation %d of %s is applied", async (orientation, format) => {
    const image = noise(6, 4);
    image.data.fill(0);
    image.data.set([250, 250, 250], 0);
    const options = { quality: 100, chromaSubsampling: "4:4:4", lossless: true };
    const bytes = await raw(image).withMetadata({ orientation })[format](options).toBuffer();
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height]).toEqual(orientation < 5 ? [6, 4] : [4, 6]);
    const corner = Math.floor(data.indexOf(Math.max(...data)) / 3);
    const [right, below] = [width - 1, (height - 1) * width];
    expect(corner).toBe([0, right, right + below, below, 0, right, right + below, below][orientation - 1]);
  });

  test("CMYK is scaled by what black leaves", async () => {
    const row = Uint8Array.from({ length: 300 * 4 }, () => random.integer(256));
    const { data } = await decodeImage(
      tiff({ width: 300, height: 2, photometric: 5, bits: 8, compression: 1, row }),
    );
    const expected = Array.from({ length: 300 * 3 }, (_, i) => {
      const [ink, black] = [row[Math.floor(i / 3) * 4 + (i % 3)]!, row[Math.floor(i / 3) * 4 + 3]!];
      return 255 - black - Math.round((ink * (255 - black)) / 255);
    });
    expect([...data]).toEqual([...expected, ...expected]);
  });

  test("of 16-bit CMYK the high byte counts", async () => {
    const row = Uint8Array.from({ length: 40 * 4 }, () => random.integer(256));
    const wide = Uint8Array.from([...row].flatMap((high) => [random.integer(256), high]));
    const picture = { width: 40, height: 2, photometric: 5, compression: 1 } as const;
    const { data } = await decodeImage(tiff({ ...picture, bits: 16, row: wide }));
    expect([...data]).toEqual([...(await decodeImage(tiff({ ...picture, bits: 8, row }))).data]);
  });

  test.each([0, 1] as const)(
    "16-bit grey of a TIFF is clipped as it is, photometric %d",
    async (photometric) => {
      const levels = [0, 63, 254, 255, 256, 40_000, 65_535];
      const row = new Uint8Array(Uint16Array.from(levels).buffer);
      const { data } = await decodeImage(
        tiff({ width: 7, height: 1, photometric, bits: 16, compression: 1, row }),
      );
      expect([...data].filter((_, i) => i % 3 === 0)).toEqual(levels.map((level) => Math.min(255, level)));
    },
  );

  test("signed samples of a TIFF are clipped, floating-point ones of 16 bits are refused", async () => {
    const row = new Uint8Array(Int16Array.of(3, 0x3c00, -2).buffer);
    const picture = { width: 3, height: 1, photometric: 1, bits: 16, compression: 1, row } as const;
    const { data } = await decodeImage(tiff({ ...picture, sampleFormat: 2 }));
    expect([...data].filter((_, i) => i % 3 === 0)).toEqual([3, 255, 0]);
    await expect(decodeImage(tiff({ ...picture, sampleFormat: 3 }))).rejects.toMatchObject({
      code: "PICTURE_REFUSED",
      message: expect.stringContaining("a grey TIFF with 1 floating-point samples of 16 bits"),
    });
  });

  test("CMYK in a JPEG", async () => {
    const row = Uint8Array.from({ length: 16 * 4 }, (_, i) => [200, 30, 90, 40][i % 4]!);
    const plain = tiff({ width: 16, height: 16, photometric: 5, bits: 8, compression: 1, row });
    const bytes = await sharp(plain).pipelineColourspace("cmyk").toColourspace("cmyk").jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(4);
    const [from, to] = [await decodeImage(plain), await decodeImage(bytes)];
    for (const [i, value] of to.data.entries())
      expect(Math.abs(value - from.data[i]!)).toBeLessThanOrEqual(4);
  });

  test("palettes become RGB", async () => {
    const colours = [0, 0, 0, 255, 0, 0, 10, 200, 30, 250, 240, 230];
    const pixels = Array.from({ length: 9 * 5 }, (_, i) => colours.slice((i % 4) * 3, (i % 4) * 3 + 3));
    const image = { width: 9, height: 5, data: Uint8Array.from(pixels.flat()) };
    const png = await raw(image).png({ palette: true, effort: 10, dither: 0 }).toBuffer();
    expect(png[25]).toBe(3);
    expect([...(await decodeImage(png)).data]).toEqual([...image.data]);
    expect([...(await decodeImage(await raw(image).gif({ dither: 0 }).toBuffer())).data]).toEqual([
      ...image.data,
    ]);
  });

  test.each([
    ["grey", 1],
    ["grey with alpha", 2],
    ["RGB with alpha", 4],
  ] as const)("8 bits, %s: alpha is dropped, not blended", async (_, channels) => {
    const data = Uint8Array.from({ length: 8 * 6 * channels }, () => random.integer(256));
    const picture = sharp(data, { raw: { width: 8, height: 6, channels } });
    const png = await (channels < 3 ? picture.toColourspace("b-w") : picture).png().toBuffer();
    expect(png[25]).toBe({ 1: 0, 2: 4, 4: 6 }[channels]);
    const expected = Array.from({ length: 8 * 6 * 3 }, (_, i) => {
      return data[Math.floor(i / 3) * channels + (channels < 3 ? 0 : i % 3)]!;
    });
    expect([...(await decodeImage(png)).data]).toEqual(expected);
  });

  test("grey JPEG", async () => {
    const bytes = await raw(noise(16, 16)).grayscale().jpeg().toBuffer();
    const { data, info } = await sharp(bytes)
      .toColourspace("b-w")
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(1);
    expect([...(await decodeImage(bytes)).data]).toEqual([...data].flatMap((value) => [value, value, value]));
  });

  test.each(["gif", "webp"] as const)("of an animated %s the first frame is taken", async (format) => {
    const frames = Buffer.concat([noise(5, 5).data.fill(30), noise(5, 5).data.fill(220)]);
    const bytes = await sharp(frames, { raw: { width: 5, height: 10, channels: 3, pageHeight: 5 } })
      [format](format === "webp" ? { lossless: true } : {})
      .toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height, data[0]]).toEqual([5, 5, 30]);
  });

  test.each(["png", "jpeg"] as const)("colour profiles of %s are ignored", async (format) => {
    const image = noise(9, 9);
    const bytes = await raw(image).withIccProfile("p3")[format]().toBuffer();
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
    const plain = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect([...(await decodeImage(bytes)).data]).toEqual([...plain]);
  });

  test.each(["webp", "tiff"] as const)("lossless %s comes back as it was", async (format) => {
    const image = noise(11, 6);
    const bytes = await raw(image)
      [format](format === "webp" ? { lossless: true } : { compression: "lzw" })
      .toBuffer();
    expect([...(await decodeImage(bytes)).data]).toEqual([...image.data]);
  });

  test.each([
    [
      "P6 raw",
      (i: Image) => Buffer.concat([Buffer.from(`P6\n# comment\n${i.width} ${i.height}\n255\n`), i.data]),
    ],
    ["P3 plain", (i: Image) => Buffer.from(`P3 ${i.width} ${i.height} 255\n${[...i.data].join(" ")}`)],
    ["24-bit BMP of OS/2", (i: Image) => coreBmp(i)],
    ["24-bit BMP", (i: Image) => bmp(i, false)],
    ["24-bit BMP, top row first", (i: Image) => bmp(i, true)],
  ])("%s", async (_, encode) => {
    const image = noise(7, 5);
    expect(await decodeImage(encode(image))).toEqual(image);
  });

  test.each([
    ["P1 plain", Buffer.from("P1 # bits\n3 2 0 1 0\n110")],
    ["P4 raw", Buffer.from([...Buffer.from("P4\n3 2\n"), 0b01000000, 0b11000000])],
  ])("%s: one is black", async (_, bytes) => {
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height]).toEqual([3, 2]);
    expect([...data].filter((_level, i) => i % 3 === 0)).toEqual([255, 0, 255, 0, 0, 255]);
  });

  test("P5 of other depths is scaled", async () => {
    const decode = async (header: string, samples: number[]): Promise<number[]> => {
      const { data } = await decodeImage(Buffer.concat([Buffer.from(header), Buffer.from(samples)]));
      return [...data].filter((_, i) => i % 3 === 0);
    };
    expect(await decode("P5 3 1 15\n", [0, 7, 15])).toEqual([0, 119, 255]);
    expect(await decode("P5 2 1 65535\n", [0, 200, 1, 0])).toEqual([200, 255]);
  });
});

function bmp({ width, height, data }: Image, topDown: boolean): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write("BM");
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const at = 54 + stride * (topDown ? y : height - 1 - y) + x * 3;
      file.set([data[from + 2]!, data[from + 1]!, data[from]!], at);
    }
  }
  return file;
}

/** With OS/2's header of twelve bytes. */
function coreBmp(image: Image): Buffer {
  const whole = bmp(image, false);
  const header = Buffer.alloc(26);
  header.write("BM");
  header.writeUInt32LE(26, 10);
  header.writeUInt32LE(12, 14);
  header.writeUInt16LE(image.width, 18);
  header.writeUInt16LE(image.height, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt16LE(24, 24);
  return Buffer.concat([header, whole.subarray(54)]);
}

describe("what is no good picture is refused", () => {
  const codeOf = (decoding: Promise<unknown>): Promise<string> =>
    decoding.then(
      () => "decoded",
      (error: ClassifierTrainingError) => `${error.kind} ${error.code}`,
    );

  test.each([
    ["empty", "", "PICTURE_EMPTY"],
    ["text", "hello", "PICTURE_FORMAT"],
    ["SVG", `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>`, "PICTURE_REFUSED"],
    ["PDF", "%PDF-1.7", "PICTURE_REFUSED"],
    ["PostScript", "%!PS-Adobe", "PICTURE_REFUSED"],
    ["HTML", "<!doctype html>", "PICTURE_REFUSED"],
    ["a PNM header alone", "P6 10 10 255\n", "PICTURE_CORRUPT"],
    ["a huge PNM", "P6 99999 99999 255\n", "PICTURE_TOO_LARGE"],
    ["a BMP header alone", "BM", "PICTURE_CORRUPT"],
  ])("%s", async (_, text, code) => {
    expect(await codeOf(decodeImage(Buffer.from(text)))).toBe(`data ${code}`);
  });

  test("what is refused is named, with what to do", async () => {
    await expect(decodeImage(Buffer.from("%PDF-1.7"), "scan.jpg")).rejects.toMatchObject({
      message: expect.stringMatching(/^[^\n]*PDF is not accepted as a picture[^\n]*$/),
      where: "scan.jpg",
      hint: "convert it to PNG or JPEG",
    });
  });

  test("more time than allowed", async () => {
    // A gigabyte of samples in a file of 200 kB.
    const [width, height] = [16_000, 11_000];
    const row = lzw(Uint8Array.from({ length: width * 6 }, (_, i) => i * 7919));
    const bytes = tiff({ width, height, photometric: 2, bits: 16, compression: 5, row });
    await expect(decodeImage(bytes, "slow", { timeoutSeconds: 1 })).rejects.toMatchObject({
      kind: "data",
      code: "PICTURE_TIMEOUT",
      where: "slow",
    });
  });

  test("a truncated JPEG, PNG and WebP", async () => {
    for (const format of ["jpeg", "png", "webp"] as const) {
      const bytes = await raw(noise(64, 64))[format]().toBuffer();
      expect(await codeOf(decodeImage(bytes.subarray(0, bytes.length * 0.6)))).toBe("data PICTURE_CORRUPT");
    }
  });

  test("more pixels than allowed, before they are decoded", async () => {
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    expect(await codeOf(decodeImage(bomb, "bomb", { maxPixels: 1_000_000 }))).toBe("data PICTURE_TOO_LARGE");
  });

  test("folders and missing files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "decode-"));
    await mkdir(join(folder, "picture.jpg"));
    const read = (name: string): Promise<string> =>
      codeOf(readImage({ kind: "file", path: join(folder, name) }, name));
    expect(await read("picture.jpg")).toBe("data PICTURE_UNREADABLE");
    expect(await read("none.jpg")).toBe("data PICTURE_UNREADABLE");
    await rm(folder, { recursive: true });
  });
});

test("damaged pictures are decoded or refused, nothing else", async () => {
  const count = Number(process.env.FUZZ_PICTURES ?? 300);
  const image = noise(40, 30);
  const sources = await Promise.all([
    raw(image).jpeg().toBuffer(),
    raw(image).png().toBuffer(),
    raw(image).webp().toBuffer(),
    raw(image).tiff().toBuffer(),
    raw(image).gif().toBuffer(),
    Promise.resolve(bmp(image, false)),
    Promise.resolve(Buffer.concat([Buffer.from("P6 40 30 255\n"), image.data])),
  ]);
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.from(sources[i % sources.length]!);
    const flips = 1 + random.integer(20);
    for (let flip = 0; flip < flips; flip++)
      bytes[random.integer(Math.min(bytes.length, 400))] = random.integer(256);
    const damaged = random.float() < 0.3 ? bytes.subarray(0, random.integer(bytes.length)) : bytes;
    const result = await decodeImage(damaged, "damaged", { maxPixels: 1_000_000 }).catch(
      (error: unknown) => error,
    );
    if (result instanceof ClassifierTrainingError) expect(result.kind).toBe("data");
    else {
      const { width, height, data } = result as Image;
      expect(data.length).toBe(width * height * 3);
    }
  }
});
