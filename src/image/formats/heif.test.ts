// HEIC through the optional decoder, and AVIF that begins as a sequence.
import { readFileSync } from "node:fs";
import sharp from "sharp";
import { afterEach, expect, test, vi } from "vitest";
import { decodeImage } from "../decode.ts";

const DECODER = "libheif-js/wasm-bundle.js";
/** 40 x 24: red grows by 6 a column, green by 10 a row, blue by 3 a step of either. */
const heic = readFileSync(new URL("../../../test/golden/heic/gradient.heic", import.meta.url));
const isInstalled = await import("libheif-js/wasm-bundle.js").then(
  () => true,
  () => false,
);
if (!isInstalled) console.log("HEIC is skipped: libheif-js is not installed");

afterEach(() => {
  vi.doUnmock(DECODER);
  vi.resetModules();
});

test.skipIf(!isInstalled)("HEIC is decoded", async () => {
  const { width, height, data } = await decodeImage(heic);
  expect([width, height]).toEqual([40, 24]);
  const error = data.map((level, i) => {
    const [x, y] = [Math.floor(i / 3) % 40, Math.floor(i / 120)];
    return Math.abs(level - [6 * x, 10 * y, 3 * (x + y)][i % 3]!);
  });
  expect(error.reduce((sum, one) => sum + one) / error.length).toBeLessThan(3);
});

test.skipIf(!isInstalled)("HEIC that is cut, and larger than allowed", async () => {
  for (let length = 40; length < heic.length; length += 40)
    await expect(decodeImage(heic.subarray(0, length))).rejects.toMatchObject({ code: "PICTURE_CORRUPT" });
  await expect(decodeImage(heic, "picture", { maxPixels: 900 })).rejects.toMatchObject({
    code: "PICTURE_TOO_LARGE",
  });
});

test("without its decoder HEIC is refused, with what to do", async () => {
  vi.doMock(DECODER, () => {
    throw new Error("not found");
  });
  vi.resetModules();
  const { decodeHeic } = await import("./decode-heic.ts");
  await expect(decodeHeic(heic, "IMG_1.HEIC", 1e6)).rejects.toMatchObject({
    code: "PICTURE_REFUSED",
    message: "HEIC needs a decoder that is not installed",
    where: "IMG_1.HEIC",
    hint: expect.stringMatching(/npm install libheif-js.*sips/),
  });
});

test("of an AVIF sequence the still picture is taken; without one it is refused by name", async () => {
  const data = Buffer.from({ length: 16 * 8 * 3 }).map((_, i) => (i * 5) & 255);
  const still = await sharp(data, { raw: { width: 16, height: 8, channels: 3 } })
    .avif({ lossless: true })
    .toBuffer();
  const sequence = Buffer.from(still);
  sequence.write("avis", 8, "latin1");
  expect(await decodeImage(sequence)).toEqual(await decodeImage(still));
  sequence.write("free", sequence.indexOf("meta"), "latin1");
  await expect(decodeImage(sequence)).rejects.toMatchObject({
    code: "PICTURE_REFUSED",
    message: expect.stringContaining("an AVIF sequence without a still picture"),
  });
});

test("HEIF of a coding that is neither", async () => {
  const bytes = Buffer.from("\0\0\0\x18ftypmif1\0\0\0\0mif1jpeg\0\0\0\0", "latin1");
  await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "PICTURE_REFUSED" });
});
