// A model whose height and width are free, where the network computes any size with the same graph.
import { ClassifierTrainingError } from "../core/index.ts";
import { type ModelProto, modelInputs, sameNode, valueInfo } from "../onnx/index.ts";

/** Height and width. */
export type ImageSize = readonly [number, number];

/** Sizes a network is tried at besides its own: larger, oblong, odd. */
export function otherSizes([height, width]: ImageSize): ImageSize[] {
  return [
    [height + 32, width + 64],
    [height + 17, width + 5],
  ];
}

/**
 * The model for `imageSize` with `height` and `width` free, made at other sizes too to see that it is the same graph.
 * @throws ClassifierTrainingError kind "usage" `EXPORT_DYNAMIC_SIZE` where it is not
 */
export function withFreeSize(
  imageSize: ImageSize,
  modelName: string,
  make: (size: ImageSize) => ModelProto,
): ModelProto {
  const model = make(imageSize);
  for (const size of otherSizes(imageSize)) {
    let reason: string | undefined;
    try {
      reason = difference(model, make(size));
    } catch (error) {
      if (!(error instanceof ClassifierTrainingError)) throw error;
      reason = error.message;
    }
    if (reason === undefined) continue;
    const message = `${modelName} takes pictures of ${imageSize.join(" x ")} only: at ${size.join(" x ")}, ${reason}`;
    throw new ClassifierTrainingError("usage", "EXPORT_DYNAMIC_SIZE", message, {
      where: "--dynamic",
      hint: "export it without --dynamic size; --input pixels takes pictures of any size and resizes them",
    });
  }
  const graph = model.graph!;
  const [input] = modelInputs(model);
  const shape = [...input!.shape.slice(0, 2), "height", "width"];
  return { ...model, graph: { ...graph, input: [valueInfo(input!.name, input!.dtype, shape)] } };
}

/** The first thing that differs, in words. */
function difference(a: ModelProto, b: ModelProto): string | undefined {
  const [one, other] = [a.graph!, b.graph!];
  for (const [i, tensor] of one.initializer.entries()) {
    const match = other.initializer[i];
    const same =
      match?.name === tensor.name &&
      match.dims.join() === tensor.dims.join() &&
      sameBytes(match.rawData, tensor.rawData);
    if (!same)
      return `${one.node.find(({ input }) => input.includes(tensor.name))!.name} is another operation`;
  }
  for (const [i, node] of one.node.entries()) {
    const match = other.node[i];
    if (match === undefined || !sameNode(node, match)) return `${node.name} is another operation`;
  }
  return one.node.length === other.node.length ? undefined : "there are more operations";
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
