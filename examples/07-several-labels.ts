// Trains a ResNet-18 on pictures that may have several labels, or none, as a table says: columns image, labels, split.
//
//     npx tsx examples/07-several-labels.ts quickstart/shirts/shirts.csv [epochs] [image size]
import { CSVDataModule, chooseRuntime, ResNet18ClassificationModel, Trainer } from "classifier-training";

const [file = "table.csv", epochs = "10", imageSize = "64"] = process.argv.slice(2);

await using data = new CSVDataModule({
  task: "multi_label",
  file,
  labelColumn: "labels",
  labelSeparator: "|",
  imageSize: Number(imageSize),
  batchSize: 16,
});
await data.setup();

// Each label is answered by itself, so the loss is a binary one.
const model = new ResNet18ClassificationModel({
  lossName: "bce",
  labelSmoothing: 0,
  learningRate: 1e-3,
  warmupEpochs: 0,
});
model.setup({ name: "multi_label", classNames: data.classes });

const { runtime } = await chooseRuntime("auto", "32-true");
await using trainer = new Trainer({ maxEpochs: Number(epochs) }, { runtime });
for await (const event of trainer.fit(model, data)) {
  if (event.type !== "trainEpochEnd") continue;
  const { "train/loss": loss, "val/map": map } = event.metrics;
  console.log(`epoch ${event.epoch}: loss ${loss?.toFixed(4)}, mean average precision ${map?.toFixed(4)}`);
  if (event.epoch + 1 < Number(epochs)) continue;
  for (const label of data.classes) {
    console.log(`  ${label}: average precision ${event.metrics[`val/ap_${label}`]?.toFixed(4)}`);
  }
}
