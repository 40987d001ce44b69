// The parts of weight gradients, added up and put in the weight's order: those of several weights in one dispatch.
import { sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundValue } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { GradientParts, Planner } from "../plan/planner.ts";
import { ELEMENT_BYTES, Region, type Tensor } from "../plan/tensor.ts";
import { KernelFrame } from "../wgsl/kernel.ts";

const WORKGROUP = 256;
/** Bytes of parts that may wait for each other in any case. */
const LEAST_WAITING = 16 * 2 ** 20;

/**
 * Memory for the parts of a gradient, [parts, O, taps, channels], which whoever reads the gradient adds up.
 * @param channels those that the weight has; zeros lie behind them
 */
export function partsOfGradient(
  planner: Planner,
  value: BoundValue,
  shape: readonly [number, number, number, number],
  channels: number,
): Tensor {
  const bytes = sizeOf(shape) * ELEMENT_BYTES.f32;
  const { bytes: before } = planner.parts.region;
  // Where batches are large, more of them wait: they are little beside the activations.
  const most = Math.max(LEAST_WAITING, planner.largest / 2);
  if (before > 0 && before + bytes > most) addUp(planner);
  const { region, gradients } = planner.parts;
  const offset = region.extend(Math.ceil(bytes / 16) * 16) / ELEMENT_BYTES.f32;
  const parts: Tensor = { region, type: "f32", shape, strides: stridesOf(shape), offset };
  gradients.push({ value, parts, channels });
  planner.defer(value, { make: () => addUp(planner) });
  return parts;
}

/** Appends the sums of all gradients that wait. */
function addUp(planner: Planner): void {
  const { gradients } = planner.parts;
  planner.parts = { region: new Region(0, { isShared: true }), gradients: [] };
  for (const gradient of gradients) addParts(planner, gradient);
}

/** Neighbours read neighbouring elements of a part. */
function addParts(planner: Planner, { value, parts: source, channels: ins }: GradientParts): void {
  const [parts, outs, taps, channels] = source.shape as [number, number, number, number];
  const target = planner.produce(value);
  const each = outs * taps * channels;
  const frame = new KernelFrame(
    [{ tensor: target, written: true }, { tensor: source }],
    [each, parts, taps, channels, ins],
  );
  const main = `let i = group * ${WORKGROUP}u + lane;
  let each = ${frame.number(0)};
  let channel = i % ${frame.number(3)};
  if (i >= each || channel >= ${frame.number(4)}) { return; }
  let parts = ${frame.number(1)};
  var total = 0.0;
  for (var part = 0u; part < parts; part++) { total += ${frame.read(1, "part * each + i")}; }
  let tap = (i / ${frame.number(3)}) % ${frame.number(2)};
  let out = i / (${frame.number(3)} * ${frame.number(2)});
  ${frame.write(0, `(out * ${frame.number(4)} + channel) * ${frame.number(2)} + tap`, "total")}`;
  planner.emit({
    work: "reduction",
    label: "weight gradients",
    code: frame.code({ main, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(each / WORKGROUP), planner.traits.workgroups), 1],
    mergeable: true,
  });
}
