// Pictures made up for measuring the loader: photographs' size and entropy, in a folder that is removed again.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomStream } from "../../core/index.ts";
import { encodeJpeg, type Image } from "../../image/index.ts";

const SIDE = 400;
const PER_CLASS = 64;
const CLASSES = ["a", "b"];

/** Calls `measure` with the override that names a folder of made-up pictures; with none where the user has `given` one. */
export async function withMadeUpPictures<T>(
  given: boolean,
  measure: (overrides: readonly string[]) => Promise<T>,
): Promise<T> {
  if (given) return measure([]);
  const root = await mkdtemp(join(tmpdir(), "classifier-training-bench-"));
  try {
    for (const split of ["train", "val"]) {
      for (const name of CLASSES) await writePictures(join(root, split, name), `${split}/${name}`);
    }
    return await measure([`data.root='${root}'`]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writePictures(folder: string, purpose: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < PER_CLASS; i++) {
    const image = scene(new RandomStream(0, purpose, [i, 0]));
    await writeFile(join(folder, `${i}.jpg`), await encodeJpeg(image, 90));
  }
}

/** Waves of several lengths and directions with some noise: about as much detail as a photograph has. */
function scene(random: RandomStream): Image {
  const waves = Array.from({ length: 12 }, () => {
    const length = 4 * 2 ** random.uniform(0, 6);
    const angle = random.uniform(0, Math.PI);
    return {
      x: (Math.cos(angle) * 2 * Math.PI) / length,
      y: (Math.sin(angle) * 2 * Math.PI) / length,
      phase: random.uniform(0, 2 * Math.PI),
      channel: random.integer(3),
      height: Math.sqrt(length) * 3,
    };
  });
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0, offset = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, offset += 3) {
      const rgb = [128, 128, 128];
      for (const wave of waves)
        rgb[wave.channel]! += wave.height * Math.sin(wave.x * x + wave.y * y + wave.phase);
      for (let c = 0; c < 3; c++)
        data[offset + c] = Math.max(0, Math.min(255, rgb[c]! + random.normal(0, 6)));
    }
  }
  return { width: SIDE, height: SIDE, data };
}
