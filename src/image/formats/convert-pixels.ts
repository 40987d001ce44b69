// What a conversion of samples to 8-bit RGB is.

/** Converts `count` pixels: their samples begin at `from`, their bytes go to `to`. */
export type ConvertPixels = (
  samples: ArrayLike<number>,
  from: number,
  count: number,
  rgb: Uint8Array,
  to: number,
) => void;
