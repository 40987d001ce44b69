// What a page does, in Chromium: the pixels and numbers of Node.js, export, classifier and report.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/browser.ts";
import { Classifier } from "../../src/inference/index.ts";
import { onnxRuntime } from "../../src/runtime/onnxruntime/index.ts";
import { CHROMIUM } from "./chromium.ts";
import type { PageTests, SentFile } from "./page/main.ts";
import { Pages } from "./pages.ts";
import { asFiles, colours } from "./photos.ts";
import { hashPicture } from "./pixels.ts";
import { trainSmall } from "./small-training.ts";

const STEPS = 20;
const golden = join(import.meta.dirname, "../golden");
const random = new RandomStream(2, "browser");

/** Whose pixels in a page would be others: it refuses them. */
const REFUSED = "cmyk.jpg";

/** Golden pictures, and those that a page decodes otherwise than Node.js. */
async function pictures(): Promise<SentFile[]> {
  const images = join(golden, "transforms/images");
  const files = readdirSync(images).map((file) => ({
    path: file,
    base64: readFileSync(join(images, file)).toString("base64"),
  }));
  const jpegs = JSON.parse(readFileSync(join(golden, "jpeg/pillow.json"), "utf8")) as {
    name: string;
    base64: string;
  }[];
  for (const { name, base64 } of jpegs)
    if (name !== "arithmetic") files.push({ path: `${name}.jpg`, base64 });
  const data = Uint8Array.from({ length: 40 * 30 * 4 }, (_, i) => (i * 7 + random.integer(90)) % 256);
  const noise = () => sharp(data, { raw: { width: 40, height: 30, channels: 4 } });
  const made: Record<string, Promise<Buffer>> = {};
  for (let orientation = 2; orientation <= 8; orientation++)
    made[`turned-${orientation}.jpg`] = noise().removeAlpha().withMetadata({ orientation }).jpeg().toBuffer();
  made["progressive.jpg"] = noise().removeAlpha().jpeg({ progressive: true }).toBuffer();
  made["grey.jpg"] = noise().removeAlpha().grayscale().jpeg().toBuffer();
  made["turned.png"] = noise().withMetadata({ orientation: 6 }).png().toBuffer();
  made["transparent.png"] = noise().png({ progressive: true }).toBuffer();
  made["palette.png"] = noise().removeAlpha().png({ palette: true, colours: 12 }).toBuffer();
  made["opaque.webp"] = noise().removeAlpha().webp({ quality: 70 }).toBuffer();
  made["transparent.webp"] = noise().webp({ lossless: true, exact: true }).toBuffer();
  made["turned.webp"] = noise().removeAlpha().withMetadata({ orientation: 8 }).webp().toBuffer();
  made["lzw.tiff"] = noise().removeAlpha().tiff({ compression: "lzw" }).toBuffer();
  made["deflate.tiff"] = noise().removeAlpha().tiff({ compression: "deflate" }).toBuffer();
  made["still.gif"] = noise().removeAlpha().gif().toBuffer();
  for (const [path, bytes] of Object.entries(made))
    files.push({ path, base64: (await bytes).toString("base64") });
  return files;
}

declare const tests: PageTests;

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
  let pages: Pages;
  let page: Page;
  let photos: SentFile[];

  beforeAll(async () => {
    photos = await colours();
    pages = await Pages.open();
    page = await pages.visit("/");
  });
  afterAll(() => pages?.[Symbol.asyncDispose]());

  test("without a graphics card WebAssembly trains, and says so", async () => {
    const { name, notice, isolated } = await page.evaluate(() => tests.choose());
    expect({ name, isolated }).toEqual({ name: "onnxruntime", isolated: true });
    expect(notice).toMatch(
      /^Training with onnxruntime 1\.\d+\.\d+ in WebAssembly, \d+ threads?, not on a graphics card \(webgpu: .+\)\.$/,
    );
  });

  test("pixels and augmented tensors are those of Node.js, bit for bit", async () => {
    const sent = await pictures();
    const found = await page.evaluate((files) => tests.pixels(files), sent);
    for (const [i, { path, base64 }] of sent.entries()) {
      const here = await hashPicture(Buffer.from(base64, "base64"), path);
      expect([path, found[i]]).toEqual([path, path === REFUSED ? "PICTURE_REFUSED" : here]);
    }
  });

  test("every op in WebAssembly", async () => {
    const { problems } = await page.evaluate(() => tests.conform("onnxruntime", 2));
    expect(problems).toEqual([]);
  });

  test(`${STEPS} steps in WebAssembly give the numbers of Node.js to the rounding of float32`, async () => {
    const request = [photos, STEPS] as const;
    const there = await page.evaluate((given) => tests.train("onnxruntime", ...given), request);
    const here = await trainSmall({ runtime: onnxRuntime, files: asFiles(photos), steps: STEPS });
    expect(there.losses).toHaveLength(STEPS);
    for (const [i, loss] of here.losses.entries())
      expect(Math.abs(there.losses[i]! - loss), `step ${i}`).toBeLessThan(1e-4 * Math.abs(loss));
  });

  test("an exported classifier, its labels and the report", async () => {
    const request = [photos, photos[0]!] as const;
    const { predictions, report, model, labels } = await page.evaluate(
      (given) => tests.exported(...given),
      request,
    );
    const bytes = Buffer.from(model, "base64");
    await using classifier = await Classifier.load(bytes);
    expect(JSON.stringify(classifier.labels)).toBe(labels);
    const [expected] = await classifier.predict([Buffer.from(photos[0]!.base64, "base64")]);
    for (const [i, { label, confidence }] of expected!.entries()) {
      expect(predictions[i]!.label).toBe(label);
      expect(predictions[i]!.confidence).toBeCloseTo(confidence, 5);
    }
    expect(report).toContain("<h2>");
    expect(report).toContain("data:image/jpeg;base64,");
  });

  test("a page that is not isolated trains too, on one thread", async () => {
    const plain = await pages.visit("/plain/");
    const { notice, isolated } = await plain.evaluate(() => tests.choose());
    expect(isolated).toBe(false);
    expect(notice).toContain("one thread: the page is not cross-origin isolated");
    const { losses } = await plain.evaluate((files) => tests.train("onnxruntime", files, 2), photos);
    expect(losses.every(Number.isFinite)).toBe(true);
    await plain.close();
  });

  test("nothing was complained of", () => {
    expect(pages.complaints).toEqual([]);
  });
});
