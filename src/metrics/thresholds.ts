// Boundaries between 0 and 1, in float32 as the reference library has them, and the search among them.

/** `count` float32 numbers from 0 to 1 at equal distances, both ends exact. */
export function linspace(count: number): Float32Array {
  const step = Math.fround(1 / (count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? step * i : 1 - step * (count - 1 - i),
  );
}

/** How many of the ascending `boundaries` are at most `value`; none for NaN. */
export function countAtMost(boundaries: Float32Array, value: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (boundaries[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
