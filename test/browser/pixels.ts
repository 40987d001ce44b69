// The pixels of pictures as a hash, and the tensor that training makes of them, the same in Node.js and in a page.
import { decodeImage, RandomStream } from "../../src/browser.ts";
import { sha256 } from "../../src/platform/index.ts";
import { defaultTrainTransforms } from "../../src/transforms/index.ts";

export interface PictureHash {
  readonly size: string;
  readonly pixels: string;
  /** Of what the default transforms of training make of it. */
  readonly tensor: string;
}

/** What a picture's bytes become; of those that are refused the error's code. */
export async function hashPicture(bytes: Uint8Array, name: string): Promise<PictureHash | string> {
  try {
    const image = await decodeImage(bytes, name);
    const tensor = await defaultTrainTransforms(24).apply(image, new RandomStream(3, "test"));
    const { buffer, byteOffset, byteLength } = tensor.data;
    return {
      size: `${image.width}x${image.height}`,
      pixels: await sha256().update(image.data).digest(),
      tensor: await sha256()
        .update(new Uint8Array(buffer, byteOffset, byteLength))
        .digest(),
    };
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
