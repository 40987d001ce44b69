import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { CenterCrop } from "../../transforms/center-crop.ts";
import { Compose } from "../../transforms/compose.ts";
import { Resize } from "../../transforms/resize.ts";
import { prepareImage, variantOf } from "./prepared-image.ts";

const folder = await mkdtemp(join(tmpdir(), "prepared-"));
afterAll(() => rm(folder, { recursive: true }));

const random = new RandomStream(6, "prepared");
const noise = (): Promise<Buffer> => {
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, () => random.integer(256));
  return sharp(data, { raw: { width: 40, height: 30, channels: 3 } })
    .png()
    .toBuffer();
};
const bytes = await noise();
const source = { kind: "bytes", bytes } as const;
const crop = (size: number): Compose =>
  new Compose({ transforms: [new Resize({ size: 16 }), new CenterCrop({ size })] });

const files = async (cacheFolder: string): Promise<string[]> => {
  const all = await readdir(cacheFolder, { recursive: true });
  return all.filter((name) => name.endsWith(".rgb")).map((name) => join(cacheFolder, name));
};

describe("pictures on disk", () => {
  test("are what would be prepared, and read instead of it", async () => {
    const options = { read: {}, prefix: crop(12), cacheFolder: join(folder, "read") };
    const expected = await prepareImage(source, "noise", { read: {}, prefix: crop(12) });
    expect(await prepareImage(source, "noise", options)).toEqual(expected);
    const [file, ...others] = await files(options.cacheFolder);
    expect(others).toEqual([]);
    const kept = await readFile(file!);
    expect(kept.length).toBe(16 + 12 * 12 * 3);
    expect(new Uint8Array((await prepareImage(source, "noise", options)).data)).toEqual(expected.data);
    await writeFile(file!, Buffer.concat([kept.subarray(0, 16), new Uint8Array(12 * 12 * 3)]));
    expect(Math.max(...(await prepareImage(source, "noise", options)).data)).toBe(0);
  });

  test("are prepared anew for other bytes, transforms and decoding", async () => {
    const cacheFolder = join(folder, "anew");
    const first = { read: {}, prefix: crop(12), cacheFolder };
    await prepareImage(source, "noise", first);
    const changes = [
      [source, { ...first, prefix: crop(10) }],
      [source, { ...first, prefix: undefined }],
      [source, { ...first, read: { shrinkTo: 8 } }],
      [{ kind: "bytes", bytes: await noise() }, first],
    ] as const;
    for (const [index, [changed, options]] of changes.entries()) {
      const expected = await prepareImage(changed, "noise", { ...options, cacheFolder: null });
      expect(await prepareImage(changed, "noise", options)).toEqual(expected);
      expect(await files(cacheFolder)).toHaveLength(index + 2);
    }
  });

  test("are prepared anew for other libraries", () => {
    const variants = [{ libvips: "8.16" }, { libvips: "8.17" }].map((libraries) =>
      variantOf({ read: {}, prefix: crop(12) }, libraries),
    );
    expect(new Set(variants).size).toBe(2);
  });
});
