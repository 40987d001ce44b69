// A convolution in Winograd's form made ready: its kernels, its memory, its tiles.
import type { FunctionCode } from "../../../wasm/assembler.ts";
import { type Lattice, type Span, tileKernel } from "./kernel.ts";
import {
  type AxisTile,
  axisTiles,
  type ConvolutionShape,
  type ImageShape,
  POINTS,
  TILE_IN,
  type WeightShape,
} from "./shape.ts";
import { FILTER, FILTER_GRADIENT, INPUT, OUTPUT, OUTPUT_GRADIENT } from "./transforms.ts";

const FLOAT = 4;
/** Planes of points begin on different sets of a cache. */
const STAGGER = 64;
/** Bytes of points that a thread works on at a time, on both sides of the products: they should stay in its caches. */
const BLOCK_BYTES = 1 << 21;
/** Tiles at a time: products of fewer rows are slow, more gain nothing. */
const TILES = { least: 32, most: 64 } as const;

/** 36 matrices of `rows` by `columns`, row by row. */
export interface Planes {
  readonly columns: number;
  /** Bytes from one matrix to the next. */
  readonly stride: number;
  readonly bytes: number;
}

function planes(rows: number, columns: number): Planes {
  const stride = rows * columns * FLOAT + STAGGER;
  return { columns, stride, bytes: stride * POINTS };
}

/** Everything about a convolution but where its operands lie. Plain data beside the functions' code. */
export interface Blueprint {
  readonly shape: ConvolutionShape;
  /** Threads that have a share in it. */
  readonly threads: number;
  /** Tiles that a thread works on at a time, at most. */
  readonly tiles: number;
  readonly down: readonly AxisTile[];
  readonly across: readonly AxisTile[];
  /** Points of the filter; of its gradient, one for each thread. */
  readonly filter: Planes;
  /** Points of a block of tiles on either side of the products. */
  readonly input: Planes;
  readonly output: Planes;
  /** Memory that it needs beside its operands. */
  readonly scratchBytes: number;
}

/** @param most threads that may work on it: in a gradient of weights results depend on that number */
export function blueprintOf(shape: ConvolutionShape, most: number): Blueprint {
  const [operand, result] =
    shape.direction === "input gradient" ? [shape.output, shape.input] : [shape.input, shape.output];
  const padding =
    shape.direction === "input gradient" ? shape.padding.map((zeros) => 2 - zeros) : shape.padding;
  const down = axisTiles(operand.height, result.height, padding[0]!);
  const across = axisTiles(operand.width, result.width, padding[1]!);
  const { channels } = shape.input;
  const perTile = (channels + shape.output.channels) * POINTS * FLOAT;
  const total = shape.images * down.length * across.length;
  const threads = Math.min(most, total);
  const each = Math.ceil(total / threads);
  const fitting = Math.floor(BLOCK_BYTES / perTile);
  const atOnce = Math.max(TILES.least, Math.min(TILES.most, fitting));
  const tiles = Math.ceil(each / Math.ceil(each / atOnce));
  const filter = planes(channels, shape.output.channels);
  const [input, output] = [planes(tiles, channels), planes(tiles, shape.output.channels)];
  const filters = shape.direction === "weight gradient" ? threads : 1;
  return {
    shape,
    threads,
    tiles,
    down,
    across,
    filter,
    input,
    output,
    scratchBytes: filters * filter.bytes + threads * (input.bytes + output.bytes),
  };
}

const ALL: Span = [0, TILE_IN];

function pointsLattice({ stride }: Planes): Lattice {
  return { at: (i, j) => (i * TILE_IN + j) * stride, rows: ALL, columns: ALL, skip: 0 };
}

/** Pixels from the first that exists on. */
function imageLattice(image: ImageShape, rows: Span, columns: Span): Lattice {
  const { rowBytes, columnBytes, block, blockBytes } = image;
  return {
    at: (i, j) => (i - rows[0]) * rowBytes + (j - columns[0]) * columnBytes,
    rows,
    columns,
    skip: blockBytes - block * FLOAT,
  };
}

function weightLattice({ rowBytes, columnBytes, block, blockBytes }: WeightShape, turned: boolean): Lattice {
  const tap = (i: number): number => (turned ? 2 - i : i);
  return {
    at: (i, j) => tap(i) * rowBytes + tap(j) * columnBytes,
    rows: [0, 3],
    columns: [0, 3],
    skip: blockBytes - block * FLOAT,
  };
}

const spanName = ([begin, end]: Span): string => `${begin}${end}`;

/** Name of the kernel that takes a tile of an image to its points. */
export const intoPoints = (down: Span, across: Span): string => `into ${spanName(down)} ${spanName(across)}`;
/** Name of the kernel that takes points to the tile of an image; or, of a gradient, the other way. */
export const atResult = (down: Span, across: Span): string => `result ${spanName(down)} ${spanName(across)}`;
/** Name of the kernel for the filter. */
export const FILTER_KERNEL = "filter";

/** The functions of a convolution, by name. */
export function kernelsOf(blueprint: Blueprint): Record<string, FunctionCode> {
  const { shape, down, across, threads } = blueprint;
  const { direction, weights } = shape;
  const backwards = direction === "input gradient";
  const [operand, result] = backwards ? [shape.output, shape.input] : [shape.input, shape.output];
  const [operandPoints, resultPoints] = backwards
    ? [blueprint.output, blueprint.input]
    : [blueprint.input, blueprint.output];
  const kernels: Record<string, FunctionCode> = {};
  const channels = ({ block, channels: all }: ImageShape) => ({ block, blocks: all / block });
  const eachKind = (build: (down: AxisTile, across: AxisTile) => void): void => {
    for (const row of down) for (const column of across) build(row, column);
  };
  eachKind((row, column) => {
    const source = imageLattice(operand, row.valid, column.valid);
    kernels[intoPoints(row.valid, column.valid)] ??= tileKernel({
      map: INPUT,
      source,
      target: pointsLattice(operandPoints),
      ...channels(operand),
    });
    const image = imageLattice(result, row.kept, column.kept);
    const points = pointsLattice(resultPoints);
    kernels[atResult(row.kept, column.kept)] ??=
      direction === "weight gradient"
        ? tileKernel({ map: OUTPUT_GRADIENT, source: image, target: points, ...channels(result) })
        : tileKernel({ map: OUTPUT, source: points, target: image, ...channels(result) });
  });
  const filters = { block: weights.block, blocks: shape.output.channels / weights.block };
  const points = pointsLattice(blueprint.filter);
  const taps = weightLattice(weights, backwards);
  kernels[FILTER_KERNEL] =
    direction === "weight gradient"
      ? tileKernel({
          map: FILTER_GRADIENT,
          source: { ...points, copies: [threads, blueprint.filter.bytes] },
          target: taps,
          ...filters,
        })
      : tileKernel({ map: FILTER, source: taps, target: points, ...filters });
  return kernels;
}
