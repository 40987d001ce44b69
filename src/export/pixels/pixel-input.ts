// A model that takes pixels: the preprocessing of pictures put before the network, as part of the graph.
import { Emitter, joinModels, type ModelProto, modelInputs, OPSET, withEntry } from "../../onnx/index.ts";
import type { Preprocessing } from "../../transforms/index.ts";
import { applyTransforms } from "./steps.ts";

/** `pixels`: one picture, uint8 [height, width, 3]. `pixels-batch`: pictures of one size, uint8 [batch_size, height, width, 3]. */
export type PixelInput = "pixels" | "pixels-batch";

/** Key in a model's metadata that says what it takes, where that is not preprocessed pictures. */
export const INPUT_METADATA_KEY = "input";

/**
 * The model with the preprocessing inside: its input `pixels` is red, green, blue of any height and width, upright. Resizing
 * is Pillow's and torchvision's antialiased, within a level of it.
 * @throws ClassifierTrainingError kind "usage" `EXPORT_PIXELS` where a transform has no form in ONNX
 */
export function withPixelInput(
  model: ModelProto,
  { transforms, imageSize }: Preprocessing,
  input: PixelInput,
): ModelProto {
  const emit = new Emitter();
  const batch = input === "pixels-batch" ? ["batch_size"] : [];
  const given = emit.graph.input("pixels", "uint8", [...batch, "height", "width", 3]);
  emit.enter("pixels");
  const rows = batch.length > 0 ? given : emit.node("Unsqueeze", [given, emit.integers([0])]);
  const [height, width] = [1, 2].map((axis) => emit.node("Shape", [rows], { start: axis, end: axis + 1 }));
  const first = { layout: "rows", name: rows, height: height!, width: width! } as const;
  const { name } = applyTransforms(emit, first, transforms);
  emit.enter("pixels");
  const shape = emit.integers([-1, 3, ...(imageSize ?? [0, 0])]);
  const sized = imageSize === null ? name : emit.node("Reshape", [name, shape]);
  emit.graph.output(sized, "input", "float32", modelInputs(model)[0]!.shape);
  const { producerName, producerVersion } = model;
  const before = emit.graph.build("preprocessing", { opset: OPSET, producerName, producerVersion });
  const joint = joinModels(before, model, "preprocessing/");
  return withEntry(joint, INPUT_METADATA_KEY, input);
}
