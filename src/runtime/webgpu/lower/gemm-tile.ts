// Which tile a matrix product is computed with, and in how many parts its depth is split.
import type { DeviceTraits } from "../plan/device-traits.ts";
import { invocationsOf, type Tile, workgroupBytes } from "../wgsl/gemm.ts";

/** Compiled and run by the processor: small, or compilation takes longer than the work. */
const SOFTWARE: Tile = {
  rows: 16,
  columns: 16,
  depth: 4,
  blockRows: 4,
  blockColumns: 4,
  unroll: 1,
  readsAlways: false,
};

const COMMON = { depth: 16, unroll: 4, readsAlways: true } as const;

/** With the rate that each reaches where it fits the product, relative to the first (measured on an NVIDIA H200). */
const TILES: readonly { readonly tile: Tile; readonly rate: number }[] = [
  { tile: { ...COMMON, rows: 128, columns: 128, blockRows: 8, blockColumns: 8 }, rate: 1 },
  { tile: { ...COMMON, rows: 128, columns: 128, depth: 8, blockRows: 8, blockColumns: 8 }, rate: 0.85 },
  { tile: { ...COMMON, rows: 128, columns: 64, blockRows: 8, blockColumns: 4 }, rate: 0.8 },
  { tile: { ...COMMON, rows: 64, columns: 64, blockRows: 8, blockColumns: 4 }, rate: 0.75 },
  { tile: { ...COMMON, rows: 32, columns: 64, blockRows: 4, blockColumns: 4 }, rate: 0.4 },
  { tile: { ...COMMON, rows: 32, columns: 32, blockRows: 4, blockColumns: 4 }, rate: 0.3 },
];

/** Workgroups from which on a large adapter is busy. */
const BUSY = 100;

/** A product of m x n results, for each of `batch`. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly batch: number;
  /** Its depth may be split, so that few results keep an adapter busy too. */
  readonly isSplit: boolean;
}

function workgroups({ rows, columns }: Tile, { m, n, batch }: ProductShape): number {
  return Math.ceil(m / rows) * Math.ceil(n / columns) * batch;
}

/** The tile that promises most: by its rate, the share of its results that are wanted, the workgroups there are. */
export function chooseTile(traits: DeviceTraits, shape: ProductShape): Tile {
  if (traits.tile !== undefined) return traits.tile;
  if (traits.isSoftware) return SOFTWARE;
  const { m, n, batch, isSplit } = shape;
  const promise = ({ tile, rate }: (typeof TILES)[number]): number => {
    const fits = workgroupBytes(tile) <= traits.workgroupMemory && invocationsOf(tile) <= traits.invocations;
    if (!fits) return 0;
    const count = workgroups(tile, shape);
    const used = (m * n * batch) / (count * tile.rows * tile.columns);
    return rate * used * (isSplit ? 1 : Math.min(1, count / BUSY));
  };
  const best = TILES.reduce((a, b) => (promise(b) > promise(a) ? b : a));
  // Where depths are positions, which seldom lie outside, leaving reads out is quicker.
  return { ...best.tile, readsAlways: !isSplit };
}

/** Parts of the depth `k` for a product with few results. */
export function choosePartCount(traits: DeviceTraits, tile: Tile, shape: ProductShape, k: number): number {
  const wanted = Math.ceil((traits.isSoftware ? 4 : 512) / workgroups(tile, shape));
  const most = Math.floor(k / (tile.depth * 8));
  return Math.max(1, Math.min(wanted, most, 64));
}
