import { expect, test } from "vitest";
import * as library from "../../index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { Trainer, type TrainerOptions, WeightAverage } from "../../train/index.ts";
import { allComponents } from "../registry.ts";

type Class = new (options: unknown) => unknown;

const refused = expect.objectContaining({ kind: "usage", code: "OPTIONS" });

const names = ["callbacks", "logger", "optimizer", "scheduler", "model"].flatMap((group) =>
  allComponents().names(group),
);

test.each(names)("%s made by a program checks its options as a configuration does", (name) => {
  const Component = (library as unknown as Record<string, Class>)[name]!;
  const given = { dirpath: "x", saveDir: "x", schedulers: [], milestones: [], unheardOf: 1 };
  expect(() => new Component(given)).toThrow(refused);
});

test("so do the trainer and averages", () => {
  const trainer = (options: object) => () =>
    new Trainer(options as TrainerOptions, { runtime: referenceRuntime });
  expect(trainer({ gradientClipVal: Number.NaN })).toThrow(refused);
  expect(trainer({ maxEpoch: 3 })).toThrow(refused);
  expect(trainer({ limitTrainBatches: Number.POSITIVE_INFINITY, checkValEveryNEpoch: null })).not.toThrow();
  expect(() => new WeightAverage({ decay: 1.5 })).toThrow(refused);
});
