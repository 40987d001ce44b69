// Thumbnails: small, kept with the file wherever it goes, and never of what lies outside the opened folder.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ImageFolderDataModule } from "../../data/index.ts";
import { encodeJpeg } from "../../image/index.ts";
import { readPictureSize } from "../../image/thumbnail.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { StudioStore } from "../store/store.ts";
import { Listing } from "./listing.ts";
import { Pictures } from "./pictures.ts";
import { Thumbnails } from "./thumbnails.ts";

let scratch = "";
let root = "";
let store: StudioStore;
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), "studio-thumbnails-"));
  root = join(scratch, "pets");
  for (const name of ["cat", "dog"]) mkdirSync(at(name), { recursive: true });
  const [width, height] = [500, 250];
  const data = new Uint8Array(width * height * 3).map((_, i) => i % 251);
  writeFileSync(at("cat/a.jpg"), await encodeJpeg({ width, height, data }, 85));
  writeFileSync(at("dog/broken.jpg"), "no picture");
  store = memoryStore();
});
afterEach(() => rmSync(scratch, { recursive: true }));

async function opened(): Promise<{ listing: Listing; thumbnails: Thumbnails }> {
  const listing = new Listing(await new ImageFolderDataModule({ root }).asTheyLie(), root);
  return { listing, thumbnails: new Thumbnails(new Pictures(listing, root), store) };
}

test("a thumbnail is small and has the picture's shape", async () => {
  const { thumbnails } = await opened();
  const { type, bytes } = await thumbnails.of(0);
  expect([type, await readPictureSize(bytes)]).toMatchObject(["image/jpeg", { width: 224, height: 112 }]);
});

test("it is made once, also for a file that has moved; a changed file gets a new one", async () => {
  const { listing, thumbnails } = await opened();
  const first = await thumbnails.of(0);
  renameSync(at("cat/a.jpg"), at("dog/a.jpg"));
  listing.move(0, "dog/a.jpg", at("dog/a.jpg"), 1);
  const second = await thumbnails.of(0);
  expect(second.bytes).toBe(first.bytes);
  copyFileSync(at("dog/broken.jpg"), at("dog/a.jpg"));
  expect((await thumbnails.of(0)).tag).not.toBe(first.tag);
});

test("what cannot be read is shown as such, and nothing is kept of it", async () => {
  const { listing, thumbnails } = await opened();
  const { type, tag } = await thumbnails.of(listing.find("dog/broken.jpg")!);
  expect([type, store.thumbnail(tag)]).toEqual(["image/svg+xml", undefined]);
});

test("a link that leads out of the folder shows nothing", async () => {
  writeFileSync(join(scratch, "secret.jpg"), "secret");
  symlinkSync(join(scratch, "secret.jpg"), at("dog/link.jpg"));
  const { listing, thumbnails } = await opened();
  await expect(thumbnails.of(listing.find("dog/link.jpg")!)).rejects.toMatchObject({
    code: "PICTURE_OUTSIDE",
  });
});

test("who no longer waits is not served, and the others are", async () => {
  const { thumbnails } = await opened();
  await expect(thumbnails.of(0, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  expect((await thumbnails.of(0)).type).toBe("image/jpeg");
});
