// CMYK to RGB.
import type { ConvertPixels } from "./convert-pixels.ts";

/** Converts by Pillow's formula: each ink is scaled by what black leaves. */
export function convertCmyk(stride: number, shift: number): ConvertPixels {
  return (samples, from, count, rgb, to) => {
    for (let i = 0; i < count; i++) {
      const at = from + i * stride;
      const light = 255 - (samples[at + 3]! >> shift);
      for (let ink = 0; ink < 3; ink++) {
        const product = (samples[at + ink]! >> shift) * light + 128;
        rgb[to + i * 3 + ink] = light - (((product >> 8) + product) >> 8);
      }
    }
  };
}
