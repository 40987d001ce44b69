// A heat map laid over the picture that it explains, in colours whose lightness grows with the heat.
import type { RgbImage } from "./rgb-of-batch.ts";

type Rgb = readonly [number, number, number];

/** A number for each pixel of a picture. */
export interface Heat {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** From what speaks little for a class to what speaks most: dark violet, red, orange, pale yellow (Inferno's hues). */
const RAMP: readonly Rgb[] = [
  [66, 10, 104],
  [147, 38, 103],
  [221, 81, 58],
  [252, 165, 10],
  [252, 255, 164],
];
/** Vermilion speaks for a class, blue against it: told apart without red and green, too. */
const FOR: Rgb = [213, 94, 0];
const AGAINST: Rgb = [0, 114, 178];
/** How much of a picture its hottest place covers. */
const STRONGEST = 0.8;
/** How much of its own colours a picture keeps below the heat. */
const COLOUR_KEPT = 0.35;

/** The largest heat that the colours tell apart: of signed maps both ways. 0 where there is none. */
export function heatLimit({ values }: Heat, share = 1): number {
  const sorted = Float32Array.from(values, Math.abs).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** A colour, and how much it covers of what lies below. */
export function heatColor(heat: number, signed: boolean): { readonly color: Rgb; readonly cover: number } {
  const strength = Math.min(1, Math.abs(heat));
  if (signed) return { color: heat < 0 ? AGAINST : FOR, cover: STRONGEST * strength };
  const place = strength * (RAMP.length - 1);
  const low = Math.min(RAMP.length - 2, Math.floor(place));
  return { color: mix(RAMP[low]!, RAMP[low + 1]!, place - low), cover: STRONGEST * Math.sqrt(strength) };
}

/** What `heatColor` looks like over a picture's colour. */
export function overColor(below: Rgb, heat: number, signed: boolean): Rgb {
  const { color, cover } = heatColor(heat, signed);
  return mix(below, color, cover);
}

/**
 * The picture, almost gray, with the map over it.
 * @param limit the heat of the strongest colour
 * @param signed whether heat below 0 has a colour of its own
 */
export function heatOverlay(image: RgbImage, map: Heat, limit: number, signed: boolean): RgbImage {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < map.values.length; i++) {
    const own: Rgb = [image.data[i * 3]!, image.data[i * 3 + 1]!, image.data[i * 3 + 2]!];
    const light = 0.299 * own[0] + 0.587 * own[1] + 0.114 * own[2];
    const below = mix([light, light, light], own, COLOUR_KEPT);
    const heat = limit === 0 ? 0 : map.values[i]! / limit;
    data.set(overColor(below, heat, signed).map(Math.round), i * 3);
  }
  return { width: image.width, height: image.height, data };
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}
