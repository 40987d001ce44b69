// 2-D pooling over [N, C, H, W] and its gradients.
import { formatShape } from "../../core/index.ts";
import { type Dim, type Dims, fixedDim } from "../dim.ts";
import { require } from "../shape-error.ts";
import { checkWindow, type Pair, windowCount } from "./convolution.ts";
import type { OpDefinition } from "./definition.ts";

/** The window and how it moves: [vertical, horizontal] each. */
export interface Pool2dParams {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** At most half the kernel. Maximum: padded with -inf; average: zeros that count in the mean. */
  readonly padding: Pair;
}

/** The pooling's own parameters, with the size of the gradient. */
export interface AvgPool2dGradParams<D extends Dim = Dim> extends Pool2dParams {
  /** Shape [N, C, H, W] of the pooling's input. */
  readonly inputShape: Dims<D>;
}

/** Parameters of the ops by name. */
export interface PoolingOps<D extends Dim = Dim> {
  maxPool2d: Pool2dParams;
  /** (dy, x, y) -> dx; the gradient of a window goes to its first maximum in row-major order */
  maxPool2dGrad: Pool2dParams;
  avgPool2d: Pool2dParams;
  /** (dy) -> dx */
  avgPool2dGrad: AvgPool2dGradParams<D>;
}

function poolOutputShape(input: Dims, { kernel, stride, padding }: Pool2dParams): Dims {
  require(input.length === 4, "the input must be [N, C, H, W]");
  checkWindow({ kernel, stride }, padding);
  require(padding[0] * 2 <= kernel[0] &&
    padding[1] * 2 <=
      kernel[1], `padding ${formatShape(padding)} exceeds half the kernel ${formatShape(kernel)}`);
  const [rows, columns] = [fixedDim(input[2]!), fixedDim(input[3]!)];
  const height = windowCount(rows, kernel[0], stride[0], padding[0], 1);
  const width = windowCount(columns, kernel[1], stride[1], padding[1], 1);
  require(height > 0 &&
    width > 0, `the ${rows}x${columns} input is smaller than the kernel ${kernel[0]}x${kernel[1]}`);
  return [input[0]!, input[1]!, height, width];
}

const pool: OpDefinition<Pool2dParams> = {
  infer: ([x], params) => [{ dtype: x!.dtype, shape: poolOutputShape(x!.shape, params) }],
};

/** Types of the results; a window must fit at least once. */
export const poolingOps: { readonly [N in keyof PoolingOps]: OpDefinition<PoolingOps[N]> } = {
  maxPool2d: pool,
  maxPool2dGrad: {
    infer: ([dy, x, y], params) => {
      const shape = formatShape(poolOutputShape(x!.shape, params));
      require(formatShape(dy!.shape) === shape && formatShape(y!.shape) === shape, `expected ${shape}`);
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
  },
  avgPool2d: pool,
  avgPool2dGrad: {
    infer: ([dy], params) => {
      const shape = formatShape(poolOutputShape(params.inputShape, params));
      require(formatShape(dy!.shape) === shape, `expected a gradient of ${shape}`);
      return [{ dtype: dy!.dtype, shape: params.inputShape }];
    },
  },
};
