// The middle of a picture, which is padded where it is too small.
import type { Image } from "../../image/image.ts";
import { pad } from "./padding.ts";
import { crop } from "./resample.ts";
import { roundHalfEven } from "./rounding.ts";

/** As torchvision's `center_crop`: offsets are rounded half to even; of an odd padding the extra pixel is right and below. */
export function centralRegion(image: Image, height: number, width: number): Image {
  const padded = padToSize(image, height, width);
  const top = roundHalfEven((padded.height - height) / 2);
  const left = roundHalfEven((padded.width - width) / 2);
  return crop(padded, { top, left, width, height });
}

function padToSize(image: Image, height: number, width: number): Image {
  const across = Math.max(0, width - image.width);
  const down = Math.max(0, height - image.height);
  const [left, top] = [across >> 1, down >> 1];
  return pad(image, [left, top, across - left, down - top]);
}

/** As torchvision's `five_crop`: top left, top right, bottom left, bottom right, middle. A picture that is too small is padded. */
export function fiveCrops(image: Image, height: number, width: number): Image[] {
  const padded = padToSize(image, height, width);
  const [bottom, right] = [padded.height - height, padded.width - width];
  const corners = [
    [0, 0],
    [0, right],
    [bottom, 0],
    [bottom, right],
  ] as const;
  return [
    ...corners.map(([top, left]) => crop(padded, { top, left, width, height })),
    centralRegion(padded, height, width),
  ];
}
