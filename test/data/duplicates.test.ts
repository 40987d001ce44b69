// Duplicates among photographs: pairs that are there, things that only look alike, and made-up copies.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { COPIES, type Maker, NEARS } from "../../bench/duplicates/copies.ts";
import { judgedPairs } from "../../bench/duplicates/judged-pairs.ts";
import { RandomStream } from "../../src/core/index.ts";
import { type ImageDataset, ImageFolderDataModule } from "../../src/data/index.ts";
import { type Image, readImage } from "../../src/image/index.ts";
import { findDuplicates } from "../../src/inspect/index.ts";
import { folder } from "./pictures.ts";

const PHOTOGRAPHS = join(import.meta.dirname, "duplicates");
const SHARED = join(import.meta.dirname, "../../../shared/data/clothing_mini.tgz");

async function asTheyLie(root: string): Promise<ImageDataset> {
  await using data = new ImageFolderDataModule({ root });
  return (await data.asTheyLie()).train;
}

async function imagesOf(dataset: ImageDataset, every: number): Promise<Image[]> {
  const images: Image[] = [];
  for (let i = 0; i < dataset.labels.length; i += every)
    images.push(await readImage(await dataset.source(i), dataset.name(i)));
  return images;
}

/** How often the pictures that `make` makes of each are called equal and near to it, and what else is called so. */
async function look(
  images: readonly Image[],
  name: string,
  make: Maker,
): Promise<{ readonly equal: number; readonly near: number; readonly wrong: number }> {
  const made = await Promise.all(
    images.map((image, i) =>
      make(image, new RandomStream(5, name, [i, 0]), images[(i + 3) % images.length]!),
    ),
  );
  const result = { equal: 0, near: 0, wrong: 0 };
  for (const { first, second, kind } of await judgedPairs([...images, ...made])) {
    if (second === first + images.length) result[kind === "near" ? "near" : "equal"]++;
    else if (second >= images.length && kind !== "near") result.wrong++;
  }
  return result;
}

test("of photographs of clothes, those of the same thing are named, and no others on the same ground", async () => {
  await using data = new ImageFolderDataModule({ root: PHOTOGRAPHS });
  const groups = await findDuplicates(await data.asTheyLie());
  expect(
    groups.map(({ kind, contradicting, pictures }) => ({
      kind,
      contradicting,
      names: pictures.map(({ name }) => name.slice(PHOTOGRAPHS.length + 1)),
    })),
  ).toEqual([
    { kind: "equal", contradicting: true, names: ["shorts/17.jpg", "skirt/18.jpg"] },
    { kind: "near", contradicting: false, names: ["skirt/19.jpg", "skirt/20.jpg"] },
  ]);
});

describe("made of photographs of 200 px", async () => {
  // Of the shorts that are there twice, and of the skirt, one each.
  const all = await imagesOf(await asTheyLie(PHOTOGRAPHS), 1);
  const images = all.filter((_, i) => i !== 7 && i !== 9);

  test.each(Object.entries(COPIES))("%s copies are equal", async (name, make) => {
    expect(await look(images, name, make)).toEqual({ equal: images.length, near: 0, wrong: 0 });
  });

  test.each(Object.entries(NEARS))("another picture by %s is never equal", async (name, make) => {
    expect(await look(images, name, make)).toMatchObject({ equal: 0, wrong: 0 });
  });
});

const there = existsSync(SHARED);
if (!there) console.log(`skipped: photographs of clothes are not at ${SHARED}`);

describe.skipIf(!there)("among 150 photographs", async () => {
  const images: Image[] = [];
  if (there) {
    await promisify(execFile)("tar", ["-xzf", SHARED, "-C", folder]);
    // What bounds were not chosen on.
    images.push(...(await imagesOf(await asTheyLie(join(folder, "clothing_mini", "test")), 1)));
  }

  test.each(["re-encoded", "resized"])(
    "%s ones are found, and nothing else is called equal",
    async (name) => {
      const { equal, wrong } = await look(images, name, COPIES[name]!);
      expect(images).toHaveLength(150);
      expect(equal).toBeGreaterThanOrEqual(0.95 * images.length);
      expect(wrong).toBeLessThanOrEqual(0.005 * equal);
    },
  );
});
