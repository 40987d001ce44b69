// What the decoders say of pictures that they cannot decode.
import { ClassifierTrainingError } from "../core/index.ts";

/** `PICTURE_CORRUPT` */
export function corruptPicture(name: string, reason: string, cause?: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PICTURE_CORRUPT", `cannot be decoded: ${reason}`, {
    where: name,
    cause,
  });
}

/** `PICTURE_TOO_LARGE` */
export function pictureTooLarge(name: string, maxPixels: number, cause?: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PICTURE_TOO_LARGE", `more than ${maxPixels} pixels`, {
    where: name,
    cause,
  });
}

/** `PICTURE_REFUSED`: what is in order, but not read. */
export function refusedPicture(
  what: string,
  name: string,
  hint = "convert it to PNG or JPEG",
): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PICTURE_REFUSED", `${what} is not accepted as a picture`, {
    where: name,
    hint,
  });
}

/** `PICTURE_TIMEOUT` */
export function pictureTimeout(name: string, seconds: number, cause?: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PICTURE_TIMEOUT", `not decoded within ${seconds} s`, {
    where: name,
    cause,
  });
}
