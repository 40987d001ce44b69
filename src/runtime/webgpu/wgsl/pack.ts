// Kernels that bring channels closest together, in fours: of weights, all in one dispatch, and of maps.
import { sizeOf } from "../../../core/index.ts";
import type { DeviceTraits } from "../plan/device-traits.ts";
import { type Dispatch, spread } from "../plan/dispatch.ts";
import type { Tensor } from "../plan/tensor.ts";
import { KernelFrame } from "./kernel.ts";

const WORKGROUP = 256;

/** A weight [O, C, kH, kW] as it is declared, to [O, kH, kW, `channels`] with zeros behind the first C. */
export function packWeightKernel(
  source: Tensor,
  target: Tensor,
  channels: number,
  traits: DeviceTraits,
): Omit<Dispatch, "scope" | "reads" | "writes"> {
  const [outs, ins, height, width] = source.shape as [number, number, number, number];
  const count = outs * height * width * channels;
  const frame = new KernelFrame(
    [{ tensor: target, written: true }, { tensor: source }],
    [count, ins, height * width, channels],
  );
  const main = `let i = group * ${WORKGROUP}u + lane;
  if (i >= ${frame.number(0)}) { return; }
  let ins = ${frame.number(1)};
  let taps = ${frame.number(2)};
  let channels = ${frame.number(3)};
  let channel = i % channels;
  let tap = (i / channels) % taps;
  let out = i / (channels * taps);
  var value = 0.0;
  if (channel < ins) { value = ${frame.read(1, "(out * ins + channel) * taps + tap")}; }
  ${frame.write(0, "i", "value")}`;
  return {
    work: "movement",
    label: "weights",
    code: frame.code({ main, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(count / WORKGROUP), traits.workgroups), 1],
    mergeable: true,
  };
}

/** Maps [N, C, H, W] in any order to dense ones with their channels closest together, zeros behind the first C. */
export function packMapsKernel(
  source: Tensor,
  target: Tensor,
  traits: DeviceTraits,
): Omit<Dispatch, "scope" | "reads" | "writes"> {
  const [, ins, height, width] = source.shape as [number, number, number, number];
  const quads = target.shape[1]! / 4;
  const count = sizeOf(target.shape) / 4;
  const frame = new KernelFrame([{ tensor: target, written: true, width: 4 }, { tensor: source }]);
  const [image, channel, row, column] = source.strides as [number, number, number, number];
  const elements = [0, 1, 2, 3].map((e) => {
    const at = `min(first + ${e}u, ${ins - 1}u)`;
    return `select(0.0, ${frame.read(1, `place + ${at} * ${channel}u`)}, first + ${e}u < ${ins}u)`;
  });
  const main = `NO_SEGMENTS let i = group * ${WORKGROUP}u + lane;
  if (i >= ${count}u) { return; }
  let first = (i % ${quads}u) * 4u;
  let pixel = i / ${quads}u;
  let place = (pixel / ${height * width}u) * ${image}u + ((pixel / ${width}u) % ${height}u) * ${row}u + (pixel % ${width}u) * ${column}u;
  ${frame.write4(0, "i", `vec4f(${elements.join(", ")})`)}`;
  return {
    work: "movement",
    label: "maps in fours",
    code: frame.code({ main, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(count / WORKGROUP), traits.workgroups), 1],
    mergeable: false,
  };
}
