// Option types that several transforms share: sizes, ranges, probabilities, and Python's rounding.
import * as z from "zod";
import type { Fill, WarpInterpolation } from "./pixels/geometry.ts";
import type { Padding, PaddingMode } from "./pixels/padding.ts";
import type { Interpolation } from "./pixels/resample.ts";

/** One number for a square, or [height, width]. */
export type SizeOption = number | readonly [number, number];

/** A lower and an upper bound. */
export type Range = readonly [number, number];

const pixels: z.ZodType<number> = z.int().min(1, "a size is a whole number of pixels, at least 1");

/** A list of one stands for what it holds, as it does in torchvision. */
export const unwrapped = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  z.preprocess((value) => (Array.isArray(value) && value.length === 1 ? value[0] : value), schema);

/** Whole pixels, at least 1; a list of one counts as one number. */
export const sizeSchema: z.ZodType<SizeOption> = unwrapped(
  z.union([pixels, z.tuple([pixels, pixels]).readonly()]),
);

/** Pillow's filters, in the order of its numbers for them. */
const FILTERS = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"] as const;

/** Names in capitals, Pillow's numbers, and "nearest-exact", which torchvision gives to Pillow as "nearest" too. */
function filterName(value: unknown): unknown {
  if (typeof value === "number") return FILTERS[value] ?? value;
  if (typeof value !== "string") return value;
  const name = value.toLowerCase();
  return /^nearest[-_]exact$/.test(name) ? "nearest" : name;
}

/** A filter by its name in any case, or by Pillow's number for it. */
export const interpolationSchema: z.ZodType<Interpolation> = z.preprocess(filterName, z.enum(FILTERS));

/** Pictures are always antialiased, as torchvision does it with Pillow's: saying so changes nothing. */
export const antialiasSchema: z.ZodType<true | null | undefined> = z
  .literal(true, "pictures are always antialiased: leave it out")
  .nullable()
  .optional();

/** 0 to 1, both included. */
export const probabilitySchema: z.ZodType<number> = z
  .number()
  .min(0, "a probability lies between 0 and 1")
  .max(1, "a probability lies between 0 and 1");

/** A range [low, high] within `minimum` and `maximum`. */
export function rangeSchema(minimum: number = -Infinity, maximum: number = Infinity): z.ZodType<Range> {
  const bound = z.number().min(minimum).max(maximum);
  return z
    .tuple([bound, bound])
    .readonly()
    .refine(([low, high]) => low <= high, "a range is [low, high] with low <= high");
}

/** The height and width a size option stands for. */
export function heightAndWidth(size: SizeOption): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}

const level: z.ZodType<number> = z.int().min(0).max(255);

/** A grey level, or [red, green, blue]; null is black. */
export const fillSchema: z.ZodType<Fill> = z.preprocess(
  (value) => value ?? 0,
  unwrapped(z.union([level, z.tuple([level, level, level]).readonly()])),
);

/** As `interpolationSchema`, but only what Pillow offers for affine and perspective maps. */
export const warpInterpolationSchema: z.ZodType<WarpInterpolation> = z.preprocess(
  filterName,
  z.enum(["nearest", "bilinear", "bicubic"]),
);

/** torchvision's modes; "constant" is the one that has a colour. */
export const paddingModeSchema: z.ZodType<PaddingMode> = z.enum(["constant", "edge", "reflect", "symmetric"]);

const amount: z.ZodType<number> = z.int().min(0);

/** One number for all sides, [horizontal, vertical], or [left, top, right, bottom]. */
export type PaddingOption = number | readonly [number, number] | Padding;

/** Whole pixels, 0 or more; a list of one counts as one number. */
export const paddingSchema: z.ZodType<PaddingOption> = unwrapped(
  z.union([
    amount,
    z.tuple([amount, amount]).readonly(),
    z.tuple([amount, amount, amount, amount]).readonly(),
  ]),
);

/** A padding option side by side. */
export function allSides(padding: PaddingOption): Padding {
  if (typeof padding === "number") return [padding, padding, padding, padding];
  const [left, top, right = left, bottom = top] = padding as Padding;
  return [left, top, right, bottom];
}

/** One number x for [-x, x], or a range. */
export const symmetricRangeSchema: z.ZodType<number | Range> = z.union([z.number().min(0), rangeSchema()]);

/** The range that such a setting stands for. */
export function symmetricRange(setting: number | Range): Range {
  return typeof setting === "number" ? [-setting, setting] : setting;
}

/** A setting that is one number or a range: a number stands for itself. */
export function asRange(setting: number | Range): Range {
  return typeof setting === "number" ? [setting, setting] : setting;
}
