// Pictures for measuring the loader: mosaics of photographs, so that they have a photograph's detail at any size.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

const PER_CLASS = 256;
const CLASSES = ["a", "b"];
const QUALITY = 90;

/** Every JPEG below a folder, in order of path. */
function jpegsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.jpe?g$/i.test(path))
    .sort()
    .map((path) => join(folder, path));
}

/**
 * Writes JPEGs of `side` pixels into `root/train` and `root/val`, each a mosaic of four photographs from `source`, or
 * one of them where they are small.
 */
export async function writePhotographs(source: string, root: string, side: number): Promise<void> {
  const files = jpegsBelow(source);
  const tiles = side >= 200 ? 2 : 1;
  const tile = Math.ceil(side / tiles);
  let next = 0;
  for (const [part, count] of [
    ["train", PER_CLASS],
    ["val", 1],
  ] as const) {
    for (const name of CLASSES) {
      mkdirSync(join(root, part, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const composite = await Promise.all(
          Array.from({ length: tiles * tiles }, async (_, place) => ({
            input: await sharp(files[next++ % files.length])
              .resize(tile, tile)
              .png()
              .toBuffer(),
            left: (place % tiles) * tile,
            top: Math.floor(place / tiles) * tile,
          })),
        );
        const jpeg = await sharp({ create: { width: side, height: side, channels: 3, background: "black" } })
          .composite(composite)
          .jpeg({ quality: QUALITY })
          .toBuffer();
        writeFileSync(join(root, part, name, `${i}.jpg`), jpeg);
      }
    }
  }
}
