// Maps divided into windows, as they are or shifted by part of one: Liu et al., "Swin Transformer" (2021).
import { type HostTensor, hostTensor } from "../../core/index.ts";
import { constant, pad, reshape, roll, sizeOfAxis, slice, transpose, type Value } from "../../graph/index.ts";

/** [N, H, W, C] -> [N, windows, size^2, C] */
export function partition(x: Value, size: number): Value {
  const [batch, rows, columns, channels] = [x.shape[0]!, ...spatial(x)];
  const split = reshape(x, [batch, rows / size, size, columns / size, size, channels]);
  return reshape(transpose(split, [0, 1, 3, 2, 4, 5]), [batch, -1, size * size, channels]);
}

/** The inverse of `partition`, for a map of `rows` x `columns`. */
export function unpartition(x: Value, size: number, rows: number, columns: number): Value {
  const [batch, channels] = [x.shape[0]!, sizeOfAxis(x, -1)];
  const split = reshape(x, [batch, rows / size, columns / size, size, size, channels]);
  return reshape(transpose(split, [0, 1, 3, 2, 4, 5]), [batch, rows, columns, channels]);
}

/** Height, width and channels of [N, H, W, C]. */
function spatial(x: Value): [number, number, number] {
  return [sizeOfAxis(x, 1), sizeOfAxis(x, 2), sizeOfAxis(x, 3)];
}

/** What stands in the way of places that the shift has brought together, in the scores of attention. */
const APART = -100;

/**
 * For each window of a shifted map 0 or -100 for each pair of places, [windows, 1, size^2, size^2]: places that came from
 * opposite ends of the map do not see each other.
 */
function shiftMask(
  lengths: readonly number[],
  size: number,
  shifts: readonly number[],
): HostTensor<"float32"> {
  const [rows, columns] = lengths as [number, number];
  /** Which part of the axis a place lies in: 0 as it was, 1 cut off by the shift, 2 brought in by it. */
  const part = (axis: number, at: number): number => {
    const [length, shift] = [lengths[axis]!, shifts[axis]!];
    if (shift === 0 || at < length - size) return 0;
    return at < length - shift ? 1 : 2;
  };
  const places = size * size;
  const regions: number[][] = [];
  for (let top = 0; top < rows; top += size) {
    for (let left = 0; left < columns; left += size) {
      const region = (i: number): number =>
        part(0, top + Math.floor(i / size)) * 3 + part(1, left + (i % size));
      regions.push(Array.from({ length: places }, (_, i) => region(i)));
    }
  }
  const mask = regions.flatMap((window) => window.flatMap((a) => window.map((b) => (a === b ? 0 : APART))));
  return hostTensor("float32", [regions.length, 1, places, places], Float32Array.from(mask));
}

/**
 * Applies `attend` to the windows [N, windows, size^2, C] of a map [N, H, W, C], padded with zeros behind to whole windows
 * and moved up and left by `shift` along axes longer than a window. `attend` is also given what to add to its scores.
 */
export function withinWindows(
  x: Value,
  size: number,
  shift: number,
  attend: (windows: Value, mask: Value | undefined) => Value,
): Value {
  const [rows, columns, channels] = spatial(x);
  const lengths = [rows, columns].map((length) => Math.ceil(length / size) * size) as [number, number];
  const shifts = lengths.map((length) => (length > size ? shift : 0)) as [number, number];
  const isPadded = lengths[0] !== rows || lengths[1] !== columns;
  const padded = isPadded ? pad(x, [0, 0, 0, 0], [0, lengths[0] - rows, lengths[1] - columns, 0]) : x;
  const shifted = roll(roll(padded, -shifts[0], 1), -shifts[1], 2);
  const isShifted = shifts.some((by) => by > 0);
  const mask = isShifted ? constant(x.node.graph, shiftMask(lengths, size, shifts)) : undefined;
  const attended = unpartition(attend(partition(shifted, size), mask), size, ...lengths);
  const back = roll(roll(attended, shifts[0], 1), shifts[1], 2);
  return isPadded ? slice(back, [0, 0, 0, 0], [x.shape[0]!, rows, columns, channels]) : back;
}
