// Trains a ResNet-18 on a folder of pictures from a program of your own, without the command line.
//
//     npx tsx examples/01-train-on-a-folder.ts ./photos [epochs] [image size]
import {
  chooseRuntime,
  ImageFolderDataModule,
  ResNet18ClassificationModel,
  Trainer,
} from "classifier-training";

const [root = "photos", epochs = "10", imageSize = "64"] = process.argv.slice(2);

await using data = new ImageFolderDataModule({ root, imageSize: Number(imageSize), batchSize: 8 });
await data.setup();

const model = new ResNet18ClassificationModel({ learningRate: 1e-3, warmupEpochs: 1 });
model.setup({ classNames: data.classes, classWeights: data.classWeights });

const { runtime } = await chooseRuntime("auto", "32-true");
await using trainer = new Trainer({ maxEpochs: Number(epochs) }, { runtime });

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

for await (const event of trainer.fit(model, data, { signal: stop.signal })) {
  if (event.type !== "trainEpochEnd") continue;
  const { "train/loss": loss, "val/acc_top1": accuracy } = event.metrics;
  console.log(`epoch ${event.epoch}: loss ${loss?.toFixed(4)}, validation accuracy ${accuracy?.toFixed(4)}`);
}
