import { expect, test } from "vitest";
import { Linear, type Module } from "../nn/index.ts";
import { Schedule } from "../optim/index.ts";
import {
  BaseClassificationModel,
  type ClassificationModelOptions,
  classificationModelSchema,
} from "./base-classification-model.ts";

class LinearClassifier extends BaseClassificationModel {
  override readonly architecture = "linear";
  constructor(options: ClassificationModelOptions = {}) {
    super(classificationModelSchema.parse(options));
  }
  protected override buildNetwork(numClasses: number): Module {
    return new Linear(4, numClasses);
  }
}

const CLASSES = { classNames: ["cat", "dog", "owl"] };

test("the network has an output for each class of the data", () => {
  const model = new LinearClassifier();
  model.setup(CLASSES);
  expect(new Map(model.network.namedParameters()).get("weight")!.shape).toEqual([3, 4]);
  expect(model.classNames).toEqual(CLASSES.classNames);
});

test("a number of classes that contradicts the data is refused", () => {
  expect(() => new LinearClassifier({ numClasses: 4 }).setup(CLASSES)).toThrowError(
    expect.objectContaining({
      kind: "usage",
      code: "NUM_CLASSES",
      message: "model.num_classes is 4, the data has 3 classes",
    }),
  );
  new LinearClassifier({ numClasses: 3 }).setup(CLASSES);
});

test("nothing is there before setup", () => {
  expect(() => new LinearClassifier().network).toThrowError(
    expect.objectContaining({ code: "MODEL_NOT_SET_UP" }),
  );
});

// The reference's numbers for 12 epochs with 5 of warm-up.
test("warms up and follows a cosine that its last epoch does not reach the end of", () => {
  const model = new LinearClassifier({ learningRate: 5e-4 });
  const schedule = new Schedule(model.createScheduler(), model.learningRate, 12);
  const rates = Array.from({ length: 12 }, () => {
    const { rate } = schedule;
    schedule.step();
    return rate;
  });
  const expected = [
    5e-7, 0.0001004, 0.0002003, 0.0003002, 0.0004001, 0.0005, 0.00047648, 0.000410579, 0.000315349,
    0.000209651, 0.000114421, 4.85199e-5,
  ];
  for (const [epoch, rate] of rates.entries())
    expect(rate / expected[epoch]!, `epoch ${epoch}`).toBeCloseTo(1, 5);
});

test("its optimizer is AdamW with the model's weight decay", () => {
  const optimizer = new LinearClassifier({ weightDecay: 0.5 }).createOptimizer();
  expect(optimizer.name).toBe("AdamW");
  expect(optimizer.scalars(1, 0.1).shrink).toBeCloseTo(0.95, 12);
});
