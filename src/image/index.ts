// Pictures as pixels: formats, decoders, encoders, kernels.

export { type DecodeOptions, decodeImage } from "./decode.ts";
export { extensionOf, hasImageExtension, IMAGE_EXTENSIONS } from "./extensions.ts";
export { type Image, type ImageSize, type ImageTensor, isImage, type Pixels } from "./image.ts";
export type { ImageSource, PixelLayout } from "./image-source.ts";
export type { JpegDecoder } from "./jpeg/index.ts";
export { encodeJpeg, imageLibraryVersions, loadJpegDecoder } from "./native/index.ts";
export type { PixelMemory } from "./pixel-memory.ts";
export { type EncodedSource, readImage, readSource } from "./read-image.ts";
