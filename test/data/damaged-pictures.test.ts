// Damaged pictures under each policy: exact counts, nothing changed, no memory lost. DAMAGED_PICTURES sets how many.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { decodeImage } from "../../src/image/index.ts";
import { verifyDataset } from "../../src/inspect/index.ts";
import { collect, folder, withModule } from "./pictures.ts";

const count = Number(process.env.DAMAGED_PICTURES ?? 120);
const root = join(folder, "damaged");
const FORMATS = ["jpg", "png", "webp", "tiff"] as const;
/** Bytes by which memory may grow after the first epoch. */
const MOST_GROWTH = 150e6;
let bad: string[];

/** A picture with flipped bytes or a missing end; every fifth stays whole. */
function damage(whole: Uint8Array, random: RandomStream, index: number): Uint8Array {
  if (index % 5 === 0) return whole;
  const bytes = Uint8Array.from(whole);
  const flips = random.integer(12);
  for (let flip = 0; flip < flips; flip++) bytes[random.integer(bytes.length)] = random.integer(256);
  return random.float() < 0.4 ? bytes.subarray(0, random.integer(bytes.length)) : bytes;
}

beforeAll(async () => {
  const random = new RandomStream(8, "damaged");
  const data = Uint8Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * 7 + random.integer(60)) & 255);
  const raw = sharp(data, { raw: { width: 48, height: 40, channels: 3 } });
  const wholes = await Promise.all(
    FORMATS.map((format) =>
      raw
        .clone()
        .toFormat(format === "jpg" ? "jpeg" : format)
        .toBuffer(),
    ),
  );
  bad = [];
  for (const [index, part] of [...Array(count).fill("train"), "val", "val"].entries()) {
    const path = join(root, part, index % 2 === 0 ? "a" : "b");
    await mkdir(path, { recursive: true });
    const bytes = part === "val" ? wholes[0]! : damage(wholes[index % 4]!, random, index);
    const file = join(path, `${index}.${FORMATS[index % 4]}`);
    await writeFile(file, bytes);
    // What one decoder alone says, without loader, workers or batches.
    await decodeImage(bytes, file).catch(() => bad.push(file));
  }
});

async function hashes(): Promise<string[]> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const lines = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return `${path} ${createHash("sha256")
      .update(await readFile(path))
      .digest("hex")}`;
  });
  return (await Promise.all(lines)).sort();
}

test.each(["skip", "quarantine", "fail"] as const)(
  "%s",
  async (onBadPicture) => {
    const before = await hashes();
    const options = { root, imageSize: 8, batchSize: 16, numWorkers: 2, onBadPicture };
    await withModule(options, async (data) => {
      if (onBadPicture === "fail") {
        await expect(collect(data.trainLoader(0))).rejects.toMatchObject({ kind: "data" });
        return;
      }
      let memory = Number.POSITIVE_INFINITY;
      for (let epoch = 0; epoch < 3; epoch++) {
        let seen = 0;
        for await (const { indices } of data.trainLoader(epoch, { reuseMemory: true }))
          seen += indices.length;
        expect(seen).toBe(count - bad.length);
        expect([...data.badPictures.keys()].sort()).toEqual([...bad].sort());
        // What the first epoch needs, the others need again: nothing is left over from one to the next.
        expect(process.memoryUsage.rss() - memory).toBeLessThan(MOST_GROWTH);
        if (epoch === 0) memory = process.memoryUsage.rss();
      }
      const { problems } = await verifyDataset(data.splits);
      expect(problems.map(({ name }) => name).sort()).toEqual([...bad].sort());
    });
    expect(await hashes()).toEqual(before);
    expect(bad.length).toBeGreaterThan(count / 20);
  },
  600_000,
);
