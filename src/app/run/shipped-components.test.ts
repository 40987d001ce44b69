// Every shipped optimizer, scheduler and set of callbacks can be chosen, is valid, and is built.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { componentRegistry } from "../../config/index.ts";
import { LearningRateScheduler } from "../../optim/index.ts";
import { allComponents } from "../registry.ts";
import { composeRun } from "./configuration.ts";
import { RunParts } from "./run-parts.ts";
import { validateRun } from "./settings.ts";

const choices = (group: string): string[] =>
  readdirSync(new URL(`../../../conf/${group}`, import.meta.url)).map((file) => file.replace(/\.yaml$/, ""));

async function partsOf(override: string): Promise<RunParts> {
  allComponents();
  const composition = await composeRun({ overrides: ["data.root=photos", override] });
  await validateRun(composition);
  return new RunParts(composition, componentRegistry);
}

test.each(choices("optimizer"))("optimizer=%s", async (name) => {
  const optimizer = await (await partsOf(`optimizer=${name}`)).optimizer();
  expect(optimizer?.name.toLowerCase()).toBe(name);
});

test.each(choices("scheduler"))("scheduler=%s", async (name) => {
  const scheduler = await (await partsOf(`scheduler=${name}`)).scheduler();
  expect(scheduler).toBeInstanceOf(LearningRateScheduler);
});

test.each(choices("callbacks"))("callbacks=%s", async (name) => {
  const callbacks = await (await partsOf(`callbacks=${name}`)).callbacks();
  expect(callbacks.length).toBeGreaterThan(0);
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
