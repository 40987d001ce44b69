// The work of one thread on a convolution in Winograd's form, phase by phase.

import type { MatrixProduct } from "../ffi/index.ts";
import { atResult, type Blueprint, FILTER_KERNEL, intoPoints, type Planes } from "./blueprint.ts";
import { POINTS, weightOffset } from "./shape.ts";

/** The kernels of a blueprint: addresses of source and target within the memory. */
export type TileKernels = Readonly<Record<string, (source: number, target: number) => void>>;

/** Where the operands lie within the memory. */
export interface Operands {
  readonly input: number;
  readonly output: number;
  readonly weights: number;
  readonly scratch: number;
}

/** Work on one thread's share of a phase. What one phase writes the next reads, of whatever thread. */
export type Phase = (thread: number) => void;

interface Tile {
  readonly source: number;
  readonly target: number;
  readonly into: (source: number, target: number) => void;
  readonly result: (source: number, target: number) => void;
}

/** The share of `thread` of so many things. */
function shareOf(count: number, thread: number, threads: number): readonly [begin: number, end: number] {
  return [Math.floor((count * thread) / threads), Math.floor((count * (thread + 1)) / threads)];
}

const FLOAT = 4;

/** @param base the address of the memory, for products */
export function phasesOf(
  blueprint: Blueprint,
  kernels: TileKernels,
  operands: Operands,
  base: number,
  product: MatrixProduct,
): readonly Phase[] {
  const { shape, threads, tiles, down, across, filter, input, output } = blueprint;
  const { direction, images, weights } = shape;
  const [inputs, outputs] = [shape.input.channels, shape.output.channels];
  const backwards = direction === "input gradient";
  const [operand, result] = backwards ? [shape.output, shape.input] : [shape.input, shape.output];
  const [operandAt, resultAt] = backwards
    ? [operands.output, operands.input]
    : [operands.input, operands.output];
  const perImage: readonly Tile[] = down.flatMap((row) =>
    across.map((column) => ({
      source: row.source * operand.rowBytes + column.source * operand.columnBytes,
      target: row.target * result.rowBytes + column.target * result.columnBytes,
      into: kernels[intoPoints(row.valid, column.valid)]!,
      result: kernels[atResult(row.kept, column.kept)]!,
    })),
  );
  const total = images * perImage.length;
  const filters = direction === "weight gradient" ? threads : 1;
  const pointsAt = (thread: number): readonly [input: number, output: number] => {
    const begin = operands.scratch + filters * filter.bytes + thread * (input.bytes + output.bytes);
    return [begin, begin + input.bytes];
  };
  const filterKernel = kernels[FILTER_KERNEL]!;
  const rowOf = ({ columns }: Planes): number => columns * FLOAT;

  /** Walks a thread's tiles in blocks: `visit` each with its row, twice with the products in between. */
  const eachBlock = (thread: number, work: (first: number, count: number, index: number) => void): void => {
    const [begin, end] = shareOf(total, thread, threads);
    const blocks = Math.ceil((end - begin) / tiles);
    for (let block = 0; block < blocks; block++) {
      const [first, last] = shareOf(end - begin, block, blocks);
      work(begin + first, last - first, block);
    }
  };
  const eachTile = (
    first: number,
    count: number,
    visit: (tile: Tile, image: number, row: number) => void,
  ): void => {
    let image = Math.floor(first / perImage.length);
    let index = first - image * perImage.length;
    for (let row = 0; row < count; row++) {
      visit(perImage[index]!, image, row);
      index++;
      if (index === perImage.length) [index, image] = [0, image + 1];
    }
  };

  const intoFilterPoints: Phase = (thread) => {
    const [begin, end] = shareOf(inputs, thread, threads);
    for (let i = begin; i < end; i++) {
      filterKernel(operands.weights + weightOffset(weights, i), operands.scratch + i * rowOf(filter));
    }
  };

  const throughTiles: Phase = (thread) => {
    const [inputAt, outputAt] = pointsAt(thread);
    const [fromAt, toAt] = backwards ? [outputAt, inputAt] : [inputAt, outputAt];
    const [from, to] = backwards ? [output, input] : [input, output];
    eachBlock(thread, (first, count) => {
      eachTile(first, count, ({ source, into }, image, row) =>
        into(operandAt + image * operand.imageBytes + source, fromAt + row * rowOf(from)),
      );
      for (let point = 0; point < POINTS; point++) {
        product(
          [false, backwards],
          [count, to.columns, from.columns],
          [base + fromAt + point * from.stride, from.columns],
          [base + operands.scratch + point * filter.stride, outputs],
          [base + toAt + point * to.stride, to.columns],
          false,
        );
      }
      eachTile(first, count, ({ target, result: out }, image, row) =>
        out(toAt + row * rowOf(to), resultAt + image * result.imageBytes + target),
      );
    });
  };

  const gatherProducts: Phase = (thread) => {
    const [inputAt, outputAt] = pointsAt(thread);
    const sumsAt = operands.scratch + thread * filter.bytes;
    eachBlock(thread, (first, count, block) => {
      eachTile(first, count, ({ source, target, into, result: gradient }, image, row) => {
        into(operandAt + image * operand.imageBytes + source, inputAt + row * rowOf(input));
        gradient(resultAt + image * result.imageBytes + target, outputAt + row * rowOf(output));
      });
      for (let point = 0; point < POINTS; point++) {
        product(
          [true, false],
          [inputs, outputs, count],
          [base + inputAt + point * input.stride, inputs],
          [base + outputAt + point * output.stride, outputs],
          [base + sumsAt + point * filter.stride, outputs],
          block > 0,
        );
      }
    });
  };

  const outOfFilterPoints: Phase = (thread) => {
    const [begin, end] = shareOf(inputs, thread, threads);
    for (let i = begin; i < end; i++) {
      filterKernel(operands.scratch + i * rowOf(filter), operands.weights + weightOffset(weights, i));
    }
  };
  const phases =
    direction === "weight gradient" ? [gatherProducts, outOfFilterPoints] : [intoFilterPoints, throughTiles];
  return phases.map((phase) => (thread) => {
    if (thread < threads) phase(thread);
  });
}
