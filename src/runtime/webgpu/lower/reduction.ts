// Reductions over axes and positions of maxima: every sum in one order.
import { sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import { elementTypeOf, newTensor, type Tensor, valueTypeOf } from "../plan/tensor.ts";
import { binaryExpression, compareExpression, WGSL_TYPES } from "../wgsl/expressions.ts";
import { iterationOver, offsetAt, splitIndex } from "../wgsl/iteration.ts";
import { KernelFrame } from "../wgsl/kernel.ts";

const WORKGROUP = 256;
/** Up to so many elements an invocation sums by itself. */
const ALONE = 64;
/** Elements that a workgroup takes; more are reduced in two passes. */
const CHUNK = 16384;

type ReduceNode = BoundNode<"reduceSum"> | BoundNode<"reduceMax">;

/** In two passes where few results have many terms each. */
export function lowerReduction(planner: Planner, node: ReduceNode): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const reduced = new Set(node.params.axes);
  const held = planner.tensor(x!);
  const kept = held.shape.map((size, axis) => (reduced.has(axis) ? 1 : size));
  const result = planner.produce(y!);
  const target: Tensor = { ...result, shape: kept, strides: stridesOf(kept) };
  const count = [...reduced].reduce((size, axis) => size * held.shape[axis]!, 1);
  const kind = node.op === "reduceSum" ? "sum" : "max";
  if (count > CHUNK && sizeOf(kept) < CHUNK) {
    const chunks = Math.ceil(count / CHUNK);
    const partial = newTensor(target.type, [chunks, ...kept]);
    reduceInto(planner, kind, held, partial, [...reduced], chunks);
    reduceInto(
      planner,
      kind,
      partial,
      { ...target, shape: [1, ...kept], strides: [0, ...target.strides] },
      [0],
      1,
    );
  } else reduceInto(planner, kind, held, target, [...reduced], 1);
}

/** Reduces axes of `source`; `target` has size 1 along them and, before all others, an axis for chunks if there are any. */
function reduceInto(
  planner: Planner,
  kind: "sum" | "max",
  source: Tensor,
  target: Tensor,
  axes: readonly number[],
  chunks: number,
): void {
  const lead = target.shape.length - source.shape.length;
  const outStrides = target.strides.slice(lead);
  const keptShape = target.shape.slice(lead);
  const outer = iterationOver(keptShape, [
    outStrides,
    source.strides.map((s, axis) => (axes.includes(axis) ? 0 : s)),
  ]);
  const innerShape = axes.map((axis) => source.shape[axis]!);
  const inner = iterationOver(innerShape, [axes.map((axis) => source.strides[axis]!)]);
  const [outputs, count] = [sizeOf(keptShape), sizeOf(innerShape)];
  const frame = new KernelFrame([{ tensor: target, written: true }, { tensor: source }]);
  const held = valueTypeOf(target.type);
  const type = WGSL_TYPES[held];
  const span = Math.ceil(count / chunks);
  const alone = target.type === "i64" || (chunks === 1 && (count <= ALONE || outputs >= 65536));
  const read = (index: string): string => `${splitIndex("r", index, inner.sizes)}
    let x = ${frame.read(1, `${offsetAt("k", outer.strides[1]!)} + ${offsetAt("r", inner.strides[0]!)}`)};`;
  const isSum = kind === "sum";
  const merge = (a: string, b: string): string => binaryExpression(isSum ? "add" : "maximum", held, a, b);
  const start = isSum ? `${type}(0)` : "";
  const store = frame.write(
    0,
    `chunk * ${chunks === 1 ? 0 : target.strides[0]}u + ${offsetAt("k", outer.strides[0]!)}`,
    "total",
  );
  const whole = chunks === 1 ? `let chunk = 0u;` : `let chunk = output / ${outputs}u;`;
  const position = `${whole}
  ${splitIndex("k", chunks === 1 ? "output" : `output % ${outputs}u`, outer.sizes)}
  let begin = chunk * ${span}u;
  let end = min(begin + ${span}u, ${count}u);`;
  const width = alone ? 1 : WORKGROUP;
  const loop = `var total = ${isSum ? start : `${type}(0)`};
  var empty = ${!isSum};
  for (var i = begin + ${alone ? "0u" : "lane"}; i < end; i += ${width}u) {
    ${read("i")}
    ${isSum ? `total = ${merge("total", "x")};` : `if (empty) { total = x; empty = false; } else { total = ${merge("total", "x")}; }`}
  }`;
  const all = outputs * chunks;
  const main = alone
    ? `NO_SEGMENTS let output = group * ${WORKGROUP}u + lane;
  if (output >= ${all}u) { return; }
  ${position}
  ${loop}
  ${store}`
    : `NO_SEGMENTS let output = group;
  if (output >= ${all}u) { return; }
  ${position}
  ${loop}
  totals[lane] = total;
  empties[lane] = u32(empty);
  workgroupBarrier();
  for (var half = ${WORKGROUP / 2}u; half > 0u; half /= 2u) {
    if (lane < half && empties[lane + half] == 0u) {
      totals[lane] = ${merge("totals[lane]", "totals[lane + half]")};
    }
    workgroupBarrier();
  }
  if (lane == 0u) { let total = totals[0]; ${store} }`;
  planner.emit({
    work: "reduction",
    label: kind,
    code: frame.code({
      main,
      workgroupSize: WORKGROUP,
      declarations: alone
        ? ""
        : `var<workgroup> totals: array<${type}, ${WORKGROUP}>;\nvar<workgroup> empties: array<u32, ${WORKGROUP}>;`,
    }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(alone ? Math.ceil(all / WORKGROUP) : all, planner.traits.workgroups), 1],
    mergeable: false,
  });
}

/** An invocation a row; of equals the first. */
export function lowerArgMax(planner: Planner, node: BoundNode<"argMax">): void {
  const [x] = node.inputs;
  const source = planner.inStrides(x!);
  const target = planner.produce(node.outputs[0]!);
  const width = x!.shape.at(-1)!;
  const rows = sizeOf(x!.shape) / width;
  const frame = new KernelFrame([{ tensor: target, written: true }, { tensor: source }]);
  const greater = compareExpression("greater", valueTypeOf(source.type), "x", "largest");
  const main = `NO_SEGMENTS let row = group * ${WORKGROUP}u + lane;
  if (row >= ${rows}u) { return; }
  var best = 0u;
  var largest = ${frame.read(1, `row * ${width}u`)};
  for (var i = 1u; i < ${width}u; i++) {
    let x = ${frame.read(1, `row * ${width}u + i`)};
    if (${greater} != 0u) { best = i; largest = x; }
  }
  ${frame.write(0, "row", `${WGSL_TYPES[elementTypeOf("int32")]}(best)`)}`;
  planner.emit({
    work: "reduction",
    label: "argMax",
    code: frame.code({ main, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(rows / WORKGROUP), planner.traits.workgroups), 1],
    mergeable: false,
  });
}
