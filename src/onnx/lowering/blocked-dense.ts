// Convolutions over many channels, and their input's gradient, in blocks.
import {
  type Conv2dInputGradParams,
  type Conv2dParams,
  fixedShape,
  isBoundShape,
} from "../../graph/index.ts";
import {
  type BlockedLowering,
  convolveBlocks,
  denseKernel,
  fromBlocks,
  toBlocks,
  turnedDenseKernel,
} from "./blocks.ts";
import { convolutionAttributes } from "./convolve.ts";
import { turnedPadding } from "./input-gradient.ts";

/** [O, C / groups, kH, kW] */
type KernelShape = readonly [number, number, number, number];

/** Kernels of one tap gain nothing: they are matrix products in any layout. */
function hasTaps([, , height, width]: KernelShape): boolean {
  return height * width > 1;
}

/** As one node between two reorders; few channels are taken as they are. */
export const denseForward: BlockedLowering<Conv2dParams> = (emit, [x, weight, ...bias], params, block) => {
  const shape = fixedShape(weight!.shape) as KernelShape;
  const [outputs, channels, ...kernel] = shape;
  const isThin = params.groups === 1 && channels < block;
  const fits = (isThin || channels % block === 0) && (outputs / params.groups) % block === 0;
  if (!isBoundShape(x!.shape) || !hasTaps(shape) || !fits) return undefined;
  const maps = isThin ? x!.name : toBlocks(emit, x!.name);
  const filters = denseKernel(emit, weight!.name, shape, block);
  const inputs = [maps, filters, ...bias.map(({ name }) => name)];
  return fromBlocks(emit, convolveBlocks(emit, inputs, convolutionAttributes(kernel, params)), outputs);
};

/** The convolution with the kernel turned round. */
export const denseInputGradient: BlockedLowering<Conv2dInputGradParams> = (
  emit,
  [dy, weight],
  params,
  block,
) => {
  const shape = fixedShape(weight!.shape) as KernelShape;
  const [outputs, channels, ...kernel] = shape;
  const { groups } = params;
  const padding = turnedPadding(kernel, params);
  const fits = channels % block === 0 && (outputs / groups) % block === 0;
  if (padding === undefined || !hasTaps(shape) || !fits) return undefined;
  const filters = turnedDenseKernel(emit, weight!.name, shape, { block, groups });
  const attributes = convolutionAttributes(kernel, { ...params, padding });
  return fromBlocks(
    emit,
    convolveBlocks(emit, [toBlocks(emit, dy!.name), filters], attributes),
    channels * groups,
  );
};
