// The one matrix product that convolutions, their gradients and matmul are: tiles in workgroup memory, a block of
// results in the registers of every invocation. What an element of either operand is, its side says.
import type { HalfType } from "../plan/tensor.ts";
import type { KernelFrame } from "./kernel.ts";

/** The tile of a workgroup: rows, columns and depth; and the block of an invocation: 4 or 8 rows and columns. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly blockRows: 4 | 8;
  readonly blockColumns: 4 | 8;
  /** Depths that are written out one after another; the rest is a loop. */
  readonly unroll: number;
  /** Elements outside are read from the beginning of the operand and left out, rather than not read. */
  readonly readsAlways: boolean;
}

/** Invocations of a workgroup: one for each block of the tile. */
export function invocationsOf({ rows, columns, blockRows, blockColumns }: Tile): number {
  return (rows / blockRows) * (columns / blockColumns);
}

/** Where the elements of an operand come from. `out` is its row (of A) or column (of B). */
export interface Side {
  /** The axis along which four elements are taken at once. */
  readonly along: "depth" | "out";
  /** Four elements are one read; else each has a place of its own. */
  readonly wide: boolean;
  /** Statements that define names beginning with `p` from an `out`: an expression. */
  prepare(p: string, out: string): string;
  /** Statements for the depths from `k0` (uniform) on, before its elements are read. */
  readonly tile?: (k0: string) => string;
  /** Where the element (or the first of four) at depth `k` lies; `inside` says whether there is one. */
  locate(p: string, k: string): { readonly before: string; readonly inside: string; readonly place: string };
  /** The element, or four, at a place. */
  read(place: string): string;
  /** Whether elements are float16 as they lie. */
  isHalf(): boolean;
}

/** One product, and the WGSL that reads its sides and stores its results. */
export interface Gemm {
  readonly tile: Tile;
  /** Rows, columns and depth of the product; those in z may have fewer rows or less depth. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Statements before anything else, of the uniform `wid.z`. */
  readonly setup?: string;
  /** Expressions for rows and depth where `setup` defines them. */
  readonly rows?: string;
  readonly depth?: string;
  /** The depth is split in so many parts; `setup` defines `part` where there is more than one. */
  readonly parts: number;
  readonly a: Side;
  readonly b: Side;
  /** Statements that define `row_place`, where the results of row `row` begin. */
  readonly rowPlace: string;
  /** Adds to four results from column `column`. */
  readonly bias?: (column: string) => string;
  /** Writes an element, or four, at a place. */
  readonly wideStore: boolean;
  /** Factors are float16; sums are float32 all the same. */
  readonly half?: HalfType | undefined;
}

/** The kernel's text; its workgroups are [columns' tiles * rows' tiles spread over x and y, z]. */
export function gemmCode(frame: KernelFrame, output: number, gemm: Gemm): string {
  const { tile, m, n, k, parts } = gemm;
  const { rows, columns, depth, blockRows, blockColumns, unroll } = tile;
  const across = columns / blockColumns;
  const a = loader("a", gemm.a, rows, gemm);
  const b = loader("b", gemm.b, columns, gemm);
  const quad = gemm.half === "f16" ? "vec4<f16>" : "vec4f";
  const wide = (read: string): string => (gemm.half === "f16" ? `vec4f(${read})` : read);
  const accumulators = range(blockRows).flatMap((i) => range(blockColumns / 4).map((j) => `c${i}_${j}`));
  const tilesDeep = Math.ceil(k / depth);
  const deep = gemm.depth === undefined ? `${tilesDeep}u` : `(${gemm.depth} + ${depth - 1}u) / ${depth}u`;
  const each = Math.ceil(tilesDeep / parts);
  const bounds =
    parts === 1
      ? `let first = 0u; let last = ${deep};`
      : `let first = part * ${each}u; let last = min(first + ${each}u, ${deep});`;
  const product = range(blockRows).flatMap((i) =>
    range(blockColumns / 4).map(
      (j) => `c${i}_${j} = fma(vec4f(a${Math.floor(i / 4)}.${"xyzw"[i % 4]}), b${j}, c${i}_${j});`,
    ),
  );
  const rowsAt = (half: number): string => (half === 0 ? "" : ` + ${rows / 8}u`);
  const columnsAt = (half: number): string => (half === 0 ? "" : ` + ${columns / 8}u`);
  const main = `NO_SEGMENTS
  let tile_column = (group % ${Math.ceil(n / columns)}u) * ${columns}u;
  let tile_row = (group / ${Math.ceil(n / columns)}u) * ${rows}u;
  ${gemm.setup ?? ""}
  let row_count = ${gemm.rows ?? `${m}u`};
  if (tile_row >= row_count) { return; }
  ${bounds}
  ${places(across, rows / blockRows)}
  ${a.prepare("tile_row")}
  ${b.prepare("tile_column")}
  ${accumulators.map((name) => `var ${name} = vec4f(0.0);`).join(" ")}
  ${a.registers} ${b.registers}
  if (first < last) {
    let k0 = first * ${depth}u;
    ${a.load} ${b.load}
    let a_into = 0u; let b_into = 0u;
    ${a.store} ${b.store}
  }
  workgroupBarrier();
  for (var t = first; t < last; t++) {
    let side = (t - first) & 1u;
    if (t + 1u < last) {
      let k0 = (t + 1u) * ${depth}u;
      ${a.load} ${b.load}
    }
    let a_from = side * ${a.quads}u + ty;
    let b_from = side * ${b.quads}u + tx;
    for (var kk = 0u; kk < ${depth}u; kk += ${unroll}u) {
      ${range(unroll)
        .map((step) => {
          const k = step === 0 ? "kk" : `(kk + ${step}u)`;
          const rowQuads = range(blockRows / 4).map(
            (half) => `let a${half} = ${wide(`tile_a[a_from + ${k} * ${a.pitch}u${rowsAt(half)}]`)};`,
          );
          const columnQuads = range(blockColumns / 4).map(
            (half) => `let b${half} = ${wide(`tile_b[b_from + ${k} * ${b.pitch}u${columnsAt(half)}]`)};`,
          );
          return `{ ${[...rowQuads, ...columnQuads, ...product].join("\n      ")} }`;
        })
        .join("\n      ")}
    }
    if (t + 1u < last) {
      let a_into = (1u - side) * ${a.quads}u; let b_into = (1u - side) * ${b.quads}u;
      ${a.store} ${b.store}
    }
    workgroupBarrier();
  }
  ${range(blockRows)
    .map(
      (i) => `{
    let row = tile_row + ${Math.floor(i / 4) * (rows / 2)}u + ty * 4u + ${i % 4}u;
    if (row < row_count) {
      ${gemm.rowPlace}
      ${range(blockColumns / 4)
        .map((j) =>
          storeQuad(frame, output, gemm, `tile_column + ${j * (columns / 2)}u + tx * 4u`, `c${i}_${j}`),
        )
        .join("\n      ")}
    }
  }`,
    )
    .join("\n  ")}`;
  return frame.code({
    main,
    workgroupSize: invocationsOf(tile),
    half: gemm.half,
    declarations: `var<workgroup> tile_a: array<${quad}, ${2 * a.quads}>;\nvar<workgroup> tile_b: array<${quad}, ${2 * b.quads}>;`,
  });
}

/** Bytes of workgroup memory that the product takes. */
export function workgroupBytes({ rows, columns, depth }: Tile): number {
  return 2 * 4 * depth * (rows + 4 + columns + 4);
}

function storeQuad(frame: KernelFrame, output: number, gemm: Gemm, column: string, value: string): string {
  const biased = gemm.bias === undefined ? value : `${value} + ${gemm.bias("column")}`;
  if (gemm.wideStore) {
    return `{ let column = ${column}; if (column < ${gemm.n}u) { ${frame.write4(output, "(row_place + column) / 4u", biased)} } }`;
  }
  const elements = range(4).map(
    (i) =>
      `if (column + ${i}u < ${gemm.n}u) { ${frame.write(output, `row_place + column + ${i}u`, `result[${i}]`)} }`,
  );
  return `{ let column = ${column}; let result = ${biased}; ${elements.join(" ")} }`;
}

/**
 * Statements that define an invocation's place among blocks, `tx` and `ty`: 32 neighbours share 8 columns and 4 rows of
 * blocks, so that they read few different quads of either tile.
 */
function places(across: number, down: number): string {
  if (across % 8 !== 0 || down % 4 !== 0) return `let tx = lane % ${across}u; let ty = lane / ${across}u;`;
  const squares = across / 8;
  return `let tx = ((lane / 32u) % ${squares}u) * 8u + lane % 8u;
  let ty = (lane / ${32 * squares}u) * 4u + (lane / 8u) % 4u;`;
}

interface Loader {
  /** Quads from one depth to the next in workgroup memory, and of the whole tile. */
  readonly pitch: number;
  readonly quads: number;
  readonly registers: string;
  prepare(from: string): string;
  readonly load: string;
  readonly store: string;
}

/** How the invocations of a workgroup bring a tile of one operand into workgroup memory, [depth][out]. */
function loader(name: "a" | "b", side: Side, outs: number, gemm: Gemm): Loader {
  return side.along === "depth" ? depthLoader(name, side, outs, gemm) : outLoader(name, side, outs, gemm);
}

/** How a factor is put into workgroup memory. */
function factor(side: Side, { half }: Gemm, value: string, width: 1 | 4): string {
  if (half === undefined) return value;
  if (!side.isHalf()) return `to_half${width === 4 ? "4" : ""}(${value})`;
  if (half === "f16in32") return value;
  return width === 4 ? `vec4<f16>(${value})` : `f16(${value})`;
}

/** Statements that read four elements into a register: one read, or one for each of `elements`. */
function readQuad(
  side: Side,
  tile: Tile,
  register: string,
  elements: readonly (readonly [string, string])[],
): string {
  const read = ([p, k]: readonly [string, string], target: string, zero: string): string => {
    const { before, inside, place } = side.locate(p, k);
    if (!tile.readsAlways) return `{ ${before} if (${inside}) { ${target} = ${side.read(`(${place})`)}; } }`;
    return `{ ${before} let inside = ${inside}; let place = select(0u, ${place}, inside);
      ${target} = select(${zero}, ${side.read("place")}, inside); }`;
  };
  const clear = tile.readsAlways ? "" : `${register} = vec4f(0.0);`;
  if (side.wide) return `${clear} ${read(elements[0]!, register, "vec4f(0.0)")}`;
  return `${clear} ${elements.map((element, e) => read(element, `${register}.${"xyzw"[e]}`, "0.0")).join(" ")}`;
}

/** Neighbouring invocations take neighbouring quads of a row. */
function depthLoader(name: string, side: Side, outs: number, gemm: Gemm): Loader {
  const { tile } = gemm;
  const invocations = invocationsOf(tile);
  const pitch = (outs + 4) / 4;
  const lines = Math.min(tile.depth / 4, Math.max(2, invocations / outs));
  const rowPasses = Math.max(1, (outs * lines) / invocations);
  const quadPasses = tile.depth / 4 / lines;
  const passes = range(rowPasses).flatMap((row) =>
    range(quadPasses).map((quad) => ({ row, quad, register: `${name}r${row}_${quad}` })),
  );
  const rowOf = (row: number): string => (row === 0 ? "" : ` + ${(row * invocations) / lines}u`);
  const out = (row: number): string => `(lane / ${lines}u${rowOf(row)})`;
  const depthOf = (quad: number): string => `4u * (lane % ${lines}u + ${quad * lines}u)`;
  return {
    pitch,
    quads: pitch * tile.depth,
    registers: passes.map(({ register }) => `var ${register} = vec4f(0.0);`).join(" "),
    prepare: (from) =>
      range(rowPasses)
        .map((row) => side.prepare(`${name}${row}`, `(${from} + ${out(row)})`))
        .join("\n  "),
    load: `${side.tile?.("k0") ?? ""} ${passes
      .map(({ row, quad, register }) => {
        const elements = range(4).map(
          (e) => [`${name}${row}`, `(k0 + ${depthOf(quad)}${e === 0 ? "" : ` + ${e}u`})`] as const,
        );
        return readQuad(side, tile, register, elements);
      })
      .join("\n      ")}`,
    store: passes
      .flatMap(({ row, quad, register }) =>
        range(4).map(
          (e) =>
            `tile_${name}[${name}_into + (${depthOf(quad)} + ${e}u) * ${pitch}u + ${out(row)} / 4u][${out(row)} & 3u] = ${factor(side, gemm, `${register}.${"xyzw"[e]}`, 1)};`,
        ),
      )
      .join(" "),
  };
}

/** Neighbouring invocations take neighbouring quads of a depth. */
function outLoader(name: string, side: Side, outs: number, gemm: Gemm): Loader {
  const { tile } = gemm;
  const invocations = invocationsOf(tile);
  const quads = outs / 4;
  const lines = invocations / quads;
  const passes = range((tile.depth * quads) / invocations).map((i) => ({ i, register: `${name}r${i}` }));
  const out = (from: string, e: number): string =>
    `(${from} + 4u * (lane % ${quads}u)${e === 0 ? "" : ` + ${e}u`})`;
  const elements = range(side.wide ? 1 : 4);
  return {
    pitch: quads,
    quads: quads * tile.depth,
    registers: passes.map(({ register }) => `var ${register} = vec4f(0.0);`).join(" "),
    prepare: (from) => elements.map((e) => side.prepare(`${name}${e}`, out(from, e))).join("\n  "),
    load: `${side.tile?.("k0") ?? ""} ${passes
      .map(({ i, register }) => {
        const k = `(k0 + lane / ${quads}u + ${i * lines}u)`;
        return readQuad(
          side,
          tile,
          register,
          elements.map((e) => [`${name}${e}`, k] as const),
        );
      })
      .join("\n      ")}`,
    store: passes
      .map(
        ({ i, register }) =>
          `tile_${name}[${name}_into + (lane / ${quads}u + ${i * lines}u) * ${quads}u + lane % ${quads}u] = ${factor(side, gemm, register, 4)};`,
      )
      .join(" "),
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
