import { describe, expect, test } from "vitest";
import { hostTensor, type LabelSets } from "../core/index.ts";
import { DatasetDataModule } from "../data/index.ts";
import { ClassificationModel, type ClassificationModelOptions } from "../models/index.ts";
import { mixTargets } from "../transforms/batches/batch-transform.ts";
import { MixUp } from "../transforms/index.ts";

const model = (options: ClassificationModelOptions): ClassificationModel =>
  new ClassificationModel({ architecture: "resnet18", ...options });
const SEVERAL = { name: "multi_label", classNames: ["cat", "dog"], imageSize: [32, 32] } as const;

describe("a model is refused for a task", () => {
  test.each([
    [
      "a softmax loss of several labels",
      { lossName: "cross_entropy" },
      "cross_entropy is no loss of task=multi_label",
    ],
    ["neighbours of several labels", { lossName: "bce", head: "knn" }, "neighbours vote for one class each"],
  ] as const)("%s", (_, options, message) => {
    expect(() => model(options).setup(SEVERAL)).toThrow(message);
  });

  test("the asymmetric loss of one class", () => {
    const { setup, ...one } = { setup: model({ lossName: "asymmetric" }), classNames: ["cat", "dog"] };
    expect(() => setup.setup(one)).toThrow("asymmetric is no loss of task=multi_class");
  });
});

test("a model of several labels says so, and measures what is measured of them", () => {
  const several = model({ lossName: "asymmetric" });
  several.setup(SEVERAL);
  expect(several.labels).toMatchObject({ task: "multi_label", numClasses: 2 });
  several.metrics.val.update(
    hostTensor("float32", [3, 2], Float32Array.of(2, -1, -2, 1, 3, 3)),
    hostTensor("float32", [3, 2], Float32Array.of(1, 0, 0, 1, 1, -1)),
  );
  expect(several.metrics.val.compute()).toEqual({ map: 1, f1: 1, acc_subset: 1, ap_cat: 1, ap_dog: 1 });
  expect(several.metrics.val.direction("ap_dog")).toBe("higher");
});

describe("mixed targets", () => {
  const targets = hostTensor("float32", [3, 2], Float32Array.of(1, 0, 0, 1, -1, 0));

  test("are shares; what is not known in a part is not known", () => {
    expect([...mixTargets(targets, 0.75, "mixture").data]).toEqual([-1, 0, 0.25, 0.75, -1, 0.25]);
  });

  test("or the union of both; a label that one has is there whatever is known of the other", () => {
    expect([...mixTargets(targets, 0.75, "union").data]).toEqual([1, 0, 1, 1, -1, 1]);
  });

  test("of a picture that is not mixed at all are its own", () => {
    expect([...mixTargets(targets, 1, "union").data]).toEqual([...targets.data]);
    expect([...mixTargets(targets, 1, "mixture").data]).toEqual([...targets.data]);
  });

  test("unions are refused where pictures have one class each", async () => {
    const pixels = new Uint8Array(8 * 8 * 3);
    const dataset = (labels: Int32Array | LabelSets) => ({
      classes: ["cat", "dog"],
      labels,
      source: () => ({ kind: "pixels", width: 8, height: 8, layout: "rgb", data: pixels }) as const,
      name: String,
    });
    const options = {
      val: dataset(Int32Array.of(0, 1)),
      batchSize: 2,
      batchTransforms: [new MixUp({ targets: "union" })],
    };
    const one = new DatasetDataModule({ ...options, train: dataset(Int32Array.of(0, 1)) });
    await expect(one.setup()).rejects.toMatchObject({ code: "TASK", where: "transforms: MixUp" });
  });
});
