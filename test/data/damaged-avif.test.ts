// Damage in every layout of AVIF: its coded pictures end with bits that tell whether they were read as they were written.
import sharp, { type AvifOptions, type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { count, damaged, randomBytes, verdict } from "./damage.ts";

const [width, height] = [48, 40];

function noisy(): Sharp {
  const random = new RandomStream(8, "avif");
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + random.integer(60)) & 255);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const layout = (options: AvifOptions, change = (picture: Sharp): Sharp => picture): Promise<Buffer> =>
  change(noisy())
    .avif({ effort: 0, ...options })
    .toBuffer();

const LAYOUTS: Readonly<Record<string, () => Promise<Buffer>>> = {
  "half the colours": () => layout({ chromaSubsampling: "4:2:0" }),
  "all colours": () => layout({ chromaSubsampling: "4:4:4" }),
  lossless: () => layout({ lossless: true }),
  "ten bits": () => layout({ bitdepth: 10 }),
  "twelve bits": () => layout({ bitdepth: 12 }),
  "with transparency": () => layout({ lossless: true }, (picture) => picture.ensureAlpha(0.5)),
  "of one channel": () => layout({ lossless: true }, (picture) => picture.grayscale()),
  "turned by EXIF": () => layout({}, (picture) => picture.withMetadata({ orientation: 6 })),
};

describe.each(Object.entries(LAYOUTS))("AVIF %s", (name, make) => {
  test("an end cut off: refused, or every pixel as before; bytes overwritten: that, or an error about data", async () => {
    const [file, random] = [await make(), new RandomStream(3, `AVIF ${name}`)];
    const whole = await verdict(file);
    expect(whole).toMatch(name === "turned by EXIF" ? /^40x48 / : /^48x40 /);
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const length = random.integer(file.length);
      expect([null, whole], `${length} of ${file.length} bytes`).toContain(
        await verdict(file.subarray(0, length)),
      );
      if ((await verdict(damaged(file, randomBytes(file, random)))) === null) refused++;
    }
    expect(refused).toBeGreaterThan(count / 4);
  });
});
