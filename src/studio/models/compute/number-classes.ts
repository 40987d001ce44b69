// A model that does not say what its classes are: they become numbers, and pictures are prepared as for ImageNet.
import { writeFile } from "node:fs/promises";
import { ClassifierTrainingError, hostTensor, sizeOf } from "../../../core/index.ts";
import {
  createLabelsMapping,
  LABELS_METADATA_KEY,
  openOnnxSession,
  readModel,
} from "../../../inference/index.ts";
import {
  decodeModel,
  modelInputs,
  modelMetadata,
  type OnnxValueInfo,
  withMetadata,
} from "../../../onnx/index.ts";
import { defaultEvalTransforms, describePreprocessing } from "../../../transforms/index.ts";

/** The height and width of pictures where the model leaves them free, and the largest that are tried. */
const [USUAL_SIDE, LARGEST_SIDE] = [224, 2048];

const REMARK =
  "This model does not say what its classes are. They are numbers here, and pictures are prepared as torchvision does for ImageNet.";

/**
 * Writes numbers as labels into a model's file that has none.
 * @returns what is to be said of it; undefined where it has labels of its own
 * @throws ClassifierTrainingError kind "data": `MODEL_MISSING`, `ONNX_FORMAT`, `MODEL_INVALID`, `MODEL_INPUT` where it takes no
 * pictures, `MODEL_OUTPUT` where it gives no classes
 */
export async function numberClasses(path: string): Promise<string | undefined> {
  const bytes = await readModel(path);
  const model = decodeModel(bytes);
  if (modelMetadata(model).has(LABELS_METADATA_KEY)) return undefined;
  const side = sideOf(modelInputs(model));
  const count = await classCount(bytes, side);
  const names = Array.from({ length: count }, (_, i) => String(i));
  const preprocessing = describePreprocessing(defaultEvalTransforms(side));
  const labels = createLabelsMapping(names, "ONNX file", preprocessing, [side, side]);
  await writeFile(path, withMetadata(bytes, LABELS_METADATA_KEY, JSON.stringify(labels)));
  return REMARK;
}

/** Of the pictures that the model takes. */
function sideOf(inputs: readonly OnnxValueInfo[]): number {
  const [input] = inputs;
  const [, channels, ...sides] = input?.shape ?? [];
  const [height, width] = sides.map((side) => (typeof side === "number" && side > 0 ? side : USUAL_SIDE));
  const takesPictures =
    inputs.length === 1 && input!.dtype === "float32" && sides.length === 2 && channels === 3;
  if (takesPictures && height === width && height! <= LARGEST_SIDE) return height!;
  const taken = inputs.map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`).join(" and ");
  throw new ClassifierTrainingError("data", "MODEL_INPUT", `the model takes ${taken || "nothing"}`, {
    hint: "models of square pictures can be tried: float32 [N, 3, side, side]",
  });
}

/** How many numbers the model gives for a picture. */
async function classCount(bytes: Uint8Array, side: number): Promise<number> {
  const session = await openOnnxSession(bytes, "the model");
  try {
    const shape = [1, 3, side, side];
    const given = await session.run(hostTensor("float32", shape, new Float32Array(sizeOf(shape))));
    const [, count = 0] = given.shape;
    if (given.shape.length === 2 && count > 0) return count;
    const message = `the model gives [${given.shape.join(", ")}] for a picture`;
    throw new ClassifierTrainingError("data", "MODEL_OUTPUT", message, {
      hint: "models that give a number for each class can be tried: [N, classes]",
    });
  } finally {
    await session.dispose();
  }
}
