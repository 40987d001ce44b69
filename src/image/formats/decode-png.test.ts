// Our PNG decoder, which pages use, gives the pixels of the one that Node.js uses.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { decodeImage } from "../decode.ts";
import { decodePng } from "./decode-png.ts";

const golden = join(import.meta.dirname, "../../../test/golden/transforms/images");
const LIMIT = 1e6;
const random = new RandomStream(5, "png");

test.each(readdirSync(golden).filter((file) => file.endsWith(".png") && !file.includes("exif")))(
  "golden %s",
  async (file) => {
    const bytes = readFileSync(join(golden, file));
    const expected = await decodeImage(bytes, file);
    const { width, height, data } = await decodePng(bytes, file, LIMIT);
    expect([width, height]).toEqual([expected.width, expected.height]);
    expect(Buffer.from(data).equals(Buffer.from(expected.data))).toBe(true);
  },
);

test.each([
  ["rgb", 3, {}],
  ["rgb and alpha", 4, {}],
  ["grey", 1, {}],
  ["grey and alpha", 2, {}],
  ["rgb, interlaced", 3, { progressive: true }],
  ["grey, interlaced", 1, { progressive: true }],
  ["a palette of 200", 3, { palette: true, colours: 200 }],
  ["a palette of 9, interlaced", 3, { palette: true, colours: 9, progressive: true }],
  ["two colours", 3, { palette: true, colours: 2 }],
] as const)("%s in several sizes", async (_, channels, options) => {
  for (const [width, height] of [
    [1, 1],
    [3, 2],
    [5, 9],
    [33, 17],
    [64, 40],
  ] as const) {
    const noise = Uint8Array.from({ length: width * height * channels }, (_byte, i) =>
      i % 3 === 0 ? random.integer(256) : (i * 5) % 256,
    );
    for (const compressionLevel of [0, 9]) {
      const picture = sharp(noise, { raw: { width, height, channels } });
      if (channels < 3) picture.toColourspace("b-w");
      const bytes = await picture
        .png({ compressionLevel, adaptiveFiltering: compressionLevel === 9, ...options })
        .toBuffer();
      const expected = await decodeImage(bytes);
      expect(
        Buffer.from((await decodePng(bytes, "made", LIMIT)).data).equals(Buffer.from(expected.data)),
      ).toBe(true);
    }
  }
});

test.each(["rgb16", "grey16"] as const)("16 bits: %s", async (space) => {
  const channels = space === "rgb16" ? 3 : 1;
  const noise = Uint16Array.from({ length: 20 * 10 * channels }, (_, i) =>
    i % 2 ? random.integer(65536) : i,
  );
  const bytes = await sharp(noise, { raw: { width: 20, height: 10, channels } })
    .toColourspace(space)
    .png()
    .toBuffer();
  expect(bytes[24]).toBe(16);
  const expected = await decodeImage(bytes);
  expect([...(await decodePng(bytes, "made", LIMIT)).data]).toEqual([...expected.data]);
});

test("what is damaged, cut short, too large or impossible is refused by name", async () => {
  const bytes = await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  const refused = (changed: Uint8Array, limit = LIMIT): Promise<unknown> =>
    decodePng(changed, "a.png", limit).then(
      () => "decoded",
      (error: { code: string; where: string }) => `${error.where} ${error.code}`,
    );
  expect(await refused(bytes, 599)).toBe("a.png PICTURE_TOO_LARGE");
  expect(await refused(bytes.subarray(0, bytes.length - 20))).toBe("a.png PICTURE_CORRUPT");
  for (const at of [16, 24, 25, 28, bytes.indexOf("IDAT") + 8]) {
    const changed = Uint8Array.from(bytes);
    changed[at]! ^= 0x55;
    expect(await refused(changed), `byte ${at}`).toBe("a.png PICTURE_CORRUPT");
  }
  expect(await refused(bytes)).toBe("decoded");
});
