// A package's classifier in a page: dropped files, addresses, bytes, and whatever a canvas can draw.
import { decodeImage } from "../image/decode.ts";
import type { Image } from "../image/image.ts";
import { createClassifier, type PackagedClassifier } from "./classifier.ts";
import type { PackagedModel } from "./model.ts";
import { fromPixels, isPixelData, type PixelData } from "./pixels.ts";

/** What a canvas draws: an ImageBitmap, a canvas, an image or video element, a frame of a video. */
export interface Drawable {
  readonly width?: number;
  readonly height?: number;
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
  readonly videoWidth?: number;
  readonly videoHeight?: number;
  readonly displayWidth?: number;
  readonly displayHeight?: number;
}

/** A file or other blob, an address, encoded bytes, pixels, or what a canvas draws. */
export type Picture = Blob | string | URL | Uint8Array | ArrayBuffer | PixelData | Drawable;

interface Context {
  drawImage(source: Drawable, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): PixelData;
}
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => { getContext(kind: "2d", options: { readonly willReadFrequently: boolean }): Context | null };

/** @param file address of the `.onnx` file */
export function create(model: PackagedModel, file: URL): PackagedClassifier<Picture> {
  return createClassifier(model, () => bytesAt(file.href), readPicture);
}

async function bytesAt(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function readPicture(picture: Picture): Promise<Image> {
  if (typeof picture === "string" || picture instanceof URL)
    return decodeImage(await bytesAt(String(picture)), String(picture));
  if (picture instanceof Blob) {
    const name = "name" in picture ? String(picture.name) : undefined;
    return decodeImage(new Uint8Array(await picture.arrayBuffer()), name);
  }
  if (picture instanceof Uint8Array) return decodeImage(picture);
  if (picture instanceof ArrayBuffer) return decodeImage(new Uint8Array(picture));
  return isPixelData(picture) ? fromPixels(picture) : draw(picture);
}

/** @throws TypeError where it is nothing that can be drawn, or has no size yet, as an image that is still loading */
function draw(source: Drawable): Image {
  const width = source.naturalWidth ?? source.videoWidth ?? source.displayWidth ?? source.width ?? 0;
  const height = source.naturalHeight ?? source.videoHeight ?? source.displayHeight ?? source.height ?? 0;
  if (!(width > 0 && height > 0))
    throw new TypeError("the picture is nothing that can be drawn, or not loaded yet");
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("there is no canvas to draw the picture on");
  context.drawImage(source, 0, 0);
  return fromPixels(context.getImageData(0, 0, width, height));
}
