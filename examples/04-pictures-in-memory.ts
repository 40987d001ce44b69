// Trains on pictures that a program has in memory: here it draws them, a bar that lies or stands.
//
//     npx tsx examples/04-pictures-in-memory.ts [epochs]
import {
  ArrayDataset,
  Compose,
  chooseRuntime,
  DatasetDataModule,
  Normalize,
  ResNet18ClassificationModel,
  ToDtype,
  Trainer,
} from "classifier-training";

const [COUNT, SIDE] = [160, 32];
const pixels = new Uint8Array(COUNT * SIDE * SIDE);
const labels = Array.from({ length: COUNT }, (_, picture) => picture % 2);
for (const [picture, stands] of labels.entries()) {
  const place = 4 + ((picture * 7) % 24);
  for (let along = 4; along < 28; along++) {
    const [y, x] = stands === 1 ? [along, place] : [place, along];
    pixels[(picture * SIDE + y) * SIDE + x] = 120 + ((picture * 31) % 130);
  }
}

const train = new ArrayDataset({
  classes: ["lies", "stands"],
  labels,
  width: SIDE,
  height: SIDE,
  layout: "grey",
  pixels,
});
const transforms = new Compose({ transforms: [new ToDtype(), new Normalize()] });
await using data = new DatasetDataModule({
  train,
  valFraction: 0.25,
  imageSize: SIDE,
  batchSize: 20,
  trainTransforms: transforms,
  valTransforms: transforms,
});
await data.setup();

const model = new ResNet18ClassificationModel({ learningRate: 1e-3, warmupEpochs: 0 });
model.setup({ classNames: data.classes });
const { runtime } = await chooseRuntime("auto", "32-true");
await using trainer = new Trainer({ maxEpochs: Number(process.argv[2] ?? 3) }, { runtime });
for await (const event of trainer.fit(model, data)) {
  if (event.type !== "trainEpochEnd") continue;
  console.log(`epoch ${event.epoch}: validation accuracy ${event.metrics["val/acc_top1"]?.toFixed(3)}`);
}
