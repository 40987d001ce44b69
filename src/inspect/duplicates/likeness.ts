// How alike two pictures are, pixel by pixel, once one is laid over the other.
import { type AxisMap, align, mapOfFrames } from "./alignment.ts";
import { areaOf, type Frame, intersection, WHOLE } from "./frame.ts";
import { type Orientation, orient, orientFrame } from "./orientation.ts";
import type { ComparedPicture, Square } from "./picture-square.ts";

/** How the first picture may lie over the second, to begin with. */
export interface Guess {
  /** How the first is laid. */
  readonly orientation: Orientation;
  /** The part of the first, as laid, that shows what `second` shows of the other. */
  readonly first: Frame;
  readonly second: Frame;
}

/** How alike two pictures are; all three shares are 0 to 1. */
export interface Likeness {
  /** Share of the windows that look alike, of what both pictures show: by area or by contrast, whichever is less. */
  readonly alike: number;
  /** Share of the windows that are the same but for compression, likewise. */
  readonly same: number;
  /** Share of the content of either picture, of the one that shows more beside, that both show. */
  readonly overlap: number;
}

const NOTHING: Likeness = { alike: 0, same: 0, overlap: 0 };
const ITERATIONS = 16;
const FINE_ITERATIONS = 6;
/** Where fewer windows are alike at the coarse scale, the fine one is not looked at. */
const LEAST_ALIKE = 0.2;

/** Lays the first picture over the second, beginning with a guess, and compares what both show. */
export function likeness(first: ComparedPicture, second: ComparedPicture, guess: Guess): Likeness {
  const { orientation } = guess;
  const contents: Contents = [orientFrame(first.content, orientation), second.content];
  let laid = laidSquare(first.small, orientation);
  let map = align(
    laid.grey,
    second.small.grey,
    laid.side,
    mapOfFrames(guess.first, guess.second),
    ITERATIONS,
  );
  const coarse = compareWhatBothShow(laid, second.small, map, contents);
  if (first.large === undefined || second.large === undefined || coarse.alike < LEAST_ALIKE) return coarse;
  laid = laidSquare(first.large, orientation);
  map = align(laid.grey, second.large.grey, laid.side, map, FINE_ITERATIONS);
  return compareWhatBothShow(laid, second.large, map, contents);
}

function laidSquare({ side, rgb, grey }: Square, orientation: Orientation): Square {
  return { side, rgb: orient(rgb, side, 3, orientation), grey: orient(grey, side, 1, orientation) };
}

/** The frames without border of the first picture, as laid, and of the second. */
type Contents = readonly [Frame, Frame];

/** How much of a side may not be there, so that what is shown by both is still a picture. */
const LEAST_SCALE = 0.4;

function compareWhatBothShow(a: Square, b: Square, map: AxisMap, [contentA, contentB]: Contents): Likeness {
  const { scaleX, shiftX, scaleY, shiftY } = map;
  const scales = [scaleX, scaleY];
  if (!scales.every((scale) => scale > LEAST_SCALE && scale < 1 / LEAST_SCALE)) return NOTHING;
  // The whole first picture as it lies in the second, and the second as it lies in the first.
  const firstInSecond: Frame = {
    left: -shiftX / scaleX,
    right: (1 - shiftX) / scaleX,
    top: -shiftY / scaleY,
    bottom: (1 - shiftY) / scaleY,
  };
  const secondInFirst: Frame = {
    left: shiftX,
    right: shiftX + scaleX,
    top: shiftY,
    bottom: shiftY + scaleY,
  };
  const overlap = Math.min(shareWithin(contentA, secondInFirst), shareWithin(contentB, firstInSecond));
  return { ...compareWindows(resample(a, map, b.side), b, intersection(WHOLE, firstInSecond)), overlap };
}

const shareWithin = (frame: Frame, other: Frame): number =>
  areaOf(intersection(frame, other)) / areaOf(frame);

/** Side of the windows that are compared one by one, in pixels. */
const WINDOW = 8;
const AREA = WINDOW ** 2;
/** Squared levels of difference that compression leaves in plain windows. */
const NOISE = 100;
/** Levels that the mean of a window may differ by: brightness that was cut off at white, shades of a copy. */
const SHADE = 12;
/** Likeness of a window (see `windowLikeness`) from which on it is alike, and the same. */
const [ALIKE, SAME] = [0.5, 0.8];

function compareWindows(a: Float32Array, b: Square, shared: Frame): Pick<Likeness, "alike" | "same"> {
  const { side } = b;
  const [left, right] = [Math.ceil(shared.left * side), Math.floor(shared.right * side)];
  const [top, bottom] = [Math.ceil(shared.top * side), Math.floor(shared.bottom * side)];
  if (right - left < WINDOW || bottom - top < WINDOW) return NOTHING;
  const tone = toneOf(a, b.rgb, side, { left, right, top, bottom });
  let [windows, alike, same] = [0, 0, 0];
  let [contrast, alikeContrast, sameContrast] = [0, 0, 0];
  for (let y = top; y + WINDOW <= bottom; y += WINDOW) {
    for (let x = left; x + WINDOW <= right; x += WINDOW) {
      const window = compareWindow(a, b.rgb, side, x, y, tone);
      windows++;
      contrast += window.contrast;
      if (window.likeness < ALIKE) continue;
      alike++;
      alikeContrast += window.contrast;
      if (window.likeness < SAME) continue;
      same++;
      sameContrast += window.contrast;
    }
  }
  return {
    alike: Math.min(alike / windows, alikeContrast / contrast),
    same: Math.min(same / windows, sameContrast / contrast),
  };
}

/** The first picture as it lies over the second, between its pixels bilinear. */
function resample({ side, rgb }: Square, map: AxisMap, size: number): Float32Array {
  const { scaleX, shiftX, scaleY, shiftY } = map;
  const laid = new Float32Array(size * size * 3);
  const last = side - 1;
  for (let y = 0; y < size; y++) {
    const py = Math.min(Math.max(scaleY * (y + 0.5) + shiftY * side - 0.5, 0), last);
    const y0 = Math.min(Math.floor(py), last - 1);
    for (let x = 0; x < size; x++) {
      const px = Math.min(Math.max(scaleX * (x + 0.5) + shiftX * side - 0.5, 0), last);
      const x0 = Math.min(Math.floor(px), last - 1);
      const [fx, fy, at] = [px - x0, py - y0, (y0 * side + x0) * 3];
      for (let channel = 0; channel < 3; channel++) {
        const [i, below] = [at + channel, at + channel + side * 3];
        const upper = rgb[i]! + (rgb[i + 3]! - rgb[i]!) * fx;
        const lower = rgb[below]! + (rgb[below + 3]! - rgb[below]!) * fx;
        laid[(y * size + x) * 3 + channel] = upper + (lower - upper) * fy;
      }
    }
  }
  return laid;
}

/** What makes the first picture as bright and as contrasty as the second. */
interface Tone {
  readonly gain: number;
  /** Means by channel, of the first and of the second. */
  readonly means: readonly (readonly [number, number])[];
}

function toneOf(a: Float32Array, b: Uint8Array, side: number, { left, right, top, bottom }: Frame): Tone {
  const means: (readonly [number, number])[] = [];
  let [varianceA, varianceB] = [0, 0];
  const count = (right - left) * (bottom - top);
  for (let channel = 0; channel < 3; channel++) {
    let [sumA, sumB, aa, bb] = [0, 0, 0, 0];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const i = (y * side + x) * 3 + channel;
        const [va, vb] = [a[i]!, b[i]!];
        sumA += va;
        sumB += vb;
        aa += va * va;
        bb += vb * vb;
      }
    }
    means.push([sumA / count, sumB / count]);
    varianceA += aa - (sumA * sumA) / count;
    varianceB += bb - (sumB * sumB) / count;
  }
  return { gain: varianceA > 0 ? Math.sqrt(varianceB / varianceA) : 1, means };
}

/**
 * Likeness of a window: 1 less the squared difference by the variances, as in the structural similarity of Wang et al.
 * (2004) without its mean: 1 for equal windows, about 0 for unrelated ones, less where colours differ.
 */
function compareWindow(
  a: Float32Array,
  b: Uint8Array,
  side: number,
  left: number,
  top: number,
  { gain, means }: Tone,
): { readonly likeness: number; readonly contrast: number } {
  let [difference, variance] = [0, 0];
  for (let channel = 0; channel < 3; channel++) {
    const [meanA, meanB] = means[channel]!;
    let [sumA, sumB, squares, squaredDifference] = [0, 0, 0, 0];
    for (let y = top; y < top + WINDOW; y++) {
      for (let x = left; x < left + WINDOW; x++) {
        const i = (y * side + x) * 3 + channel;
        const [va, vb] = [(a[i]! - meanA) * gain, b[i]! - meanB];
        sumA += va;
        sumB += vb;
        squares += va * va + vb * vb;
        squaredDifference += (va - vb) ** 2;
      }
    }
    const shade = (sumA - sumB) / AREA;
    const beyond = Math.max(0, Math.abs(shade) - SHADE);
    difference += squaredDifference + AREA * (beyond ** 2 - shade ** 2);
    variance += squares - (sumA * sumA + sumB * sumB) / AREA;
  }
  const contrast = variance + 3 * AREA * NOISE;
  return { likeness: 1 - difference / contrast, contrast };
}
