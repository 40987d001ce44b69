// A heat map: what an explanation says of each pixel of a network's input.

/** A number for each pixel, row by row; which unit it has, the method says. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * The map in another size: between the centres of its places linearly, beyond the outermost ones constant, as
 * `interpolate(mode="bilinear", align_corners=False)` of PyTorch enlarges.
 */
export function enlarge(map: HeatMap, width: number, height: number): HeatMap {
  const columns = taps(map.width, width);
  const rows = taps(map.height, height);
  const values = new Float32Array(width * height);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const along = (line: number): number => {
        const from = map.values[line * map.width + column.low]!;
        return from + (map.values[line * map.width + column.high]! - from) * column.share;
      };
      const [above, below] = [along(row.low), along(row.high)];
      values[y * width + x] = above + (below - above) * row.share;
    }
  }
  return { width, height, values };
}

/** The two places that a pixel lies between, and how far it is from the first. */
interface Tap {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function taps(from: number, to: number): Tap[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(place);
    return { low, high: Math.min(from - 1, low + 1), share: place - low };
  });
}
