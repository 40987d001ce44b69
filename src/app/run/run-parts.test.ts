// Parts of a configuration that are settings of nothing: which recipes go with which callbacks, and what is said of others.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EMA } from "../../callbacks/index.ts";
import { componentRegistry, SHIPPED_CONFIGS } from "../../config/index.ts";
import { allComponents } from "../registry.ts";
import { composeRun } from "./configuration.ts";
import { RunParts } from "./run-parts.ts";
import { validateRun } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "run-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function partsOf(...overrides: string[]): Promise<RunParts> {
  allComponents();
  const composition = await composeRun({ overrides: ["data.root=photos", ...overrides], configDir: folder });
  await validateRun(composition);
  return new RunParts(composition, componentRegistry);
}

const RECIPES = readdirSync(join(SHIPPED_CONFIGS.path, "recipe")).map((file) => parse(file).name);

test.each(RECIPES)("recipe=%s leaves the choice of callbacks", async (recipe) => {
  const averages = async (...words: string[]) =>
    (await (await partsOf(`recipe=${recipe}`, ...words)).callbacks()).filter((each) => each instanceof EMA);
  expect(await averages("callbacks=minimal")).toEqual([]);
  expect(await averages("callbacks=ema")).toHaveLength(1);
});

test.each([
  ["callbacks", "ema", "decay: 0.9", "callbacks=minimal", "callbacks=ema"],
  ["logger", "wandb", "project: photos", "logger=csv", "logger=wandb"],
])("settings of %s that are not there are refused with what to do", async (...each) => {
  const [group, name, setting, chosen, having] = each;
  mkdirSync(join(folder, "recipe"), { recursive: true });
  const file = join(folder, "recipe", "mine.yaml");
  writeFileSync(file, `# @package _global_\n${group}:\n  ${name}:\n    ${setting}\n`);
  const build = async (...words: string[]): Promise<readonly unknown[]> => {
    const parts = await partsOf("recipe=mine", chosen, ...words);
    return group === "logger" ? parts.loggers() : parts.callbacks();
  };
  await expect(build(`~${group}.${name}`)).resolves.not.toHaveLength(0);
  await expect(build()).rejects.toMatchObject({
    code: "CONFIG_VALUE",
    message: `${chosen} has no ${name} for these settings`,
    where: `${group}.${name} (${file}:4:${5 + setting.indexOf(":") + 2})`,
    hint: `drop them with ~${group}.${name}, or choose ${having}`,
  });
});
