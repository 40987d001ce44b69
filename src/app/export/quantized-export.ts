// A run's model in 8-bit integers: calibrated on its training pictures, chosen on its validation pictures.
import {
  ClassifierTrainingError,
  hostTensor,
  labelTensor,
  type SampleLabels,
  type TaskName,
} from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import { encodeModel, type ModelProto, withEntry } from "../../onnx/index.ts";
import {
  CALIBRATION_METHODS,
  type CalibrationMethod,
  type QuantizedModel,
  quantizeModel,
} from "../../quantize/index.ts";
import type { NamedModel } from "./measure-models.ts";
import { JUDGES } from "./model-score.ts";
import { samplePictures } from "./sample-pictures.ts";

/** How a model is quantised. */
export interface QuantizedExportOptions {
  /** Default: all are tried, and the best is taken. */
  readonly calibration?: CalibrationMethod | undefined;
  /** Training pictures to calibrate on. Default 256. */
  readonly calibrationPictures?: number | undefined;
  /** Points of accuracy, or of mean average precision, that it may lose. */
  readonly maxDrop: number;
  readonly threads: number | undefined;
  readonly notify: ((line: string) => void) | undefined;
}

/** Key in a model's metadata that says how it was quantised, as JSON. */
export const QUANTIZATION_METADATA_KEY = "quantization";

/** Validation pictures that decide between models. */
const PROBE_PICTURES = 256;

/** Layers are left in float until the loss on the probe is below this share of what is allowed, or is one picture. */
const ACCEPTED_SHARE = 0.5;

/**
 * Models in integers, the first ones together, of which the last good one is to be taken; where none is good, more, nearer to the float
 * model.
 * @throws ClassifierTrainingError kind "data" `NO_CALIBRATION`
 */
export async function* quantizedModels(
  model: ModelProto,
  data: DataModule,
  task: TaskName,
  options: QuantizedExportOptions,
): AsyncGenerator<readonly NamedModel[]> {
  const { calibration, calibrationPictures = 256, maxDrop, threads, notify } = options;
  if (data.splits.val === undefined) {
    throw missing(
      "there is no validation split",
      "int8 needs one, to be judged by: give data with one in data.root=FOLDER",
    );
  }
  const training = await samplePictures(data, "train", calibrationPictures);
  const probe = await samplePictures(data, "val", PROBE_PICTURES);
  if (training.labels.length === 0 || probe.labels.length === 0) {
    const hint = "int8 is calibrated on training pictures: give a folder of such in data.root=FOLDER";
    throw missing("no picture of the data can be read", hint);
  }
  const { candidates, floatScore, layers, nearer } = await quantizeModel({
    model,
    calibration: training.batches,
    probe: { batches: probe.batches, task, score: (rows) => scoreOf(rows, probe.labels, task), threads },
    methods: calibration === undefined ? CALIBRATION_METHODS : [calibration],
    notify,
  });
  const named = ({ model, method, floatLayers }: QuantizedModel): NamedModel => {
    const described = {
      method,
      calibration_pictures: training.labels.length,
      layers,
      float_layers: floatLayers,
    };
    const left = floatLayers.length === 0 ? "" : `, ${floatLayers.length} of ${layers} layers in float`;
    const bytes = encodeModel(withEntry(model, QUANTIZATION_METADATA_KEY, JSON.stringify(described)));
    return { name: `int8 (${method}${left})`, bytes };
  };
  const accepted = acceptedLoss(maxDrop / 100, probe.labels.length);
  const isGood = ({ score }: QuantizedModel): boolean => floatScore - score <= accepted;
  const good = candidates.find(isGood);
  let waiting = candidates.filter((candidate) => candidate !== good);
  if (good !== undefined) {
    yield [...waiting.toReversed(), good].map(named);
    waiting = [];
  }
  let last: QuantizedModel | undefined;
  for await (const next of nearer()) {
    last = next;
    if (!isGood(next)) continue;
    yield [...waiting, next].map(named);
    [waiting, last] = [[], undefined];
  }
  if (last !== undefined || waiting.length > 0)
    yield [...waiting.toReversed(), ...(last === undefined ? [] : [last])].map(named);
}

/** How good the logits of all sampled pictures are; 1 where nothing is known of them. */
function scoreOf(rows: readonly Float32Array[], labels: SampleLabels, task: TaskName): number {
  const classes = rows[0]!.length;
  const logits = new Float32Array(rows.length * classes);
  for (const [i, row] of rows.entries()) logits.set(row, i * classes);
  const score = JUDGES[task].score(classes);
  score.update(
    hostTensor("float32", [rows.length, classes], logits),
    labelTensor(labels, [...labels.keys()]),
  );
  return score.value() ?? 1;
}

function acceptedLoss(allowed: number, pictures: number): number {
  const picture = 1 / pictures;
  return Math.max(ACCEPTED_SHARE * allowed, picture <= allowed ? picture + 1e-9 : 0);
}

function missing(message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "NO_CALIBRATION", message, { where: "data.root", hint });
}
