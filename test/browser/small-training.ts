// A training that is small enough for a graphics card in software, the same in Node.js and in a page.
import {
  AdaptiveAvgPool2d,
  BaseClassificationModel,
  BatchNorm2d,
  Conv2d,
  classificationModelSchema,
  Dropout,
  Flatten,
  folderOf,
  ImageFolderDataModule,
  Linear,
  lastCheckpoint,
  MaxPool2d,
  ModelCheckpoint,
  Module,
  type PageFile,
  ReLU,
  type Runtime,
  Sequential,
  Trainer,
  type TrainingReport,
  type Value,
} from "../../src/browser.ts";
import { hashContent } from "../../src/train/index.ts";

/** Two convolutions, one of them by channel, batch norms, pooling, dropout. */
class SmallNetwork extends Module {
  readonly layers: Sequential;

  constructor(numClasses: number) {
    super();
    this.layers = new Sequential(
      new Conv2d(3, 8, 3, { stride: 2, padding: 1, bias: false }),
      new BatchNorm2d(8),
      new ReLU(),
      new Conv2d(8, 8, 3, { padding: 1, groups: 8, bias: false }),
      new BatchNorm2d(8),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 16, 1),
      new ReLU(),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new Dropout(0.2),
      new Linear(16, numClasses),
    );
  }

  override forward(images: Value): Value {
    return this.layers.forward(images);
  }
}

class SmallModel extends BaseClassificationModel {
  readonly architecture = "small";

  constructor() {
    super(classificationModelSchema.parse({ learningRate: 5e-3, warmupEpochs: 0 }));
  }

  protected override buildNetwork(numClasses: number): Module {
    return new SmallNetwork(numClasses);
  }
}

export interface SmallTraining {
  readonly runtime: Runtime;
  readonly files: readonly PageFile[];
  readonly steps: number;
  readonly report?: TrainingReport;
  /** A folder for the last state, written after every second step; where there is one, the training goes on from it. */
  readonly checkpoints?: string;
  /** Is waited for after each step. */
  readonly onStep?: (step: number) => Promise<void>;
}

export interface SmallResult {
  /** Of the steps that were taken here. */
  readonly losses: readonly number[];
  /** Of all that a checkpoint holds of the network. */
  readonly hash: string;
}

/** What remains open of a training. */
export interface OpenTraining extends SmallResult {
  readonly trainer: Trainer;
  readonly model: BaseClassificationModel;
  readonly data: ImageFolderDataModule;
}

/** Trains to so many steps in all; the caller disposes of the trainer. */
export async function openSmallTraining(request: SmallTraining): Promise<OpenTraining> {
  const { runtime, files, steps, report, checkpoints, onStep } = request;
  const data = new ImageFolderDataModule({
    root: folderOf(files),
    imageSize: 16,
    batchSize: 9,
    numWorkers: 0,
    valFraction: 0.25,
  });
  await data.setup();
  const model = new SmallModel();
  model.setup({ classNames: data.classes, imageSize: [16, 16] });
  const callbacks = [
    ...(report === undefined ? [] : [report]),
    ...(checkpoints === undefined
      ? []
      : [new ModelCheckpoint({ dirpath: checkpoints, saveTopK: 0, everyNTrainSteps: 2 })]),
  ];
  const checkpoint = checkpoints === undefined ? undefined : await lastCheckpoint(checkpoints);
  const trainer = new Trainer(
    { maxSteps: steps, maxEpochs: 100, numSanityValSteps: 0 },
    { runtime, callbacks },
  );
  const losses: number[] = [];
  try {
    for await (const event of trainer.fit(model, data, { checkpoint })) {
      if (event.type !== "trainBatchEnd") continue;
      losses.push(event.loss);
      await onStep?.(losses.length);
    }
    const hash = await hashContent("training", "", await trainer.engine!.readState());
    return { losses, hash, trainer, model, data };
  } catch (error) {
    await trainer.dispose().catch(() => undefined);
    throw error;
  }
}

/** `openSmallTraining`, closed. */
export async function trainSmall(request: SmallTraining): Promise<SmallResult> {
  const { losses, hash, trainer } = await openSmallTraining(request);
  await trainer.dispose();
  return { losses, hash };
}
