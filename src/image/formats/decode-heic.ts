// Decodes HEIC, as iPhones write it, through libheif in WebAssembly, if its package is installed.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Image } from "../image.ts";
import { corruptPicture, pictureTooLarge } from "../picture-errors.ts";

/**
 * Decodes the primary picture; rotations and mirrorings of the container are applied, alpha is dropped.
 * @throws ClassifierTrainingError `PICTURE_REFUSED` where libheif-js is not installed, `PICTURE_CORRUPT`,
 * `PICTURE_TOO_LARGE`
 */
export async function decodeHeic(bytes: Uint8Array, name: string, maxPixels: number): Promise<Image> {
  const { default: libheif } = await import("libheif-js/wasm-bundle.js").catch((cause: unknown) => {
    throw new ClassifierTrainingError(
      "data",
      "PICTURE_REFUSED",
      "HEIC needs a decoder that is not installed",
      {
        where: name,
        hint: "npm install libheif-js, or convert it to JPEG (macOS: sips -s format jpeg; Debian: heif-convert)",
        cause,
      },
    );
  });
  const damaged = (): ClassifierTrainingError =>
    corruptPicture(name, "the HEIC data is damaged or cut short");
  const context = libheif.heif_context_alloc();
  try {
    const { code } = libheif.heif_context_read_from_memory(context, bytes);
    if (code !== libheif.heif_error_code.heif_error_Ok) throw damaged();
    const picture = libheif.heif_js_context_get_primary_image_handle(context);
    if (picture === undefined || "code" in picture) throw damaged();
    try {
      const area =
        libheif.heif_image_handle_get_width(picture) * libheif.heif_image_handle_get_height(picture);
      if (area > maxPixels) throw pictureTooLarge(name, maxPixels);
      const { heif_colorspace: colours, heif_chroma: arrangements } = libheif;
      const decoded = await libheif.heif_js_decode_image2(
        picture,
        colours.heif_colorspace_RGB,
        arrangements.heif_chroma_interleaved_RGB,
      );
      if (decoded === undefined || decoded.code !== undefined) throw damaged();
      try {
        const [channel] = decoded.channels;
        // Where the coded picture is not of the size that the container tells, something is missing.
        if (channel === undefined || channel.width * channel.height !== area) throw damaged();
        const { width, height, stride, data: rows } = channel;
        const data = new Uint8Array(width * height * 3);
        for (let y = 0; y < height; y++)
          data.set(rows.subarray(y * stride, y * stride + width * 3), y * width * 3);
        return { width, height, data };
      } finally {
        libheif.heif_image_release(decoded.image);
      }
    } finally {
      libheif.heif_image_handle_release(picture);
    }
  } finally {
    libheif.heif_context_free(context);
  }
}
