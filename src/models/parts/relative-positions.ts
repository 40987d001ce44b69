// Positions in a window relative to each other: which row of a table belongs to each pair of places.
import { type HostTensor, hostTensor } from "../../core/index.ts";
import { matmul, oneHot, reshape, sizeOfAxis, type Value } from "../../graph/index.ts";

/**
 * Row of the table for each pair of places in a window of `size` x `size`, int64 [size^4]: the differences in height and
 * width, each counted from -(size - 1), as digits of base 2 size - 1.
 */
export function relativePositionIndex(size: number): HostTensor<"int64"> {
  const places = size * size;
  const data = BigInt64Array.from({ length: places * places }, (_, pair) => {
    const [from, to] = [Math.floor(pair / places), pair % places];
    const down = Math.floor(from / size) - Math.floor(to / size) + size - 1;
    const right = (from % size) - (to % size) + size - 1;
    return BigInt(down * (2 * size - 1) + right);
  });
  return hostTensor("int64", [places * places], data);
}

/** The rows of `table` [R, heads] that `index` [S^2] names, as [heads, S, S]: what is added to scores of attention. */
export function positionBias(table: Value, index: Value): Value {
  const [rows, heads] = [sizeOfAxis(table, 0), sizeOfAxis(table, 1)];
  const places = Math.sqrt(sizeOfAxis(index, 0));
  return reshape(matmul(table, oneHot(index, rows), true, true), [heads, places, places]);
}

/**
 * Swin V2's coordinates of each row of the table, [1, 2 size - 1, 2 size - 1, 2]: differences in height and width, at most
 * ±8, by the sign and log2(1 + their size) / 3. Computed in float32, so that files have the same bits.
 */
export function relativeCoordinates(size: number): HostTensor<"float32"> {
  const { fround } = Math;
  const span = 2 * size - 1;
  const coordinate = (step: number): number => {
    const scaled = fround(fround((step - size + 1) / (size - 1)) * 8);
    return (Math.sign(scaled) * fround(Math.log2(fround(Math.abs(scaled) + 1)))) / 3;
  };
  const data = Float32Array.from({ length: span * span * 2 }, (_, i) => {
    const place = Math.floor(i / 2);
    return coordinate(i % 2 === 0 ? Math.floor(place / span) : place % span);
  });
  return hostTensor("float32", [1, span, span, 2], data);
}
