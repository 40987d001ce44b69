// A small set of pictures to train on, for Node.js and for a page.
import sharp from "sharp";
import { type PageFile, RandomStream } from "../../src/browser.ts";
import type { SentFile } from "./page/main.ts";

/** A folder of folders: reddish, greenish and bluish noise, as JPEG and PNG. */
export async function colours(): Promise<SentFile[]> {
  const random = new RandomStream(2, "colours");
  const files: SentFile[] = [];
  for (const [channel, colour] of ["red", "green", "blue"].entries()) {
    for (let i = 0; i < 12; i++) {
      const [width, height] = [20 + random.integer(8), 20 + random.integer(8)];
      const data = Uint8Array.from(
        { length: width * height * 3 },
        (_, at) => random.integer(160) + (at % 3 === channel ? 80 : 0),
      );
      const picture = sharp(data, { raw: { width, height, channels: 3 } });
      const bytes = await (i % 3 === 0 ? picture.png() : picture.jpeg({ quality: 90 })).toBuffer();
      const path = `photos/${colour}/${String(i).padStart(2, "0")}.${i % 3 === 0 ? "png" : "jpg"}`;
      files.push({ path, base64: bytes.toString("base64") });
    }
  }
  return files;
}

/** Files as a page has them. */
export const asFiles = (files: readonly SentFile[]): PageFile[] =>
  files.map(({ path, base64 }) => ({ path, file: new Blob([Buffer.from(base64, "base64")]) }));
