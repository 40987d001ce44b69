// Softmax and its logarithm over the last axis, and the gradient of the former.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { ARG } from "../ffi/index.ts";
import type { Elements } from "../host/elements.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { lowerLoop } from "./host.ts";

/** Below this many elements a loop is quick enough. */
const LARGE = 16384;

/** The library's primitive for large tensors, a loop for small ones. */
export function lowerSoftmax(planner: Planner, node: BoundNode<"softmax"> | BoundNode<"logSoftmax">): void {
  const [x] = node.inputs as readonly [BoundValue];
  const [y] = node.outputs;
  const algorithm = node.op;
  if (sizeOf(x.shape) < LARGE) {
    const width = x.shape.at(-1)!;
    const fill = algorithm === "softmax" ? softmaxOfRow : logSoftmaxOfRow;
    lowerLoop(planner, node, ([from], [to]) => {
      for (let begin = 0; begin < to!.length; begin += width) fill(from!, to!, begin, begin + width);
    });
    return;
  }
  const source = planner.alignedRows(x);
  const layout = source.layout!;
  const axis = layout.dims.length - 1;
  planner.add(
    planner.engine.primitive({ kind: "softmaxForward", algorithm, axis, src: layout, dst: layout }),
    {
      work: "softmax",
      label: `${algorithm} of [${x.shape.join(", ")}]`,
      reads: [[ARG.src, source]],
      writes: [[ARG.dst, planner.produceRows(y!)]],
    },
  );
}

/** Exponentials of a row less its largest element, which are returned summed. */
function softmaxOfRow(from: Elements, to: Elements, begin: number, end: number): void {
  const largest = largestOf(from, begin, end);
  let sum = 0;
  for (let i = begin; i < end; i++) sum += Math.exp(from[i]! - largest);
  for (let i = begin; i < end; i++) to[i] = Math.exp(from[i]! - largest) / sum;
}

function logSoftmaxOfRow(from: Elements, to: Elements, begin: number, end: number): void {
  const largest = largestOf(from, begin, end);
  let sum = 0;
  for (let i = begin; i < end; i++) sum += Math.exp(from[i]! - largest);
  const shift = largest + Math.log(sum);
  for (let i = begin; i < end; i++) to[i] = from[i]! - shift;
}

function largestOf(elements: Elements, begin: number, end: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = begin; i < end; i++) largest = Math.max(largest, elements[i]!);
  return largest;
}

/** As `lowerSoftmax`. */
export function lowerSoftmaxGrad(planner: Planner, node: BoundNode<"softmaxGrad">): void {
  const [dy, y] = node.inputs as readonly [BoundValue, BoundValue];
  const [dx] = node.outputs;
  if (sizeOf(y.shape) < LARGE) {
    const width = y.shape.at(-1)!;
    lowerLoop(planner, node, ([upstream, result], [to]) => {
      for (let begin = 0; begin < to!.length; begin += width) {
        let sum = 0;
        for (let i = begin; i < begin + width; i++) sum += upstream![i]! * result![i]!;
        for (let i = begin; i < begin + width; i++) to![i] = result![i]! * (upstream![i]! - sum);
      }
    });
    return;
  }
  const [upstream, result] = [planner.alignedRows(dy), planner.alignedRows(y)];
  const layout = result.layout!;
  const axis = layout.dims.length - 1;
  const hint = planner.engine.primitive({
    kind: "softmaxForward",
    algorithm: "softmax",
    axis,
    src: layout,
    dst: layout,
  });
  const operation = { kind: "softmaxBackward", axis, dst: layout, diffSrc: layout, diffDst: layout } as const;
  const target: Tensor = planner.produceRows(dx!);
  planner.add(planner.engine.primitive(operation, [], hint), {
    work: "softmax",
    label: `softmaxGrad of [${y.shape.join(", ")}]`,
    reads: [
      [ARG.diffDst, upstream],
      [ARG.dst, result],
    ],
    writes: [[ARG.diffSrc, target]],
    inPlace: [[target, upstream]],
  });
}
