// 2-D convolution (cross-correlation, NCHW activations, OIHW weights), its two gradients, and matrix product.
import { formatShape, type Shape } from "../../core/index.ts";
import { type Dim, type Dims, fixedDim, productOf } from "../dim.ts";
import { require } from "../shape-error.ts";
import type { ValueType } from "../value-type.ts";
import type { OpDefinition } from "./definition.ts";

/** A height and a width. */
export type Pair = readonly [number, number];

/** How the kernel moves over its input: [vertical, horizontal] each. */
export interface Conv2dParams {
  readonly stride: Pair;
  /** Zeros added on both sides. */
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** The convolution's own parameters, with the size of the gradient. */
export interface Conv2dInputGradParams<D extends Dim = Dim> extends Conv2dParams {
  /** Shape [N, C, H, W] of the convolution's input, which strides leave ambiguous. */
  readonly inputShape: Dims<D>;
}

/** The convolution's own parameters, with the size of the gradient. */
export interface Conv2dWeightGradParams extends Conv2dParams {
  /** Shape [O, C / groups, kH, kW] of the convolution's weight. */
  readonly weightShape: Shape;
}

/** Which operands are taken transposed. */
export interface MatmulParams {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Parameters of the ops by name. */
export interface ConvolutionOps<D extends Dim = Dim> {
  /** (x [N, C, H, W], weight [O, C / groups, kH, kW], bias [O]?) -> [N, O, H', W'] */
  conv2d: Conv2dParams;
  /** (gradient of the output, weight) -> gradient of the input */
  conv2dInputGrad: Conv2dInputGradParams<D>;
  /** (x, gradient of the output) -> gradient of the weight */
  conv2dWeightGrad: Conv2dWeightGradParams;
  /** Products of matrices, each optionally transposed: [..., M, K] and [..., K, N] with equal leading axes. */
  matmul: MatmulParams;
}

/** Positions of a window of `kernel` along an axis of `size`, rounding down. */
export function windowCount(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number {
  return Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** @throws ShapeError unless sizes of windows are positive and paddings not negative, all of them integers. */
export function checkWindow(sizes: Readonly<Record<string, Pair>>, padding: Pair): void {
  for (const [name, pair] of Object.entries(sizes)) {
    const fits = pair.every((size) => Number.isInteger(size) && size > 0);
    require(fits, `${name} ${formatShape(pair)} must be two positive integers`);
  }
  const fits = padding.every((size) => Number.isInteger(size) && size >= 0);
  require(fits, `padding ${formatShape(padding)} must be two integers that are not negative`);
}

/** Shape of a convolution's output. Throws `ShapeError` when input and weight do not fit. */
export function conv2dOutputShape(
  input: Dims,
  filters: Dims,
  params: Conv2dParams,
): [Dim, number, number, number] {
  const { stride, padding, dilation, groups } = params;
  require(input.length === 4, "the input must be [N, C, H, W]");
  require(filters.length === 4, "the weight must be [O, C / groups, kH, kW]");
  const weight = filters.map(fixedDim);
  const [rows, columns] = [fixedDim(input[2]!), fixedDim(input[3]!)];
  checkWindow({ stride, dilation }, padding);
  require(Number.isInteger(groups) && groups > 0, `groups must be a positive integer, not ${groups}`);
  require(input[1] ===
    weight[1]! * groups, `the input has ${input[1]} channels, the weight expects ${weight[1]! * groups}`);
  require(weight[0]! % groups === 0, `${weight[0]} output channels do not divide into ${groups} groups`);
  const height = windowCount(rows, weight[2]!, stride[0], padding[0], dilation[0]);
  const width = windowCount(columns, weight[3]!, stride[1], padding[1], dilation[1]);
  require(height > 0 &&
    width > 0, `the ${rows}x${columns} input is smaller than the kernel ${weight[2]}x${weight[3]}`);
  return [input[0]!, weight[0]!, height, width];
}

function convolutionFlops(output: Dims, weight: Dims): number {
  return 2 * fixedDim(productOf([...output, ...weight.slice(1)]));
}

/** Leading axes, and rows, inner and columns of the product. */
function matmulDims(
  [a, b]: readonly ValueType[],
  { transposeA, transposeB }: MatmulParams,
): { readonly lead: Dims; readonly m: Dim; readonly k: Dim; readonly n: Dim } {
  require(a!.shape.length >= 2 && b!.shape.length >= 2, "needs two matrices");
  const lead = a!.shape.slice(0, -2);
  require(formatShape(lead) === formatShape(b!.shape.slice(0, -2)), "leading axes differ");
  const [m, k] = lastTwo(a!.shape, transposeA);
  const [inner, n] = lastTwo(b!.shape, transposeB);
  require(k === inner, `inner dimensions ${k} and ${inner} differ`);
  return { lead, m, k, n };
}

function lastTwo(shape: Dims, transposed: boolean): [Dim, Dim] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}

/** Types of the results, and the arithmetic: no other ops have theirs counted. */
export const convolutionOps: { readonly [N in keyof ConvolutionOps]: OpDefinition<ConvolutionOps[N]> } = {
  conv2d: {
    infer: ([x, weight, bias], params) => {
      require(x!.dtype === weight!.dtype, "input and weight differ in dtype");
      const shape = conv2dOutputShape(x!.shape, weight!.shape, params);
      const fits = bias === undefined || (bias.shape.length === 1 && bias.shape[0] === shape[1]);
      require(fits, `the bias must be [${shape[1]}]`);
      return [{ dtype: x!.dtype, shape }];
    },
    flops: ([, weight], _, [y]) => convolutionFlops(y!.shape, weight!.shape),
  },
  conv2dInputGrad: {
    infer: ([dy, weight], params) => {
      const shape = conv2dOutputShape(params.inputShape, weight!.shape, params);
      require(formatShape(shape) === formatShape(dy!.shape), `expected a gradient of ${formatShape(shape)}`);
      return [{ dtype: dy!.dtype, shape: params.inputShape }];
    },
    flops: ([dy, weight]) => convolutionFlops(dy!.shape, weight!.shape),
  },
  conv2dWeightGrad: {
    infer: ([x, dy], params) => {
      const shape = conv2dOutputShape(x!.shape, params.weightShape, params);
      require(formatShape(shape) === formatShape(dy!.shape), `expected a gradient of ${formatShape(shape)}`);
      return [{ dtype: x!.dtype, shape: params.weightShape }];
    },
    flops: ([, dy], { weightShape }) => convolutionFlops(dy!.shape, weightShape),
  },
  matmul: {
    infer: (inputs, params) => {
      require(inputs[0]!.dtype === inputs[1]!.dtype, "operands differ in dtype");
      const { lead, m, n } = matmulDims(inputs, params);
      return [{ dtype: inputs[0]!.dtype, shape: [...lead, m, n] }];
    },
    flops: (inputs, params) => {
      const { lead, m, k, n } = matmulDims(inputs, params);
      return 2 * fixedDim(productOf([...lead, m, k, n]));
    },
  },
};
