// From a picture to what the network takes: decoded, then prepared as the model's labels say.
import { ClassifierTrainingError, RandomStream } from "../core/index.ts";
import {
  type DecodeOptions,
  type Image,
  type ImageSource,
  type ImageTensor,
  isImage,
  readImage,
} from "../image/index.ts";
import { type Transform, transformFromDescription } from "../transforms/index.ts";
import type { LabelsMapping } from "./labels-mapping.ts";

/** The first half of a classifier, which needs no network: another thread may have it. */
export class PicturePreparation {
  readonly #transform: Transform;

  /** @throws ClassifierTrainingError where a transform is not known */
  constructor({ transforms }: Pick<LabelsMapping, "transforms">) {
    this.#transform = transformFromDescription({
      name: "Compose",
      options: { transforms: transforms as never },
    });
  }

  /**
   * A tensor [3, H, W]; one that is given stays as it is.
   * @param name what errors call the picture
   * @throws ClassifierTrainingError kind "data" where the picture cannot be read; `LABELS_MAPPING`
   */
  async prepare(
    picture: string | Uint8Array | Image | ImageTensor,
    name: string,
    options: DecodeOptions = {},
  ): Promise<ImageTensor> {
    if (typeof picture === "object" && "dtype" in picture) return picture;
    const image = await this.decode(picture, name, options);
    const pixels = await this.#transform.apply(image, new RandomStream(0, "predict"));
    if (!isImage(pixels)) return pixels;
    throw new ClassifierTrainingError(
      "data",
      "LABELS_MAPPING",
      "the preprocessing does not end with a tensor",
    );
  }

  /**
   * The pixels alone, for a model that prepares them by itself.
   * @throws ClassifierTrainingError kind "data" where the picture cannot be read; "usage" `PIXELS_WANTED` for a tensor
   */
  async decode(
    picture: string | Uint8Array | Image | ImageTensor,
    name: string,
    options: DecodeOptions = {},
  ): Promise<Image> {
    if (typeof picture !== "object" || !("dtype" in picture))
      return readImage(toSource(picture), name, options);
    const message = "the model takes pixels, not a tensor";
    throw new ClassifierTrainingError("usage", "PIXELS_WANTED", message, { where: name });
  }
}

function toSource(picture: string | Uint8Array | Image): ImageSource {
  if (typeof picture === "string") return { kind: "file", path: picture };
  if (picture instanceof Uint8Array) return { kind: "bytes", bytes: picture };
  return { kind: "image", image: picture };
}
