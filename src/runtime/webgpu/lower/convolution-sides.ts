// The patches of images as sides of a product: forward, for the gradient of the input, for that of the weight.
import type { Pair } from "../../../graph/index.ts";
import type { Side } from "../wgsl/gemm.ts";
import type { KernelFrame } from "../wgsl/kernel.ts";

/** A convolution as its kernels see it: channels-last images, weights [O, kH, kW, C of a group]. */
export interface Geometry {
  readonly images: number;
  /** Height and width of the input and of the output. */
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
  /** Of a group, as they lie: maybe with some of zeros behind them. */
  readonly inChannels: number;
  readonly outChannels: number;
}

interface SideOptions {
  readonly geometry: Geometry;
  readonly frame: () => KernelFrame;
  readonly operand: number;
  readonly wide: boolean;
  /** The product's tile's depth. */
  readonly depth: number;
}

function reader({ frame, operand, wide }: SideOptions): (place: string) => string {
  return (place) => (wide ? frame().read4(operand, `(${place} / 4u)`) : frame().read(operand, place));
}

/** Splits a depth over taps and channels; once a tile, under the name of its side, where all of its depths are of one tap. */
function tapOf(p: string, k: string, channels: number, isUniform: boolean, side: "a" | "b"): string {
  if (isUniform) return `let ${p}_channel = ${k} - ${side}_tap_begin;`;
  return `let ${p}_tap = ${k} / ${channels}u; let ${p}_channel = ${k} % ${channels}u;`;
}

/** A: row = position of the output, depth = tap and input channel. Takes `z_group`. */
export function patchSide(options: SideOptions): Side {
  const { geometry: g, depth } = options;
  const [taps, channels] = [g.kernel[0] * g.kernel[1], g.inChannels];
  const isUniform = channels % depth === 0;
  const places = (p: string, tap: string): string =>
    `let ${p}_ky = (${tap} / ${g.kernel[1]}u) * ${g.dilation[0]}u; let ${p}_kx = (${tap} % ${g.kernel[1]}u) * ${g.dilation[1]}u;`;
  return {
    along: "depth",
    wide: options.wide,
    prepare: (p, out) => `let ${p}_row = ${out};
  let ${p}_in = ${p}_row < ${g.images * g.output[0] * g.output[1]}u;
  let ${p}_image = (${p}_row / ${g.output[0] * g.output[1]}u) * ${g.input[0]}u;
  let ${p}_y = ((${p}_row / ${g.output[1]}u) % ${g.output[0]}u) * ${g.stride[0]}u - ${g.padding[0]}u;
  let ${p}_x = (${p}_row % ${g.output[1]}u) * ${g.stride[1]}u - ${g.padding[1]}u;`,
    ...(isUniform
      ? {
          tile: (k0: string) =>
            `let a_tap = ${k0} / ${channels}u; let a_tap_begin = a_tap * ${channels}u; ${places("a", "a_tap")}`,
        }
      : {}),
    locate: (p, k) => {
      const tap = isUniform ? "a" : p;
      return {
        before: `${tapOf(p, k, channels, isUniform, "a")} ${isUniform ? "" : places(p, `${p}_tap`)}
      let y = ${p}_y + ${tap}_ky; let x = ${p}_x + ${tap}_kx;`,
        inside: `${p}_in && ${k} < ${taps * channels}u && y < ${g.input[0]}u && x < ${g.input[1]}u`,
        place: `((${p}_image + y) * ${g.input[1]}u + x) * ${g.groups * channels}u + z_group * ${channels}u + ${p}_channel`,
      };
    },
    read: reader(options),
    isHalf: () => options.frame().isHalf(options.operand),
  };
}

/** B of the weight's gradient: column = tap and input channel, depth = position of the output. Takes `z_group`. */
export function patchColumnSide(options: SideOptions): Side {
  const { geometry: g } = options;
  const [taps, channels] = [g.kernel[0] * g.kernel[1], g.inChannels];
  return {
    along: "out",
    wide: options.wide,
    prepare: (p, out) => `let ${p}_out = ${out}; let ${p}_in = ${p}_out < ${taps * channels}u;
  let ${p}_ky = ((${p}_out / ${channels}u) / ${g.kernel[1]}u) * ${g.dilation[0]}u - ${g.padding[0]}u;
  let ${p}_kx = ((${p}_out / ${channels}u) % ${g.kernel[1]}u) * ${g.dilation[1]}u - ${g.padding[1]}u;
  let ${p}_channel = z_group * ${channels}u + ${p}_out % ${channels}u;`,
    locate: (p, k) => ({
      before: `let row = ${k};
      let y = ((row / ${g.output[1]}u) % ${g.output[0]}u) * ${g.stride[0]}u + ${p}_ky;
      let x = (row % ${g.output[1]}u) * ${g.stride[1]}u + ${p}_kx;`,
      inside: `${p}_in && row < ${g.images * g.output[0] * g.output[1]}u && y < ${g.input[0]}u && x < ${g.input[1]}u`,
      place: `(((row / ${g.output[0] * g.output[1]}u) * ${g.input[0]}u + y) * ${g.input[1]}u + x) * ${g.groups * channels}u + ${p}_channel`,
    }),
    read: reader(options),
    isHalf: () => options.frame().isHalf(options.operand),
  };
}

/**
 * Whether the gradient of the input is computed for one remainder of positions by the strides after another: to
 * positions of one remainder the same taps belong.
 */
export function hasPhases({ stride, dilation }: Geometry): boolean {
  return (stride[0] > 1 || stride[1] > 1) && dilation[0] === 1 && dilation[1] === 1;
}

/** Statements that define what a phase has, from `phase`. */
export function phaseSetup(g: Geometry): string {
  const axis = (name: "y" | "x", i: 0 | 1, remainder: string): string =>
    `let phase_${name} = ${remainder};
  let size_${name} = (${g.input[i]}u - min(phase_${name}, ${g.input[i]}u) + ${g.stride[i] - 1}u) / ${g.stride[i]}u;
  let tap_${name} = (phase_${name} + ${g.padding[i]}u) % ${g.stride[i]}u;
  let taps_${name} = (max(${g.kernel[i]}u, tap_${name}) - tap_${name} + ${g.stride[i] - 1}u) / ${g.stride[i]}u;`;
  return `${axis("y", 0, `phase / ${g.stride[1]}u`)}
  ${axis("x", 1, `phase % ${g.stride[1]}u`)}`;
}

/** The tap of a depth within the phase: `ky` and `kx`. */
function phaseTap(p: string, tap: string, g: Geometry): string {
  if (!hasPhases(g)) return `let ${p}_ky = ${tap} / ${g.kernel[1]}u; let ${p}_kx = ${tap} % ${g.kernel[1]}u;`;
  return `let ${p}_ky = tap_y + (${tap} / taps_x) * ${g.stride[0]}u; let ${p}_kx = tap_x + (${tap} % taps_x) * ${g.stride[1]}u;`;
}

/** A of the input's gradient: row = position of the input, depth = tap and output channel. Takes `z_group`. */
export function gradientSide(options: SideOptions): Side {
  const { geometry: g, depth } = options;
  const channels = g.outChannels;
  const isUniform = channels % depth === 0;
  const phased = hasPhases(g);
  const [height, width] = phased ? ["size_y", "size_x"] : [`${g.input[0]}u`, `${g.input[1]}u`];
  const total = phased ? `taps_y * taps_x * ${channels}u` : `${g.kernel[0] * g.kernel[1] * channels}u`;
  const steps = (at: string, i: 0 | 1): string =>
    phased || g.stride[i] === 1
      ? `${at} / ${g.stride[i]}u`
      : `select(0xffffffffu, ${at} / ${g.stride[i]}u, ${at} % ${g.stride[i]}u == 0u)`;
  return {
    along: "depth",
    wide: options.wide,
    prepare: (p, out) => `let ${p}_row = ${out};
  let ${p}_in = ${p}_row < ${g.images}u * ${height} * ${width};
  let ${p}_image = (${p}_row / (${height} * ${width})) * ${g.output[0]}u;
  let ${p}_y = ((${p}_row / ${width}) % ${height})${phased ? ` * ${g.stride[0]}u + phase_y` : ""} + ${g.padding[0]}u;
  let ${p}_x = (${p}_row % ${width})${phased ? ` * ${g.stride[1]}u + phase_x` : ""} + ${g.padding[1]}u;`,
    ...(isUniform
      ? {
          tile: (k0: string) =>
            `let a_tap = ${k0} / ${channels}u; let a_tap_begin = a_tap * ${channels}u; ${phaseTap("a", "a_tap", g)}`,
        }
      : {}),
    locate: (p, k) => {
      const tap = isUniform ? "a" : p;
      return {
        before: `${tapOf(p, k, channels, isUniform, "a")} ${isUniform ? "" : phaseTap(p, `${p}_tap`, g)}
      let down = ${p}_y - ${tap}_ky * ${g.dilation[0]}u; let right = ${p}_x - ${tap}_kx * ${g.dilation[1]}u;
      let y = ${steps("down", 0)}; let x = ${steps("right", 1)};`,
        inside: `${p}_in && ${k} < ${total} && y < ${g.output[0]}u && x < ${g.output[1]}u`,
        place: `((${p}_image + y) * ${g.output[1]}u + x) * ${g.groups * channels}u + z_group * ${channels}u + ${p}_channel`,
      };
    },
    read: reader(options),
    isHalf: () => options.frame().isHalf(options.operand),
  };
}

/**
 * B of the input's gradient: column = input channel, depth = tap and output channel. Takes `z_group`.
 * @param outs output channels of a group that the weight has
 */
export function weightColumnSide(options: SideOptions & { readonly outs: number }): Side {
  const { geometry: g, depth, outs } = options;
  const channels = g.outChannels;
  const isUniform = channels % depth === 0;
  const taps = g.kernel[0] * g.kernel[1];
  return {
    along: "out",
    wide: options.wide,
    prepare: (p, out) => `let ${p}_out = ${out}; let ${p}_in = ${p}_out < ${g.inChannels}u;`,
    ...(isUniform
      ? {
          tile: (k0: string) =>
            `let b_tap = ${k0} / ${channels}u; let b_tap_begin = b_tap * ${channels}u; ${phaseTap("b", "b_tap", g)}`,
        }
      : {}),
    locate: (p, k) => {
      const tap = isUniform ? "b" : p;
      return {
        before: `${tapOf(p, k, channels, isUniform, "b")} ${isUniform ? "" : phaseTap(p, `${p}_tap`, g)}`,
        inside: `${p}_in && ${p}_channel < ${outs}u && ${tap}_ky < ${g.kernel[0]}u && ${tap}_kx < ${g.kernel[1]}u`,
        place: `((z_group * ${outs}u + ${p}_channel) * ${taps}u + ${tap}_ky * ${g.kernel[1]}u + ${tap}_kx) * ${g.inChannels}u + ${p}_out`,
      };
    },
    read: reader(options),
    isHalf: () => options.frame().isHalf(options.operand),
  };
}
