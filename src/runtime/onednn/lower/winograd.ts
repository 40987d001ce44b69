// Convolutions in Winograd's form of this toolkit's own, where that is the choice.
import { type BoundNode, type BoundValue, type Conv2dParams, flopsOf } from "../../../graph/index.ts";
import type { Layout } from "../ffi/index.ts";
import { isOwnWinograd } from "../plan/convolution-choice.ts";
import { preferredImage } from "../plan/image.ts";
import type { Planner } from "../plan/planner.ts";
import { Region, type Tensor } from "../plan/tensor.ts";
import { blueprintOf } from "../winograd/blueprint.ts";
import { imageShapeOf, weightShapeOf } from "../winograd/describe.ts";
import type { ConvolutionShape } from "../winograd/shape.ts";
import type { Team } from "../winograd/team.ts";

/** Its name among implementations. */
export const OWN_WINOGRAD = "winograd_wasm";

/** A convolution or gradient as this form takes it. */
export interface OwnConvolution {
  readonly team: Team;
  readonly shape: ConvolutionShape;
  readonly input: Layout;
  readonly output: Layout;
  readonly weights: Layout;
}

/** The values of a convolution, whichever of them a node computes. */
export interface ConvolutionValues {
  readonly x: BoundValue;
  readonly weight: BoundValue;
  readonly y: BoundValue;
}

/**
 * The convolution in this form, where it has one.
 * @param kept the layout that the weights, or their gradient, have already
 */
export function ownConvolution(
  planner: Planner,
  direction: ConvolutionShape["direction"],
  params: Conv2dParams,
  { x, weight, y }: ConvolutionValues,
  kept: Layout | undefined,
): OwnConvolution | undefined {
  const { engine, winograd: team } = planner;
  if (team === undefined || !isOwnWinograd(params, weight.shape, y.shape, x.shape)) return undefined;
  const [input, output] = [preferredImage(planner, x.shape), preferredImage(planner, y.shape)];
  const [inputs, outputs] = [imageShapeOf(input), imageShapeOf(output)];
  if (inputs === undefined || outputs === undefined) return undefined;
  const [o, i] = weight.shape as readonly [number, number];
  const asKept = kept && weightShapeOf(kept);
  const weights = asKept === undefined ? engine.layout("f32", weight.shape, [1, o, 3 * i * o, i * o]) : kept!;
  const taken = weightShapeOf(weights);
  if (taken === undefined) return undefined;
  const shape: ConvolutionShape = {
    direction,
    images: x.shape[0]!,
    input: inputs,
    output: outputs,
    weights: taken,
    padding: params.padding,
  };
  return { team, shape, input, output, weights };
}

/** Appends the step; one of the tensors is written, by direction. */
export function addOwnConvolution(
  planner: Planner,
  node: BoundNode,
  label: string,
  { team, shape }: OwnConvolution,
  tensors: Readonly<Record<"input" | "output" | "weights", Tensor>>,
): void {
  const { input, output, weights } = tensors;
  const written = { forward: output, "input gradient": input, "weight gradient": weights }[shape.direction];
  const blueprint = blueprintOf(shape, team.threads);
  const scratch = new Region(blueprint.scratchBytes);
  planner.addStep({
    work: "convolution",
    label,
    implementation: OWN_WINOGRAD,
    flops: flopsOf(node),
    reads: [input, output, weights].filter((tensor) => tensor !== written).map(({ region }) => region),
    writes: [written.region],
    scratch,
    bind: (memory) =>
      team.prepare(blueprint, {
        input: memory.offsetOf(input),
        output: memory.offsetOf(output),
        weights: memory.offsetOf(weights),
        scratch: memory.offsetOf({ region: scratch, byteOffset: 0 }),
      }),
  });
}
