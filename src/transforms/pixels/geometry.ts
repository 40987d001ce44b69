// Affine and perspective maps of 8-bit RGB with Pillow's arithmetic (src/libImaging/Geometry.c).
import { blankImage, type Image } from "../../image/image.ts";
import { nearestPositions } from "./resample.ts";

/** How a map reads the source between its pixels. */
export type WarpInterpolation = "nearest" | "bilinear" | "bicubic";

/** A grey level, or [red, green, blue]. */
export type Fill = number | readonly [number, number, number];

/** A picture of `width` x `height` in one colour. */
export function filledImage(width: number, height: number, fill: Fill): Image {
  const image = blankImage(width, height);
  if (typeof fill === "number") image.data.fill(fill);
  else for (let i = 0; i < image.data.length; i += 3) image.data.set(fill, i);
  return image;
}

/** a, b, c, d, e, f of `x' = ax + by + c`, `y' = dx + ey + f`, from the target's to the source's pixels. */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/** One affine map, as the arguments of torchvision's `affine`. */
export interface AffineOptions {
  /** Degrees, counted clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Degrees along x and y. */
  readonly shear: readonly [number, number];
  /** Fixed point [x, y]; default the middle. */
  readonly center?: readonly [number, number] | undefined;
  readonly interpolation: WarpInterpolation;
  readonly fill: Fill;
}

// With Python's factors, and so to its bits.
const radians = (degrees: number): number => degrees * (Math.PI / 180);
/** Radians to degrees. */
export const degrees = (radians: number): number => radians * (180 / Math.PI);

/** Rotates, shears, scales and shifts; the size stays. torchvision's `affine`. */
export function affine(image: Image, options: AffineOptions): Image {
  const { width, height } = image;
  const [cx, cy] = options.center ?? [width * 0.5, height * 0.5];
  const [tx, ty] = options.translate;
  const rotation = radians(options.angle);
  const shearX = radians(options.shear[0]);
  const shearY = radians(options.shear[1]);
  const a = Math.cos(rotation - shearY) / Math.cos(shearY);
  const b = (-Math.cos(rotation - shearY) * Math.tan(shearX)) / Math.cos(shearY) - Math.sin(rotation);
  const c = Math.sin(rotation - shearY) / Math.cos(shearY);
  const d = (-Math.sin(rotation - shearY) * Math.tan(shearX)) / Math.cos(shearY) + Math.cos(rotation);
  const [m0, m1, m3, m4] = [d, -b, -c, a].map((value) => value / options.scale) as [
    number,
    number,
    number,
    number,
  ];
  const m2 = m0 * (-cx - tx) + m1 * (-cy - ty) + cx;
  const m5 = m3 * (-cx - tx) + m4 * (-cy - ty) + cy;
  return warpAffine(image, width, height, [m0, m1, m2, m3, m4, m5], options.interpolation, options.fill);
}

/** How a rotation treats the picture's edges and what lies between its pixels. */
export interface RotateOptions {
  readonly interpolation: WarpInterpolation;
  /** Enlarges the picture so that all of it stays visible. */
  readonly expand: boolean;
  /** Fixed point [x, y]; default the middle. */
  readonly center?: readonly [number, number] | undefined;
  readonly fill: Fill;
}

const fifteenDecimals = (value: number): number => Number(value.toFixed(15));

/** Rotates by `degrees`, counted anticlockwise. Pillow's `Image.rotate`. */
export function rotate(image: Image, degrees: number, options: RotateOptions): Image {
  const { width, height } = image;
  const angle = ((degrees % 360) + 360) % 360;
  if (options.center === undefined) {
    if (angle === 0) return image;
    if (angle === 180) return quarterTurns(image, 2);
    if ((angle === 90 || angle === 270) && (options.expand || width === height)) {
      return quarterTurns(image, angle / 90);
    }
  }
  const [cx, cy] = options.center ?? [width / 2, height / 2];
  const cos = fifteenDecimals(Math.cos(-radians(angle)));
  const sin = fifteenDecimals(Math.sin(-radians(angle)));
  let c = cos * -cx + sin * -cy + cx;
  let f = -sin * -cx + cos * -cy + cy;
  let [outWidth, outHeight] = [width, height];
  if (options.expand) {
    const corners = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ] as const;
    const xs = corners.map(([x, y]) => cos * x + sin * y + c);
    const ys = corners.map(([x, y]) => -sin * x + cos * y + f);
    outWidth = Math.ceil(Math.max(...xs)) - Math.floor(Math.min(...xs));
    outHeight = Math.ceil(Math.max(...ys)) - Math.floor(Math.min(...ys));
    const [dx, dy] = [-(outWidth - width) / 2, -(outHeight - height) / 2];
    [c, f] = [cos * dx + sin * dy + c, -sin * dx + cos * dy + f];
  }
  return warpAffine(
    image,
    outWidth,
    outHeight,
    [cos, sin, c, -sin, cos, f],
    options.interpolation,
    options.fill,
  );
}

/** Turns by 90 degrees anticlockwise, once, twice or three times. */
function quarterTurns(image: Image, turns: number): Image {
  const { width, height } = image;
  const result = turns === 2 ? blankImage(width, height) : blankImage(height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [toX, toY] =
        turns === 1
          ? [y, width - 1 - x]
          : turns === 2
            ? [width - 1 - x, height - 1 - y]
            : [height - 1 - y, x];
      const from = (y * width + x) * 3;
      const to = (toY * result.width + toX) * 3;
      for (let channel = 0; channel < 3; channel++) result.data[to + channel] = image.data[from + channel]!;
    }
  }
  return result;
}

type Point = readonly [number, number];

/** Moves the corners `startpoints` to `endpoints` (four points [x, y] each). torchvision's `perspective`. */
export function perspective(
  image: Image,
  startpoints: readonly Point[],
  endpoints: readonly Point[],
  interpolation: WarpInterpolation,
  fill: Fill,
): Image {
  const coefficients = perspectiveCoefficients(startpoints, endpoints);
  return warp(image, image.width, image.height, coefficients, interpolation, fill);
}

/** The eight numbers of the map from target to source, in float32 as torchvision has them. */
function perspectiveCoefficients(startpoints: readonly Point[], endpoints: readonly Point[]): number[] {
  const rows: number[][] = [];
  endpoints.forEach(([x, y], i) => {
    const [u, v] = startpoints[i]!;
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  });
  return solve(rows).map(Math.fround);
}

/** Solves a linear system, rows with the right side last, by elimination with pivots. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let k = column; k <= size; k++) rows[row]![k]! -= factor * rows[column]![k]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}

function warpAffine(
  image: Image,
  width: number,
  height: number,
  matrix: AffineMatrix,
  interpolation: WarpInterpolation,
  fill: Fill,
): Image {
  if (interpolation !== "nearest") return warp(image, width, height, [...matrix, 0, 0], interpolation, fill);
  return matrix[1] === 0 && matrix[3] === 0
    ? scaleNearest(image, width, height, matrix, fill)
    : affineNearest(image, width, height, matrix, fill);
}

function scaleNearest(image: Image, width: number, height: number, matrix: AffineMatrix, fill: Fill): Image {
  const result = filledImage(width, height, fill);
  const columns = nearestPositions(width, matrix[0], matrix[2], image.width);
  const rows = nearestPositions(height, matrix[4], matrix[5], image.height);
  for (let y = 0; y < height; y++) {
    if (rows[y]! < 0) continue;
    for (let x = 0; x < width; x++) {
      if (columns[x]! >= 0) copyPixel(image, rows[y]! * image.width + columns[x]!, result, y * width + x);
    }
  }
  return result;
}

/** Nearest neighbour in 16.16 fixed point. */
function affineNearest(image: Image, width: number, height: number, m: AffineMatrix, fill: Fill): Image {
  const result = filledImage(width, height, fill);
  const fix = (value: number): number => Math.floor(value * 65536 + 0.5);
  const [a, b, d, e] = [fix(m[0]), fix(m[1]), fix(m[3]), fix(m[4])];
  const c = fix(m[2] + m[0] * 0.5 + m[1] * 0.5);
  const f = fix(m[5] + m[3] * 0.5 + m[4] * 0.5);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = (c + a * x + b * y) >> 16;
      const fromY = (f + d * x + e * y) >> 16;
      if (fromX >= 0 && fromX < image.width && fromY >= 0 && fromY < image.height) {
        copyPixel(image, fromY * image.width + fromX, result, y * width + x);
      }
    }
  }
  return result;
}

function copyPixel(from: Image, fromPixel: number, to: Image, toPixel: number): void {
  to.data[toPixel * 3] = from.data[fromPixel * 3]!;
  to.data[toPixel * 3 + 1] = from.data[fromPixel * 3 + 1]!;
  to.data[toPixel * 3 + 2] = from.data[fromPixel * 3 + 2]!;
}

/** The general map: eight coefficients, any interpolation. Outside the source stays `fill`. */
function warp(
  image: Image,
  width: number,
  height: number,
  coefficients: readonly number[],
  interpolation: WarpInterpolation,
  fill: Fill,
): Image {
  const [a, b, c, d, e, f, g, h] = coefficients as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const result = filledImage(width, height, fill);
  const read = interpolation === "bicubic" ? readBicubic : readBilinear;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [xIn, yIn] = [x + 0.5, y + 0.5];
      const depth = g * xIn + h * yIn + 1;
      const fromX = (a * xIn + b * yIn + c) / depth;
      const fromY = (d * xIn + e * yIn + f) / depth;
      if (!(fromX >= 0 && fromX < image.width && fromY >= 0 && fromY < image.height)) continue;
      const to = y * width + x;
      if (interpolation === "nearest") {
        copyPixel(image, Math.trunc(fromY) * image.width + Math.trunc(fromX), result, to);
      } else read(image, fromX - 0.5, fromY - 0.5, result.data, to * 3);
    }
  }
  return result;
}

function readBilinear(
  { data, width, height }: Image,
  x: number,
  y: number,
  out: Uint8Array,
  to: number,
): void {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const dx = x - column;
  const dy = y - row;
  const left = Math.max(column, 0) * 3;
  const right = Math.min(column + 1, width - 1) * 3;
  const above = Math.max(row, 0) * width * 3;
  const below = row + 1 < height ? (row + 1) * width * 3 : above;
  for (let channel = 0; channel < 3; channel++) {
    const p = data[above + left + channel]!;
    const q = data[below + left + channel]!;
    const upper = p + (data[above + right + channel]! - p) * dx;
    const lower = q + (data[below + right + channel]! - q) * dx;
    out[to + channel] = upper + (lower - upper) * dy;
  }
}

function cubic(v1: number, v2: number, v3: number, v4: number, d: number): number {
  const p2 = -v1 + v3;
  const p3 = 2 * (v1 - v2) + v3 - v4;
  const p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

function readBicubic(
  { data, width, height }: Image,
  x: number,
  y: number,
  out: Uint8Array,
  to: number,
): void {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const columns = [-1, 0, 1, 2].map((k) => Math.min(Math.max(column + k, 0), width - 1) * 3);
  for (let channel = 0; channel < 3; channel++) {
    const values: number[] = [];
    for (let k = -1; k <= 2; k++) {
      const line = row + k;
      // Pillow clamps the first line; a later one that is missing repeats the line before it.
      if (k > -1 && (line < 0 || line >= height)) {
        values.push(values.at(-1)!);
        continue;
      }
      const start = Math.min(Math.max(line, 0), height - 1) * width * 3 + channel;
      const [v1, v2, v3, v4] = columns.map((at) => data[start + at]!) as [number, number, number, number];
      values.push(cubic(v1, v2, v3, v4, x - column));
    }
    const [v1, v2, v3, v4] = values as [number, number, number, number];
    const value = cubic(v1, v2, v3, v4, y - row);
    out[to + channel] = Math.min(Math.max(value, 0), 255);
  }
}
