// The luma of a pixel.

/** Luma as Pillow's `convert("L")` computes it: ITU-R 601-2 in 16-bit fixed point. */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}
