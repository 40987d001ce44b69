// A short training on generated pictures: what a runtime learns, epoch by epoch.

import type { Batch } from "../../src/core/index.ts";
import { hostTensor, RandomStream } from "../../src/core/index.ts";
import { createResNet } from "../../src/models/index.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { SGD } from "../../src/optim/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { TrainingEngine } from "../../src/train/engine/engine.ts";

const CLASSES = 4;
const SIZE = 32;
const BATCH = 32;
const TRAINED = 256;
const TESTED = 128;
const EPOCHS = 10;

export interface LearningCurve {
  readonly losses: readonly number[];
  /** Of pictures that were not trained on, after each epoch. */
  readonly accuracies: readonly number[];
}

/** Noise over stripes whose direction is the class. */
function pictures(count: number, purpose: string): Batch[] {
  const random = new RandomStream(0, purpose);
  return Array.from({ length: count / BATCH }, () => {
    const labels = Array.from({ length: BATCH }, () => random.integer(CLASSES));
    const images = new Float32Array(BATCH * 3 * SIZE * SIZE);
    for (const [i, label] of labels.entries()) {
      const phase = random.uniform(0, 2 * Math.PI);
      const angle = (Math.PI * label) / CLASSES;
      for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
        const along = Math.cos(angle) * (pixel % SIZE) + Math.sin(angle) * Math.floor(pixel / SIZE);
        const stripe = Math.sin(along * 0.8 + phase);
        for (let c = 0; c < 3; c++)
          images[(i * 3 + c) * SIZE * SIZE + pixel] = 0.6 * stripe + random.normal();
      }
    }
    return {
      images: hostTensor("float32", [BATCH, 3, SIZE, SIZE], images),
      labels: hostTensor("int64", [BATCH], BigInt64Array.from(labels, BigInt)),
      indices: [],
    };
  });
}

/** Trains a ResNet-18 for a few epochs; the same weights, pictures and order every time. */
export async function learn(runtime: Runtime, threads = 2): Promise<LearningCurve> {
  const engine = await TrainingEngine.open({
    runtime,
    model: {
      network: createResNet("resnet18", CLASSES),
      loss: (outputs, targets) => crossEntropy(outputs, targets),
    },
    optimizer: new SGD({ momentum: 0.9, weightDecay: 1e-4 }),
    seed: 0,
    threads,
  });
  const trained = pictures(TRAINED, "trained");
  const tested = pictures(TESTED, "tested");
  const losses: number[] = [];
  const accuracies: number[] = [];
  let step = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    let sum = 0;
    for (const batch of trained) {
      sum += (await engine.accumulate(batch, true, [0, 0])).loss;
      await engine.apply(++step, 0.005);
    }
    losses.push(sum / trained.length);
    let right = 0;
    for (const batch of tested) {
      const { logits } = await engine.evaluate(batch);
      right += countRight(logits.data as Float32Array, batch.labels.data as BigInt64Array);
    }
    accuracies.push(right / TESTED);
  }
  await engine.dispose();
  return { losses, accuracies };
}

function countRight(logits: Float32Array, labels: BigInt64Array): number {
  return labels.reduce((right, label, i) => {
    const row = logits.subarray(i * CLASSES, (i + 1) * CLASSES);
    return right + (row.indexOf(Math.max(...row)) === Number(label) ? 1 : 0);
  }, 0);
}
