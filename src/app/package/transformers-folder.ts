// The files that Transformers.js wants of a model: config.json, preprocessor_config.json, onnx/model.onnx.
import { ClassifierTrainingError } from "../../core/index.ts";
import { Classifier, classNamesOf, type LabelsMapping, taskOfLabels } from "../../inference/index.ts";
import { renameInput } from "../../onnx/index.ts";
import { readBytes } from "../../platform/index.ts";
import { modelOf } from "../export/write-export.ts";
import { emptyFolder, writeFiles } from "./new-folder.ts";

/**
 * Writes the folder of an exported model.
 * @returns the folder
 * @throws ClassifierTrainingError kind "usage" `PACKAGE_FOLDER`, `PACKAGE_TRANSFORMS`
 */
export async function writeTransformersFolder(model: string, output: string): Promise<string> {
  const folder = emptyFolder(output);
  const file = modelOf(model);
  await using classifier = await Classifier.load(file);
  await writeFiles(folder, transformersFiles(await readBytes(file), classifier.labels, file));
  return folder;
}

/** Pillow's numbers of filters, which Hugging Face's processors write. */
const FILTERS: Readonly<Record<string, number>> = {
  nearest: 0,
  lanczos: 1,
  bilinear: 2,
  bicubic: 3,
  box: 4,
  hamming: 5,
};

/** Families by the beginning of their names; Transformers.js only asks which class loads a model, and they are alike. */
const FAMILIES: readonly (readonly [prefix: string, type: string, name: string])[] = [
  ["convnext", "convnext", "ConvNext"],
  ["efficientnet", "efficientnet", "EfficientNet"],
  ["mobilenet_v2", "mobilenet_v2", "MobileNetV2"],
  ["mobilenet_v3", "mobilenet_v3", "MobileNetV3"],
  ["swin", "swin", "Swin"],
  ["vit", "vit", "ViT"],
  ["", "resnet", "ResNet"],
];

/**
 * Files by path, for `pipeline("image-classification", FOLDER)`. It resizes with sharp or a canvas, not with the kernels of training:
 * probabilities differ a little.
 * @throws ClassifierTrainingError kind "usage" `PACKAGE_TRANSFORMS` for preprocessing that its configuration cannot say
 */
function transformersFiles(
  bytes: Uint8Array,
  labels: LabelsMapping,
  where: string,
): ReadonlyMap<string, string | Uint8Array> {
  const names = classNamesOf(labels);
  const [, type, family] = FAMILIES.find(([prefix]) => labels.model_name.startsWith(prefix))!;
  const config = {
    architectures: [`${family}ForImageClassification`],
    model_type: type,
    id2label: Object.fromEntries(names.map((name, i) => [i, name])),
    label2id: Object.fromEntries(names.map((name, i) => [name, i])),
    num_labels: names.length,
    ...(taskOfLabels(labels) === "multi_label" && { problem_type: "multi_label_classification" }),
    image_size: labels.image_size[0],
  };
  return new Map<string, string | Uint8Array>([
    ["config.json", json(config)],
    ["preprocessor_config.json", json(processor(labels, where))],
    ["onnx/model.onnx", renameInput(bytes, "pixel_values")],
  ]);
}

function processor({ transforms, resize, crop, interpolation, normalization }: LabelsMapping, where: string) {
  const known = ["Resize", "CenterCrop", "ToTensor", "ToDtype", "ToImage", "Normalize"];
  const other = transforms.find(({ name, options }) => !known.includes(name) || options.maxSize != null);
  if (other !== undefined) {
    const message = `Transformers.js cannot prepare pictures as this model was trained: ${other.name}`;
    throw new ClassifierTrainingError("usage", "PACKAGE_TRANSFORMS", message, {
      where,
      hint: "leave out --transformers, or train with Resize, CenterCrop, ToTensor and Normalize",
    });
  }
  const size =
    typeof resize === "number"
      ? { shortest_edge: resize }
      : resize && { height: resize[0], width: resize[1] };
  return {
    image_processor_type: "ViTImageProcessor",
    do_resize: resize !== null,
    ...(resize === null ? {} : { size, resample: FILTERS[interpolation ?? "bilinear"] }),
    do_center_crop: crop !== null,
    ...(crop === null ? {} : { crop_size: { height: crop[0], width: crop[1] } }),
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: normalization.mean,
    image_std: normalization.std,
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
