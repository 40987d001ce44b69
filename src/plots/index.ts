// Pictures of a run: SVG documents, and PNG files made of them.
export { type ConfusionMatrixPictureOptions, confusionMatrixPicture } from "./confusion-matrix.ts";
export { type Curve, type CurvesOptions, curvesPicture } from "./curves.ts";
export { type RenderPngOptions, renderPng } from "./render-png.ts";
export { dataUrl, encodePng, type Normalization, type RgbImage, rgbOfBatch } from "./rgb-image.ts";
export { type GridSample, type SampleGridOptions, sampleGrid } from "./sample-grid.ts";
export type { Picture } from "./svg.ts";
