// Folders of small made-up pictures, and data modules on them, for tests.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import {
  type DataLoader,
  type ImageBatch,
  ImageFolderDataModule,
  type ImageFolderDataModuleOptions,
} from "../../src/data/index.ts";

/** A folder of this test file, removed when it is done. */
export const folder: string = await mkdtemp(join(tmpdir(), "pictures-"));
afterAll(async () => {
  await rm(folder, { recursive: true });
});

export async function picture(path: string, seed: number): Promise<void> {
  const random = new RandomStream(seed, "picture");
  const [width, height] = [20 + random.integer(20), 20 + random.integer(20)];
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
  await mkdir(dirname(path), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}

/** Writes `counts` pictures under `name`: { "train/cat": 3 }. */
export async function pictures(name: string, counts: Readonly<Record<string, number>>): Promise<string> {
  const root = join(folder, name);
  let seed = 0;
  for (const [path, count] of Object.entries(counts)) {
    await mkdir(join(root, path), { recursive: true });
    for (let i = 0; i < count; i++) await picture(join(root, path, `${i}.png`), seed++);
  }
  return root;
}

export async function collect(loader: DataLoader): Promise<ImageBatch[]> {
  const batches: ImageBatch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

export async function withModule<T>(
  options: ImageFolderDataModuleOptions,
  use: (module: ImageFolderDataModule) => Promise<T>,
): Promise<T> {
  const module = new ImageFolderDataModule(options);
  try {
    await module.setup();
    return await use(module);
  } finally {
    await module.close();
  }
}
