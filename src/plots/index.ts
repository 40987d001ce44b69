// Pictures of a run: SVG documents, and PNG files made of them.
export { type ConfusionMatrixPictureOptions, confusionMatrixPicture } from "./confusion-matrix.ts";
export {
  type ContactPair,
  type ContactSheetOptions,
  type ContactTile,
  contactSheet,
} from "./contact-sheet.ts";
export type { Curve, CurvesOptions } from "./curves.ts";
export { curvesPicture, type RenderPngOptions, renderPng, sampleGrid } from "./drawing.ts";
export { type ExplanationPictureOptions, explanationPicture } from "./explanation.ts";
export { type Heat, heatLimit, heatOverlay } from "./heat-overlay.ts";
export type { LabelSample, LikelyLabel } from "./label-caption.ts";
export { type LabelMistakesOptions, labelMistakesPicture, type MistakesBeside } from "./label-mistakes.ts";
export { dataUrl, encodePng } from "./rgb-image.ts";
export { type Normalization, type RgbImage, rgbOfBatch } from "./rgb-of-batch.ts";
export type { ClassSample, GridSample, SampleGridOptions } from "./sample-grid.ts";
export type { Picture } from "./svg.ts";
