// Every shipped model, optimizer, scheduler and set of callbacks can be chosen, is valid, and is built.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { componentRegistry } from "../../config/index.ts";
import { NETWORK_NAMES } from "../../models/index.ts";
import { LearningRateScheduler } from "../../optim/index.ts";
import { type MetricSets, taskOf } from "../../tasks/index.ts";
import { METRIC_SCHEMAS } from "../metric-schemas.ts";
import { allComponents } from "../registry.ts";
import { composeRun } from "./configuration.ts";
import { RunParts } from "./run-parts.ts";
import { validateRun } from "./settings.ts";

const choices = (group: string): string[] =>
  readdirSync(new URL(`../../../conf/${group}`, import.meta.url)).map((file) => file.replace(/\.yaml$/, ""));

async function partsOf(...overrides: readonly string[]): Promise<RunParts> {
  allComponents();
  const composition = await composeRun({ overrides: ["data.root=photos", ...overrides] });
  await validateRun(composition);
  return new RunParts(composition, componentRegistry);
}

describe("model", () => {
  test("there is a choice for every network, and nothing else", () => {
    const names = choices("model").filter((name) => !name.startsWith("_"));
    expect(names.sort()).toEqual([...NETWORK_NAMES].sort());
  });

  test.each(NETWORK_NAMES)("model=%s", async (name) => {
    const model = await (await partsOf(`model=${name}`)).model();
    expect(model.architecture).toBe(name);
  });

  test("options that a network does not have are refused, unknown ones with the nearest", async () => {
    const model = await (await partsOf("model.dropout=0.5")).model();
    expect(() => model.setup({ classNames: ["a", "b"] })).toThrow(
      expect.objectContaining({ code: "NETWORK_OPTION", where: "model.dropout" }),
    );
    await expect(partsOf("+model.drop_out=0.5")).rejects.toMatchObject({ hint: 'did you mean "dropout"?' });
    await expect(partsOf("model.architecture=resnet81")).rejects.toMatchObject({
      message: expect.stringContaining('did you mean "resnet18"?'),
    });
    await expect(partsOf("model=resnet_34")).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
      hint: 'did you mean "resnet34"?',
    });
  });
});

test.each(choices("optimizer"))("optimizer=%s", async (name) => {
  const optimizer = await (await partsOf(`optimizer=${name}`)).optimizer();
  expect(optimizer?.name.toLowerCase()).toBe(name);
});

test.each(choices("scheduler"))("scheduler=%s", async (name) => {
  const scheduler = await (await partsOf(`scheduler=${name}`)).scheduler();
  expect(scheduler).toBeInstanceOf(LearningRateScheduler);
});

test.each(choices("recipe"))("recipe=%s says when it is the one, and is built", async (name) => {
  const text = readFileSync(new URL(`../../../conf/recipe/${name}.yaml`, import.meta.url), "utf8");
  expect(text.split("\n")[2]).toMatch(/^# When .*\.$/);
  const parts = await partsOf(`recipe=${name}`);
  const model = await parts.model();
  model.setup({ classNames: ["a", "b"], imageSize: [224, 224], trainingPictures: 3 });
  expect(model.options.pretrained).toBe(name !== "from_scratch_small");
  expect(await parts.callbacks()).not.toHaveLength(0);
  const { options } = await parts.dataModule(undefined, model);
  expect(options.batchTransforms).toHaveLength(model.options.pretrained ? 0 : 2);
});

test.each(choices("callbacks"))("callbacks=%s", async (name) => {
  const callbacks = await (await partsOf(`callbacks=${name}`)).callbacks();
  expect(callbacks.length).toBeGreaterThan(0);
});

describe("metrics", () => {
  const labels = { numClasses: 3, ignoreIndex: -100 };

  test.each(choices("metrics"))("metrics=%s are those of a model of its own", async (name) => {
    const several = name === "multi_label" ? ({ task: "multi_label" } as const) : {};
    const metrics = (await (await partsOf(`metrics=${name}`)).metrics({ ...labels, ...several }))!;
    const described = (sets: MetricSets): unknown =>
      Object.entries(sets).map(([stage, set]) => [
        stage,
        Object.entries(set).map(([key, metric]) => [key, metric.constructor.name, metric.accumulator.key]),
      ]);
    const task = name === "multi_label" ? name : "multi_class";
    expect(described(metrics)).toEqual(described(taskOf(task).defaultMetrics(labels)));
  });

  test.each(Object.keys(METRIC_SCHEMAS))("%s can be added", async (name) => {
    const beta = name.endsWith("FBetaScore") ? ",beta:2" : "";
    const task = name.startsWith("Multilabel") ? "multi_label" : "multi_class";
    const parts = await partsOf(`task=${task}`, `+metrics.val.mine={_target_:${name}${beta}}`);
    const { val, test: tested, train } = (await parts.metrics({ ...labels, task }))!;
    expect(val.mine?.constructor.name).toBe(name);
    expect(tested.mine).toBeDefined();
    expect(train.mine).toBeUndefined();
  });

  test("what is no metric is refused, and so is a misspelt option", async () => {
    await expect(partsOf("+metrics.val.mine={_target_:MulticlassF1Score,topk:2}")).rejects.toMatchObject({
      code: "CONFIG_KEY_UNKNOWN",
    });
    const parts = await partsOf("+metrics.val.mine={_target_:SGD}");
    await expect(parts.metrics(labels)).rejects.toMatchObject({ kind: "usage" });
  });

  test("what measures another task is refused", async () => {
    const parts = await partsOf("+metrics.val.mine={_target_:MultilabelAUROC}");
    await expect(parts.metrics(labels)).rejects.toMatchObject({
      code: "TASK",
      message: "MultilabelAUROC is for task=multi_label, and this is task=multi_class",
      where: "metrics.val.mine",
    });
  });
});

test("without a choice the scheduler is the model's own", async () => {
  const parts = await partsOf("seed=1");
  await expect(parts.scheduler()).resolves.toBeUndefined();
});

test("what is no scheduler is refused, and so is a misspelt option", async () => {
  const parts = await partsOf("+scheduler.step_size=3");
  await expect(parts.scheduler()).rejects.toMatchObject({ code: "CONFIG_VALUE", where: "scheduler" });
  const composition = await composeRun({
    overrides: ["data.root=photos", "scheduler=step", "+scheduler.step_sise=3"],
  });
  await expect(validateRun(composition)).rejects.toMatchObject({ code: "CONFIG_KEY_UNKNOWN" });
});
