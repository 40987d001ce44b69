// A package's classifier in Node.js: files, bytes and pixels.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decodeImage } from "../image/decode.ts";
import type { Image } from "../image/image.ts";
import { createClassifier, type PackagedClassifier } from "./classifier.ts";
import type { PackagedModel } from "./model.ts";
import { fromPixels, isPixelData, type PixelData } from "./pixels.ts";

/** A file's path or address, encoded bytes (a Buffer, say), or pixels. */
export type Picture = string | URL | Uint8Array | ArrayBuffer | PixelData;

/** @param file address of the `.onnx` file */
export function create(model: PackagedModel, file: URL): PackagedClassifier<Picture> {
  return createClassifier(model, () => readFile(fileURLToPath(file)), readPicture);
}

async function readPicture(picture: Picture): Promise<Image> {
  if (typeof picture === "string") return decodeImage(await readFile(picture), picture);
  if (picture instanceof URL) return decodeImage(await readFile(picture), picture.href);
  if (picture instanceof Uint8Array) return decodeImage(picture);
  if (picture instanceof ArrayBuffer) return decodeImage(new Uint8Array(picture));
  if (isPixelData(picture)) return fromPixels(picture);
  throw new TypeError("a picture is a path, a URL, bytes, or an object with width, height and data");
}
