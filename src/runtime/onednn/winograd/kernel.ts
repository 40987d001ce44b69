// A transform of both axes of a tile as a function in WebAssembly, four channels at a time.
import {
  add,
  type Code,
  countDown,
  type FunctionCode,
  get,
  int,
  set,
  vector,
} from "../../../wasm/assembler.ts";
import { type Lanes, type LinearMap, Scratch } from "./transforms.ts";

/** From the first index to before the second. */
export type Span = readonly [begin: number, end: number];

/** Where the elements of a tile lie. */
export interface Lattice {
  /** Bytes from the address given to the element in row i and column j. */
  readonly at: (i: number, j: number) => number;
  /** Rows and columns that there are; the others read as zero and are not written. */
  readonly rows: Span;
  readonly columns: Span;
  /** Bytes from the end of a block of channels to the next. */
  readonly skip: number;
  /** Tiles to be added up when they are read, and the bytes from one to the next; default: one. */
  readonly copies?: readonly [count: number, bytes: number];
}

/** What a kernel does. */
export interface TileTransform {
  readonly map: LinearMap;
  readonly source: Lattice;
  readonly target: Lattice;
  /** Channels side by side, a multiple of 4, and how many such blocks there are. */
  readonly block: number;
  readonly blocks: number;
}

const LANES = 4;
const BYTES = 16;
const within = (index: number, [begin, end]: Span): boolean => index >= begin && index < end;

/** A function of the addresses of source and target, at the first channel. */
export function tileKernel({ map, source, target, block, blocks }: TileTransform): FunctionCode {
  const [from, to, outer, inner] = [0, 1, 2, 3];
  const firstVector = 4;
  const { inputs, outputs } = map;
  const between = Array.from({ length: outputs * inputs }, (_, i) => firstVector + i);
  const scratch = new Scratch(firstVector + between.length);
  const load = (i: number, j: number): Lanes => {
    const [count, bytes] = source.copies ?? [1, 0];
    const offset = source.at(i, j);
    const loads = Array.from({ length: count }, (_, n) => vector.load(get(from), offset + n * bytes));
    return loads.reduce((total, next) => vector.addFloats(total, next));
  };
  const half: Lanes[][] = Array.from({ length: outputs }, () => []);
  for (let j = 0; j < inputs; j++) {
    if (!within(j, source.columns)) continue;
    const column = Array.from({ length: inputs }, (_, i) =>
      within(i, source.rows) ? scratch.keep(load(i, j)) : undefined,
    );
    for (const [i, value] of map.apply(scratch, column).entries()) {
      if (value === undefined) continue;
      const local = between[i * inputs + j]!;
      scratch.statements.push(set(local, value));
      half[i]![j] = get(local);
    }
    scratch.release();
  }
  for (let i = 0; i < outputs; i++) {
    if (!within(i, target.rows)) continue;
    const row = Array.from({ length: inputs }, (_, j) => half[i]![j]);
    for (const [j, value] of map.apply(scratch, row).entries()) {
      if (!within(j, target.columns)) continue;
      scratch.statements.push(vector.store(get(to), value ?? vector.zero, target.at(i, j)));
    }
    scratch.release();
  }
  const advance = (local: number, bytes: number): Code =>
    bytes === 0 ? [] : set(local, add(get(local), int(bytes)));
  const group = [...scratch.statements, advance(from, BYTES), advance(to, BYTES)];
  const body = [
    set(outer, int(blocks)),
    countDown(
      outer,
      set(inner, int(block / LANES)),
      countDown(inner, ...group),
      advance(from, source.skip),
      advance(to, target.skip),
    ),
  ];
  return { parameters: 2, ints: 2, vectors: between.length + LOCALS, returns: false, body };
}

/** Locals that the maps keep along one axis, operands included: at most. */
const LOCALS = 12;
