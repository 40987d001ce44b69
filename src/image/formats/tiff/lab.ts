// CIE L*a*b* to sRGB.
import type { ConvertPixels } from "../convert-pixels.ts";

/** The white of D50, against which L*a*b* is meant. */
const WHITE = [0.9642, 1, 0.8249] as const;
/** XYZ against D50 to linear sRGB, adapted by Bradford's method (IEC 61966-2-1, ICC). */
const TO_RGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

/** L* of 0 to 255 for 0 to 100, a* and b* signed bytes. */
export function convertLab(stride: number): ConvertPixels {
  return (samples, from, count, rgb, to) => {
    for (let i = 0; i < count; i++) {
      const at = from + i * stride;
      const [a, b] = [(samples[at + 1]! << 24) >> 24, (samples[at + 2]! << 24) >> 24];
      const y = ((samples[at]! * 100) / 255 + 16) / 116;
      const xyz = [y + a / 500, y, y - b / 200].map((t, axis) => WHITE[axis]! * cube(t)) as [
        number,
        number,
        number,
      ];
      for (const [channel, [x, y, z]] of TO_RGB.entries())
        rgb[to + i * 3 + channel] = gamma(x * xyz[0] + y * xyz[1] + z * xyz[2]);
    }
  };
}

function cube(t: number): number {
  return t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29);
}

function gamma(linear: number): number {
  const light = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
}
