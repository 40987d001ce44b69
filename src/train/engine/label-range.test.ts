import { describe, expect, test } from "vitest";
import type { Batch, BatchSource, TrainerData } from "../../core/index.ts";
import { hostTensor } from "../../core/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../../models/index.ts";
import { Linear, type Module } from "../../nn/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { Trainer } from "../trainer.ts";

class Classifier extends BaseClassificationModel {
  override readonly architecture = "linear";
  constructor(ignoreIndex?: number) {
    super(classificationModelSchema.parse({ ignoreIndex, classWeights: false }));
    this.setup({ classNames: ["cat", "dog", "owl"] });
  }
  protected override buildNetwork(numClasses: number): Module {
    return new Linear(2, numClasses);
  }
}

/** Six samples in two batches; `named`: their labels are known beforehand. */
function dataOf(labels: readonly number[], named = false): TrainerData {
  const source: BatchSource = {
    length: 2,
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      for (const indices of [
        [0, 1, 2],
        [3, 4, 5],
      ]) {
        const values = Float32Array.from(indices.flatMap((i) => [Math.sin(i), Math.cos(i)]));
        const own = Int32Array.from(indices, (i) => labels[i]!);
        yield {
          images: hostTensor("float32", [3, 2], values),
          labels: hostTensor("int32", [3], own),
          indices,
        };
      }
    },
  };
  const split = { labels: Int32Array.from(labels), name: (i: number) => `pictures/${i}.jpg` };
  return {
    trainLoader: () => source,
    valLoader: () => source,
    testLoader: () => source,
    ...(named ? { splits: { train: split, val: split, test: undefined } } : {}),
  };
}

async function fitted(
  labels: readonly number[],
  { ignoreIndex = -100, named = false } = {},
): Promise<number> {
  await using trainer = new Trainer({ maxEpochs: 1, numSanityValSteps: 0 }, { runtime: referenceRuntime });
  const fit = trainer.fit(new Classifier(ignoreIndex), dataOf(labels, named));
  let next = await fit.next();
  while (!next.done) next = await fit.next();
  return next.value.metrics["val/acc_top1"]!;
}

describe("a label that is no class", () => {
  test.each([3, -1, -100])("%s is refused with the sample it is of", async (label) => {
    await expect(fitted([0, 1, 2, 0, label, 1], { ignoreIndex: 9 })).rejects.toMatchObject({
      kind: "data",
      code: "LABEL_RANGE",
      message: `label ${label} of sample 4 is none of the 3 classes (0 to 2)`,
    });
  });

  test("is refused before the first step, by the name of its picture, where that is known", async () => {
    await expect(fitted([0, 1, 2, 0, 7, 1], { named: true })).rejects.toMatchObject({
      code: "LABEL_RANGE",
      message: "label 7 of sample pictures/4.jpg is none of the 3 classes (0 to 2)",
    });
  });

  test.each([-100, 2, 40])("%s leaves loss and metrics where it is ignoreIndex", async (ignoreIndex) => {
    const labels = [0, 1, ignoreIndex, 0, ignoreIndex, 1];
    const accuracy = await fitted(labels, { ignoreIndex });
    expect([0, 0.25, 0.5, 0.75, 1]).toContain(accuracy);
  });
});
