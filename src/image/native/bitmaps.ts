// Pictures through the browser's own decoders and encoders, without conversion of colours or alpha.
import { blankImage, type Image } from "../image.ts";

/** What is used of pages, and the types of Node.js do not know. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface ImageData {
  readonly data: Uint8ClampedArray;
}
interface Context2D {
  createImageData(width: number, height: number): ImageData;
  drawImage(bitmap: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): ImageData;
  putImageData(data: ImageData, x: number, y: number): void;
}
type WebGl = Readonly<Record<string, number>> &
  Readonly<
    Record<
      | "bindFramebuffer"
      | "bindTexture"
      | "createFramebuffer"
      | "createTexture"
      | "deleteFramebuffer"
      | "deleteTexture"
      | "framebufferTexture2D"
      | "getParameter"
      | "isContextLost"
      | "pixelStorei"
      | "readPixels"
      | "texImage2D",
      (...values: unknown[]) => unknown
    >
  >;
interface Canvas {
  getContext(kind: "2d", options?: object): Context2D | null;
  getContext(kind: "webgl2", options?: object): WebGl | null;
  convertToBlob(options: { type: string; quality: number }): Promise<Blob>;
}
interface Page {
  createImageBitmap(picture: Blob, options: object): Promise<Bitmap>;
  OffscreenCanvas: new (width: number, height: number) => Canvas;
}
const page: Page = globalThis as unknown as Page;

/**
 * The pixels of a picture, alpha dropped: those of transparent pixels are as the file has them where WebGL is there.
 * @param orientation "none": as the pixels lie in the file; "from-image": turned as the file says
 * @returns undefined where the browser cannot decode it
 */
export async function decodeByBrowser(
  bytes: Uint8Array,
  type: string,
  orientation: "none" | "from-image",
): Promise<Image | undefined> {
  const options = {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: orientation,
  };
  const bitmap = await page
    .createImageBitmap(new Blob([new Uint8Array(bytes)], { type }), options)
    .catch(() => undefined);
  if (bitmap === undefined) return undefined;
  try {
    return withoutAlpha(bitmap, readThroughWebGl(bitmap) ?? readThroughCanvas(bitmap));
  } finally {
    bitmap.close();
  }
}

/** A file of `image` in a format that the browser writes; quality from 0 to 1. */
export async function encodeByBrowser(
  { width, height, data }: Image,
  type: string,
  quality: number,
): Promise<Uint8Array> {
  const canvas = new page.OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    pixels.data.set(data.subarray(i * 3, i * 3 + 3), i * 4);
    pixels.data[i * 4 + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  const file = await canvas.convertToBlob({ type, quality });
  return new Uint8Array(await file.arrayBuffer());
}

function withoutAlpha({ width, height }: Bitmap, rgba: ArrayLike<number>): Image {
  const image = blankImage(width, height);
  for (let from = 0, to = 0; to < image.data.length; from += 4) {
    image.data[to++] = rgba[from]!;
    image.data[to++] = rgba[from + 1]!;
    image.data[to++] = rgba[from + 2]!;
  }
  return image;
}

/** One context for all pictures: browsers have few. */
let webGl: WebGl | null | undefined;

/** A canvas of two dimensions multiplies colours by alpha, a texture does not. Undefined where there is no WebGL. */
function readThroughWebGl(bitmap: Bitmap): Uint8Array | undefined {
  if (webGl?.isContextLost() === true) webGl = undefined;
  webGl ??= new page.OffscreenCanvas(1, 1).getContext("webgl2", { antialias: false });
  const gl = webGl;
  const { width, height } = bitmap;
  if (gl === null || Math.max(width, height) > (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number))
    return undefined;
  const [texture, framebuffer] = [gl.createTexture(), gl.createFramebuffer()];
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const pixels = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  gl.deleteFramebuffer(framebuffer);
  gl.deleteTexture(texture);
  return gl.isContextLost() === true ? undefined : pixels;
}

function readThroughCanvas(bitmap: Bitmap): ArrayLike<number> {
  const { width, height } = bitmap;
  const context = new page.OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}
