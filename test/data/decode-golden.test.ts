// Decoding against Pillow's pixels.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/image/decode.ts";
import { bytesOf, golden, goldenFile, maxDifference } from "./transforms-golden.ts";

describe("decodeImage gives the pixels of Pillow's convert('RGB')", () => {
  test.each(golden.decode)("$file ($mode)", async ({ file, convert_rgb }) => {
    const image = await decodeImage(readFileSync(goldenFile(file)), file);
    const [height, width] = convert_rgb.shape;
    const expected = bytesOf(convert_rgb);
    if (file.includes("exif")) {
      // Orientation 6 is applied: turned by 90 degrees clockwise.
      expect([image.width, image.height]).toEqual([height, width]);
      const turned = new Uint8Array(expected.length);
      for (let y = 0; y < image.height; y++) {
        for (let x = 0; x < image.width; x++) {
          const from = ((height! - 1 - x) * width! + y) * 3;
          turned.set(expected.subarray(from, from + 3), (y * image.width + x) * 3);
        }
      }
      expect(maxDifference(image.data, turned)).toBeLessThanOrEqual(2);
      return;
    }
    expect([image.width, image.height]).toEqual([width, height]);
    const tolerance = file.endsWith(".jpg") ? 2 : 0;
    expect(maxDifference(image.data, expected)).toBeLessThanOrEqual(tolerance);
  });
});
