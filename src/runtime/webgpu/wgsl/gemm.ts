// The one matrix product that convolutions, their gradients and matmul are: tiles in workgroup memory, a block of
// results in the registers of every invocation. What an element of either operand is, its side says.
import type { KernelFrame } from "./kernel.ts";

/** The tile of a workgroup: rows, columns and depth; and the block of an invocation: 4 or 8 rows and columns. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly blockRows: 4 | 8;
  readonly blockColumns: 4 | 8;
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
  /** Statements that assign `target` (which is 0) the element (or four) at depth `k`, where there is one. */
  load(p: string, k: string, target: string): string;
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
}

/** The kernel's text; its workgroups are [columns' tiles * rows' tiles spread over x and y, z]. */
export function gemmCode(frame: KernelFrame, output: number, gemm: Gemm): string {
  const { tile, m, n, k, parts } = gemm;
  const { rows, columns, depth, blockRows, blockColumns } = tile;
  const invocations = invocationsOf(tile);
  const across = columns / blockColumns;
  const a = loader("a", gemm.a, rows, depth, invocations);
  const b = loader("b", gemm.b, columns, depth, invocations);
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
  let tx = lane % ${across}u;
  let ty = lane / ${across}u;
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
    for (var kk = 0u; kk < ${depth}u; kk++) {
      ${range(blockRows / 4)
        .map((half) => `let a${half} = tile_a[a_from + kk * ${a.pitch}u${rowsAt(half)}];`)
        .join(" ")}
      ${range(blockColumns / 4)
        .map((half) => `let b${half} = tile_b[b_from + kk * ${b.pitch}u${columnsAt(half)}];`)
        .join(" ")}
      ${product.join("\n      ")}
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
    workgroupSize: invocations,
    declarations: `var<workgroup> tile_a: array<vec4f, ${2 * a.quads}>;\nvar<workgroup> tile_b: array<vec4f, ${2 * b.quads}>;`,
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

/** How the invocations of a workgroup bring a tile of one operand into workgroup memory, [depth][out]. */
function loader(name: "a" | "b", side: Side, outs: number, depth: number, invocations: number) {
  const pitch = (outs + (side.along === "depth" ? 4 : 0)) / 4;
  const passes = (outs * depth) / 4 / invocations;
  const registers = range(passes).map((i) => `var ${name}r${i} = vec4f(0.0);`);
  const tileStatements = side.tile?.("k0") ?? "";
  if (side.along === "depth") {
    // Neighbouring invocations take neighbouring quads of a row: `lines` invocations share a row.
    const lines = Math.max(1, invocations / outs);
    const place = `lane / ${lines}u`;
    const quad = (i: number): string => `(lane % ${lines}u + ${i * lines}u)`;
    return {
      pitch,
      quads: pitch * depth,
      registers: registers.join(" "),
      prepare: (from: string): string => side.prepare(name, `(${from} + ${place})`),
      load: `${tileStatements} ${range(passes)
        .map((i) => {
          const k = `(k0 + 4u * ${quad(i)})`;
          if (side.wide) return `${name}r${i} = vec4f(0.0); ${side.load(name, k, `${name}r${i}`)}`;
          return `${name}r${i} = vec4f(0.0); ${range(4)
            .map((e) => side.load(name, `(${k} + ${e}u)`, `${name}r${i}.${"xyzw"[e]}`))
            .join(" ")}`;
        })
        .join(" ")}`,
      store: range(passes)
        .map((i) =>
          range(4)
            .map(
              (e) =>
                `tile_${name}[${name}_into + (4u * ${quad(i)} + ${e}u) * ${pitch}u + (${place}) / 4u][(${place}) & 3u] = ${name}r${i}.${"xyzw"[e]};`,
            )
            .join(" "),
        )
        .join(" "),
    };
  }
  const quads = outs / 4;
  const lines = invocations / quads;
  const prepareAll = (from: string): string => {
    const out = `(${from} + 4u * (lane % ${quads}u))`;
    if (side.wide) return side.prepare(name, out);
    return range(4)
      .map((e) => side.prepare(`${name}${e}`, `(${out} + ${e}u)`))
      .join("\n  ");
  };
  return {
    pitch,
    quads: pitch * depth,
    registers: registers.join(" "),
    prepare: prepareAll,
    load: `${tileStatements} ${range(passes)
      .map((i) => {
        const k = `(k0 + lane / ${quads}u + ${i * lines}u)`;
        if (side.wide) return `${name}r${i} = vec4f(0.0); ${side.load(name, k, `${name}r${i}`)}`;
        return `${name}r${i} = vec4f(0.0); ${range(4)
          .map((e) => side.load(`${name}${e}`, k, `${name}r${i}.${"xyzw"[e]}`))
          .join(" ")}`;
      })
      .join(" ")}`,
    store: range(passes)
      .map(
        (i) =>
          `tile_${name}[${name}_into + (lane / ${quads}u + ${i * lines}u) * ${pitch}u + lane % ${quads}u] = ${name}r${i};`,
      )
      .join(" "),
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
