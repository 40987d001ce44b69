// A picture as the address of an image on a page that needs no other file.
import { encodeJpeg, type Image } from "../../image/index.ts";

/** `data:image/jpeg;base64,...` */
export async function jpegAddress(image: Image, quality: number): Promise<string> {
  const characters = Array.from(await encodeJpeg(image, quality), (byte) => String.fromCharCode(byte));
  return `data:image/jpeg;base64,${btoa(characters.join(""))}`;
}
