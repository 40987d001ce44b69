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
