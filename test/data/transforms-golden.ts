// Reads the golden transforms: source pictures, operations and Pillow's results.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface ArrayReference {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly dtype: "uint8" | "float32";
}

type Pair = readonly [number, number];

/** The arguments of every operation; each has only its own. */
export interface GoldenArguments {
  readonly size: readonly number[];
  readonly output_size: Pair;
  readonly interpolation: "nearest" | "bilinear" | "bicubic";
  readonly antialias: boolean;
  readonly brightness_factor: number;
  readonly contrast_factor: number;
  readonly saturation_factor: number;
  readonly hue_factor: number;
  readonly gamma: number;
  readonly gain?: number;
  readonly sharpness_factor: number;
  readonly angle: number;
  readonly translate: Pair;
  readonly scale: number | boolean;
  readonly shear: Pair;
  readonly fill: number | readonly [number, number, number];
  readonly expand?: boolean;
  readonly center?: Pair;
  readonly startpoints: readonly Pair[];
  readonly endpoints: readonly Pair[];
  readonly kernel_size: Pair;
  readonly sigma: Pair;
  readonly i: number;
  readonly j: number;
  readonly h: number;
  readonly w: number;
  readonly value: readonly number[];
  readonly bits: number;
  readonly threshold: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly padding: readonly number[];
  readonly padding_mode: "constant" | "edge" | "reflect" | "symmetric";
  readonly offset: Pair;
  readonly quality: number;
}

export interface GoldenOperation {
  readonly image: string;
  readonly op: string;
  readonly args: GoldenArguments;
  readonly pil?: ArrayReference;
  readonly tensor_u8?: ArrayReference;
  readonly tensor_f32?: ArrayReference;
}

export interface GoldenMix {
  readonly op: "mixup" | "cutmix";
  readonly lam: number;
  readonly lam_adjusted?: number;
  readonly center_xy?: readonly [number, number];
  readonly box_xyxy?: readonly [number, number, number, number];
  readonly images: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly lo: number;
    readonly hi: number;
  };
  readonly labels: readonly number[];
  readonly num_classes: number;
  readonly out_images: ArrayReference;
  readonly out_labels: readonly (readonly number[])[];
}

export interface GoldenTransforms {
  readonly decode: readonly {
    readonly file: string;
    readonly mode: string;
    readonly size: readonly [number, number];
    readonly convert_rgb: ArrayReference;
  }[];
  readonly ops: readonly GoldenOperation[];
  readonly mix: readonly GoldenMix[];
}

const folder = new URL("../golden/transforms/", import.meta.url);
const blob = gunzipSync(readFileSync(new URL("data.bin.gz", folder)));

export const golden = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as GoldenTransforms;

export function goldenFile(name: string): URL {
  return new URL(name, folder);
}

export function bytesOf({ offset, shape }: ArrayReference): Uint8Array {
  return blob.subarray(offset, offset + shape.reduce((size, dim) => size * dim, 1));
}

export function floatsOf({ offset, shape }: ArrayReference): Float32Array {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return new Float32Array(blob.buffer.slice(blob.byteOffset + offset, blob.byteOffset + offset + size * 4));
}

/** The largest difference between two arrays of equal length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}
