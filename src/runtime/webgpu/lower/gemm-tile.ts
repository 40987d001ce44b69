// Which tile a matrix product is computed with, and in how many parts its depth is split.
import type { DeviceTraits } from "../plan/planner.ts";
import { invocationsOf, type Tile, workgroupBytes } from "../wgsl/gemm.ts";

/** Compiled and run by the processor: small, or compilation takes longer than the work. */
const SOFTWARE: Tile = {
  rows: 32,
  columns: 32,
  depth: 8,
  blockRows: 4,
  blockColumns: 4,
  unroll: 1,
  readsAlways: false,
};

/** The largest first. */
const TILES: readonly Tile[] = [
  { rows: 128, columns: 128, depth: 16, blockRows: 8, blockColumns: 8, unroll: 4, readsAlways: true },
  { rows: 128, columns: 64, depth: 16, blockRows: 8, blockColumns: 8, unroll: 4, readsAlways: true },
  { rows: 64, columns: 128, depth: 16, blockRows: 8, blockColumns: 8, unroll: 4, readsAlways: true },
  { rows: 64, columns: 64, depth: 16, blockRows: 8, blockColumns: 4, unroll: 4, readsAlways: true },
  { rows: 32, columns: 64, depth: 16, blockRows: 4, blockColumns: 4, unroll: 4, readsAlways: true },
  { rows: 32, columns: 32, depth: 16, blockRows: 4, blockColumns: 4, unroll: 4, readsAlways: true },
];

/** Workgroups that keep a large adapter busy. */
const BUSY = 256;

/** Share of a tile's results that are wanted. */
function use(tile: Tile, m: number, n: number): number {
  const covered = Math.ceil(m / tile.rows) * tile.rows * Math.ceil(n / tile.columns) * tile.columns;
  return (m * n) / covered;
}

function workgroups(tile: Tile, m: number, n: number): number {
  return Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
}

/** How much work per element read a tile does, relative to the largest. */
function reuse({ rows, columns, blockRows, blockColumns }: Tile): number {
  return (
    (rows * columns) / (rows + columns) / 64 + (blockRows * blockColumns) / (blockRows + blockColumns) / 4
  );
}

/** The tile for a product of m x n results, `batch` times. */
export function chooseTile(
  traits: DeviceTraits,
  m: number,
  n: number,
  batch: number,
  splittable: boolean,
): Tile {
  if (traits.tile !== undefined) return traits.tile;
  if (traits.isSoftware) return SOFTWARE;
  const fitting = TILES.filter(
    (tile) => workgroupBytes(tile) <= traits.workgroupMemory && invocationsOf(tile) <= traits.invocations,
  );
  const score = (tile: Tile): number => {
    const busy = splittable ? 1 : Math.min(1, (workgroups(tile, m, n) * batch) / BUSY);
    return use(tile, m, n) * busy * (0.5 + reuse(tile) / 4);
  };
  return fitting.reduce((best, tile) => (score(tile) > score(best) ? tile : best), fitting[0] ?? SOFTWARE);
}

/** Parts of the depth for a product with few results. */
export function choosePartCount(
  traits: DeviceTraits,
  tile: Tile,
  m: number,
  n: number,
  k: number,
  batch: number,
): number {
  const wanted = Math.ceil((traits.isSoftware ? 4 : 2 * BUSY) / (workgroups(tile, m, n) * batch));
  const most = Math.floor(k / (tile.depth * 8));
  return Math.max(1, Math.min(wanted, most, 64));
}
