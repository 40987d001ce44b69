// Random ones and zeros: an invocation draws a block of four.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import { KernelFrame } from "../wgsl/kernel.ts";
import { PHILOX_FUNCTIONS } from "../wgsl/philox.ts";

const WORKGROUP = 256;

/** The same draws as on every runtime. */
export function lowerBernoulli(planner: Planner, { inputs, outputs, params }: BoundNode<"bernoulli">): void {
  const key = planner.inStrides(inputs[0]!);
  const target = planner.produce(outputs[0]!);
  const count = sizeOf(params.shape);
  const blocks = Math.ceil(count / 4);
  // Words are below the limit as they are below the next integer.
  const limit = Math.ceil(params.probability * 2 ** 32);
  const frame = new KernelFrame(
    [{ tensor: target, written: true }, { tensor: key }],
    [params.place, limit >>> 0],
  );
  const word = (i: number): string => `bitcast<u32>(${frame.read(1, `${i}u`)})`;
  const one = limit === 2 ** 32 ? "true" : `words[i] < ${frame.number(1)}`;
  const main = `let block = group * ${WORKGROUP}u + lane;
  if (block >= ${blocks}u) { return; }
  var words = philox(vec4u(block, ${frame.number(0)}, ${word(2)}, ${word(3)}), vec2u(${word(0)}, ${word(1)}));
  for (var i = 0u; i < 4u && block * 4u + i < ${count}u; i++) {
    ${frame.write(0, "block * 4u + i", `select(0.0, 1.0, ${one})`)}
  }`;
  planner.emit({
    work: "elementwise",
    label: "bernoulli",
    code: frame.code({ main, declarations: PHILOX_FUNCTIONS, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(blocks / WORKGROUP), planner.traits.workgroups), 1],
    mergeable: false,
  });
}
