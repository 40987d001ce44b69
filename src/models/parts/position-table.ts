// A vision transformer's table of positions for pictures of another size: its grid resampled by cubic weights.
import { cubicWeight, type HostTensor, hostTensor } from "../../core/index.ts";

/**
 * How a grid is resampled: as torchvision does (corners stay where they are, cubic with a = -0.75), or as timm does (edges
 * stay where they are, cubic with a = -0.5 and as wide as it has to be to see every place).
 */
export type Resampling = "corners" | "antialiased";

/** Weights [to][from] that keep the first and the last place; what lies beyond is the place at the end. */
function cornerWeights(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const centre = to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    const row = new Array<number>(from).fill(0);
    for (let tap = Math.floor(centre) - 1; tap <= Math.floor(centre) + 2; tap++) {
      row[Math.min(Math.max(tap, 0), from - 1)]! += cubicWeight(tap - centre, -0.75);
    }
    return row;
  });
}

/** Weights [to][from] that keep the edges; what lies beyond does not count. */
function antialiasedWeights(from: number, to: number): number[][] {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const row = Array.from({ length: from }, (_, j) => cubicWeight((j + 0.5 - centre) / stretch, -0.5));
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
}

const WEIGHTS = { corners: cornerWeights, antialiased: antialiasedWeights } as const;

/** Rows of the table that stand for tokens and not for places. */
interface TableShape {
  readonly tokens: number;
  readonly channels: number;
}

/** Side of the square grid in a table of this shape, [1?, tokens + side^2, channels]; undefined for another one. */
export function gridOf(shape: readonly number[], { tokens, channels }: TableShape): number | undefined {
  const [one, rows = 0, width] = shape.length === 2 ? [1, ...shape] : shape;
  const side = Math.sqrt(rows - tokens);
  const isTable = shape.length <= 3 && one === 1 && width === channels;
  return isTable && side >= 1 && Number.isInteger(side) ? side : undefined;
}

/** The table [1?, tokens + from^2, C] as [1, tokens + to^2, C]; what belongs to tokens stays as it is. */
export function resizePositions(
  { shape, data }: HostTensor<"float32">,
  tokens: number,
  to: number,
  resampling: Resampling,
): HostTensor<"float32"> {
  const [rows, channels] = shape.slice(-2) as [number, number];
  const from = Math.sqrt(rows - tokens);
  const weights = WEIGHTS[resampling](from, to);
  const places = Float64Array.from(data.subarray(tokens * channels));
  const columns = alongFirst(places, weights, from, from * channels);
  const grid = Array.from({ length: to }, (_, row) =>
    alongFirst(columns.subarray(row * from * channels, (row + 1) * from * channels), weights, from, channels),
  );
  const resized = new Float32Array((tokens + to * to) * channels);
  resized.set(data.subarray(0, tokens * channels));
  for (const [row, values] of grid.entries()) resized.set(values, (tokens + row * to) * channels);
  return hostTensor("float32", [1, tokens + to * to, channels], resized);
}

/** The first axis of [from, width] multiplied by weights [to][from]. */
function alongFirst(
  x: Float64Array,
  weights: readonly number[][],
  from: number,
  width: number,
): Float64Array {
  const y = new Float64Array(weights.length * width);
  for (const [i, row] of weights.entries()) {
    for (let j = 0; j < from; j++) {
      const weight = row[j]!;
      if (weight === 0) continue;
      for (let k = 0; k < width; k++) y[i * width + k]! += weight * x[j * width + k]!;
    }
  }
  return y;
}
