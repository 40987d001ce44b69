// The form has every key, says what is wrong beside the key that it is about, and amounts to one command.
import { expect, test } from "vitest";
import { composeRun } from "../../../app/index.ts";
import { settingsOf } from "../../../app/run/run-record.ts";
import type { FormSetting } from "../api.ts";
import { TrainForms } from "./train-form.ts";

const forms = new TrainForms({ configuration: { overrides: ["data.root=photos"] }, imports: [] });
const formOf = async (...settings: readonly FormSetting[]) =>
  (await forms.compose({ settings, words: [] })).form;

test.each([
  ["the default", []],
  [
    "another model and optimizer",
    [
      ["model", "vit_b_16"],
      ["optimizer", "sgd"],
      ["scheduler", "one_cycle"],
    ],
  ],
  [
    "several labels from a table",
    [
      ["task", "multi_label"],
      ["data", "csv"],
      ["data.file", "labels.csv"],
    ],
  ],
] as const)("of %s every key is there", async (_name, settings) => {
  const form = await formOf(...settings);
  const keys = new Set(form.fields.map(({ key }) => key));
  const composition = await composeRun({ overrides: form.overrides });
  const missing = settingsOf(composition)
    .map(({ key }) => key.replace(/\[.*$/, ""))
    .filter((key) => !/\b_target_$/.test(key) && !keys.has(key) && !composition.choices.has(key));
  expect(missing).toEqual([]);
  expect(new Set(form.groups.map(({ name }) => name))).toContain("recipe");
});

test("fields say what they are, how they are entered and whether they were given", async () => {
  const { fields, groups } = await formOf(["model.learning_rate", "0.01"]);
  const field = (key: string) => fields.find((each) => each.key === key);
  expect(field("model.learning_rate")).toMatchObject({
    control: { kind: "number" },
    text: "0.01",
    isGiven: true,
  });
  expect(field("model.learning_rate")!.about).toContain("Peak learning rate");
  expect(field("trainer.max_epochs")).toMatchObject({ control: { kind: "number", min: -1 }, isGiven: false });
  expect(field("data.drop_last")).toMatchObject({ control: { kind: "switch" }, text: "false" });
  expect(field("data.decoding")).toMatchObject({ control: { kind: "choice", options: ["exact", "fast"] } });
  expect(field("data.root")).toMatchObject({ control: { kind: "any" }, text: "photos", isGiven: true });
  const recipes = groups.find(({ name }) => name === "recipe")!;
  expect(recipes.chosen).toBeNull();
  expect(recipes.options.find(({ name }) => name === "mobile")!.about).not.toBe("");
});

test("one command is what it amounts to; what was given as the data was opened can be changed", async () => {
  const form = await formOf(["data.root", "my photos"], ["model", "resnet50"], ["trainer.max_epochs", "3"]);
  expect(form.problems).toEqual([]);
  expect(form.command).toBe(
    "classifier-training train model=resnet50 'data.root=my photos' trainer.max_epochs=3",
  );
});

test.each([
  [["model", "resnet5"], "model", "resnet50"],
  [["trainer.max_epochs", "many"], "trainer.max_epochs", "number"],
  [["model.learning_rat", "0.1"], "model.learning_rat", "learning_rate"],
  [["data.root", "???"], "data.root", "must be given"],
] as const)("%j is told beside its key", async (setting, key, said) => {
  const { problems } = await formOf(["seed", "7"], setting);
  expect(problems).toEqual([{ key, message: expect.stringContaining(said) }]);
});

test("what cannot be composed leaves the rest as it is", async () => {
  const form = await formOf(["model", "nonsense"], ["optimizer", "sgd"], ["seed", "7"]);
  expect(form.problems.map(({ key }) => key)).toEqual(["model"]);
  expect(form.groups.find(({ name }) => name === "optimizer")!.chosen).toBe("sgd");
  expect(form.fields.find(({ key }) => key === "seed")!.text).toBe("7");
});

test("every wrong value is told beside its key, whatever else is wrong", async () => {
  const { problems } = await formOf(
    ["model", "resnet5"],
    ["trainer.max_epochs", "many"],
    ["seed", "7"],
    ["data.batch_size", "-1"],
  );
  expect(problems.map(({ key }) => key).sort()).toEqual(["data.batch_size", "model", "trainer.max_epochs"]);
});
