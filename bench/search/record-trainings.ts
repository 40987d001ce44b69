// Records 300 real small trainings, for samplers and pruners to be compared on: every combination of four settings, with the
// validation accuracy of each epoch. `npx tsx bench/search/record-trainings.ts FOLDER > bench/search/trainings.json`, with a
// folder of `train` and `val`; the table kept here is of 300 + 300 pictures of CIFAR-10 (30 of each class, the first by name).
import { ImageFolderDataModule } from "../../src/data/index.ts";
import * as ops from "../../src/graph/build.ts";
import type { Value } from "../../src/graph/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../../src/models/index.ts";
import {
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  GlobalAvgPool2d,
  Linear,
  type Module,
} from "../../src/nn/index.ts";
import { AdamW, type Optimizer, RMSprop, SGD } from "../../src/optim/index.ts";
import { Trainer } from "../../src/train/index.ts";
import { loadRuntime } from "../workload.ts";

const EPOCHS = 27;
const PARAMETERS = {
  learning_rate: [1e-4, 3e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2, 0.1, 0.3],
  weight_decay: [0, 1e-4, 1e-3, 1e-2, 0.1],
  batch_size: [16, 64],
  optimizer: ["adamw", "rmsprop", "sgd"],
} as const;

class SmallNetwork extends ClassificationNetwork {
  readonly conv1 = new Conv2d(3, 16, 3, { stride: 2, padding: 1, bias: false });
  readonly norm1 = new BatchNorm2d(16);
  readonly conv2 = new Conv2d(16, 32, 3, { stride: 2, padding: 1, bias: false });
  readonly norm2 = new BatchNorm2d(32);
  readonly pool = new GlobalAvgPool2d();
  readonly fc: Linear;

  constructor(numClasses: number) {
    super();
    this.fc = new Linear(32, numClasses);
  }

  override get classifier(): Module {
    return this.fc;
  }

  override forwardFeatures(images: Value): Value {
    const edges = ops.relu(this.norm1.call(this.conv1.call(images)));
    return ops.flatten(this.pool.call(ops.relu(this.norm2.call(this.conv2.call(edges)))));
  }
}

class SmallModel extends BaseClassificationModel {
  override readonly architecture = "small";

  protected override buildNetwork(numClasses: number): Module {
    return new SmallNetwork(numClasses);
  }
}

const optimizerOf = (name: string, weightDecay: number): Optimizer => {
  if (name === "sgd") return new SGD({ momentum: 0.9, weightDecay });
  return name === "adamw" ? new AdamW({ weightDecay }) : new RMSprop({ weightDecay });
};

/** Validation accuracy of each epoch. */
async function accuracies(
  root: string,
  learningRate: number,
  weightDecay: number,
  batchSize: number,
  optimizer: string,
) {
  const data = new ImageFolderDataModule({
    root,
    imageSize: 32,
    batchSize,
    numWorkers: 0,
    cache: "ram",
    seed: 1,
  });
  await data.setup();
  try {
    const model = new SmallModel(classificationModelSchema.parse({ learningRate }));
    model.setup({ classNames: data.classes, imageSize: [32, 32] });
    const runtime = await loadRuntime("onednn");
    await using trainer = new Trainer(
      { maxEpochs: EPOCHS, threads: 1, numSanityValSteps: 0 },
      { runtime, seed: 1, optimizer: optimizerOf(optimizer, weightDecay) },
    );
    const accuracy: number[] = [];
    try {
      for await (const event of trainer.fit(model, data)) {
        if (event.type === "trainEpochEnd") accuracy.push(event.metrics["val/acc_top1"] ?? 0);
      }
    } catch (error) {
      // A loss that is no number ends a training; it has the accuracy of guessing from there on.
      process.stderr.write(`${(error as Error).message}\n`);
    }
    while (accuracy.length < EPOCHS) accuracy.push(1 / data.classes.length);
    return accuracy.map((value) => Number(value.toFixed(4)));
  } finally {
    await data.close();
  }
}

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("give a folder with train and val");
const trainings: object[] = [];
for (const learning_rate of PARAMETERS.learning_rate)
  for (const weight_decay of PARAMETERS.weight_decay)
    for (const batch_size of PARAMETERS.batch_size)
      for (const optimizer of PARAMETERS.optimizer) {
        const accuracy = await accuracies(root, learning_rate, weight_decay, batch_size, optimizer);
        trainings.push({ settings: [learning_rate, weight_decay, batch_size, optimizer], accuracy });
        process.stderr.write(`${trainings.length} ${Math.max(...accuracy)}\n`);
      }
const rows = trainings.map((row) => JSON.stringify(row)).join(",\n");
process.stdout.write(
  `{"parameters":${JSON.stringify(Object.keys(PARAMETERS))},"epochs":${EPOCHS},"trainings":[\n${rows}\n]}\n`,
);
