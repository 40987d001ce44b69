// Turns a picture as its orientation says.
import type { Image } from "./image.ts";

/** The tag of TIFF and EXIF that holds it. */
export const ORIENTATION_TAG = 0x0112;

/** @param orientation 1 to 8, as EXIF numbers them: 1 is upright, 6 wants a quarter turn clockwise */
export function turnUpright(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width, height, data } = image;
  const swapped = orientation > 4;
  const [newWidth, newHeight] = swapped ? [height, width] : [width, height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBelow = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++, to += 3) {
      const [column, row] = swapped ? [y, x] : [x, y];
      const from =
        ((fromBelow ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)) * 3;
      turned[to] = data[from]!;
      turned[to + 1] = data[from + 1]!;
      turned[to + 2] = data[from + 2]!;
    }
  }
  return { width: newWidth, height: newHeight, data: turned };
}
