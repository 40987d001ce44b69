// Occlusion: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014).
import { ClassifierTrainingError, type HostTensor, hostTensor, softmax, toNumbers } from "../core/index.ts";
import type { HeatMap } from "./heat-map.ts";

/** Logits [N, classes] of images [N, 3, H, W]: all that occlusion needs of a model. */
export type Classify = (images: HostTensor<"float32">) => Promise<HostTensor>;

/** What covers the picture, and where. */
export interface OcclusionOptions {
  /** Height and width of the square that covers, in pixels; default: a seventh of the picture's shorter side. */
  readonly patch?: number | undefined;
  /** Pixels between two squares, at most `patch`; default: half of it. */
  readonly stride?: number | undefined;
  /** What the square is filled with, a value for each channel of the network's input; default 0, the mean colour. */
  readonly baseline?: readonly number[] | undefined;
  /** Probabilities of the classes by a picture's logits; default: their softmax. */
  readonly probabilitiesOf?: ((logits: Float32Array) => ArrayLike<number>) | undefined;
  /** Covered pictures that are classified together; default 32. */
  readonly batchSize?: number | undefined;
}

/** What covering takes from a class. */
export interface Occlusion {
  /** By how much its probability falls, the mean of the squares that cover the pixel; below 0 where it rises. */
  readonly map: HeatMap;
  /** Squares that were tried. */
  readonly squares: number;
  readonly patch: number;
  readonly stride: number;
}

/**
 * Covers one square after another, the last of a row and column cut off at the picture's end (as Captum's `Occlusion`),
 * and sees how the probability of a class changes.
 * @param image [3, H, W], as the network is given it
 * @throws ClassifierTrainingError kind "usage" `OCCLUSION_OPTIONS`
 */
export async function occlusion(
  classify: Classify,
  image: HostTensor,
  wanted: number,
  options: OcclusionOptions = {},
): Promise<Occlusion> {
  const [channels, height, width] = image.shape as [number, number, number];
  const {
    patch,
    stride,
    baseline = [],
    batchSize = 32,
    probabilitiesOf = softmax,
  } = checked(options, height, width);
  const pixels = Float32Array.from(toNumbers(image.data));
  const squares = corners(height, patch, stride).flatMap((top) =>
    corners(width, patch, stride).map((left) => ({
      top,
      left,
      bottom: Math.min(height, top + patch),
      right: Math.min(width, left + patch),
    })),
  );
  const covered = ({ top, left, bottom, right }: (typeof squares)[number]): Float32Array => {
    const copy = pixels.slice();
    for (let channel = 0; channel < channels; channel++) {
      for (let y = top; y < bottom; y++) {
        const row = (channel * height + y) * width;
        copy.fill(baseline[channel] ?? 0, row + left, row + right);
      }
    }
    return copy;
  };
  const probabilities = async (pictures: readonly Float32Array[]): Promise<number[]> => {
    const data = new Float32Array(pictures.length * pixels.length);
    for (const [i, picture] of pictures.entries()) data.set(picture, i * pixels.length);
    const logits = await classify(hostTensor("float32", [pictures.length, channels, height, width], data));
    return rowsOf(logits).map((row) => probabilitiesOf(Float32Array.from(row))[wanted]!);
  };
  const [whole] = await probabilities([pixels]);
  const sums = new Float64Array(height * width);
  const counts = new Uint32Array(height * width);
  for (let first = 0; first < squares.length; first += batchSize) {
    const batch = squares.slice(first, first + batchSize);
    const found = await probabilities(batch.map(covered));
    for (const [i, { top, left, bottom, right }] of batch.entries()) {
      for (let y = top; y < bottom; y++) {
        for (let place = y * width + left; place < y * width + right; place++) {
          sums[place]! += whole! - found[i]!;
          counts[place]!++;
        }
      }
    }
  }
  const values = Float32Array.from(sums, (sum, place) => sum / counts[place]!);
  return { map: { width, height, values }, squares: squares.length, patch, stride };
}

/** A row of numbers for each image of logits [N, classes]. */
export function rowsOf({ shape, data }: HostTensor): number[][] {
  const [count, classes] = shape as [number, number];
  const numbers = toNumbers(data);
  return Array.from({ length: count }, (_, row) => numbers.slice(row * classes, (row + 1) * classes));
}

/** Where squares begin, so that every pixel is covered. */
function corners(length: number, patch: number, stride: number): number[] {
  const steps = Math.max(0, Math.ceil((length - patch) / stride));
  return Array.from({ length: steps + 1 }, (_, i) => i * stride);
}

function checked(options: OcclusionOptions, height: number, width: number) {
  const shorter = Math.min(height, width);
  const patch = options.patch ?? Math.max(1, Math.round(shorter / 7));
  const stride = options.stride ?? Math.max(1, Math.round(patch / 2));
  const problem =
    patch > shorter
      ? `a square of ${patch} pixels does not fit a picture of ${height}x${width}`
      : stride > patch
        ? `squares of ${patch} pixels that are ${stride} apart leave some between them`
        : undefined;
  if (problem === undefined) return { ...options, patch, stride };
  throw new ClassifierTrainingError("usage", "OCCLUSION_OPTIONS", problem, {
    hint: "choose stride <= patch <= the picture's side",
  });
}
