// What settings make of a composed configuration.
import { expect, test } from "vitest";
import { type Composition, camelCase, configJsonSchema, snakeCase } from "../../config/index.ts";
import { composeRun } from "./configuration.ts";
import { configSchema, readSettings, validateRun } from "./settings.ts";

const compose = (...overrides: string[]): Promise<Composition> =>
  composeRun({ overrides: ["data.root=photos", ...overrides] });

test.each([
  ["1", 1],
  ["1.0", Number.POSITIVE_INFINITY],
  ["float(1)", Number.POSITIVE_INFINITY],
  ["0.5", 0.5],
  ["7", 7],
  ["null", undefined],
])("limits written as %s", async (text, limit) => {
  const keys = ["limit_train_batches", "limit_val_batches", "limit_test_batches", "overfit_batches"];
  const { trainer } = readSettings(await compose(...keys.map((key) => `trainer.${key}=${text}`)));
  expect([
    trainer.limitTrainBatches,
    trainer.limitValBatches,
    trainer.limitTestBatches,
    trainer.overfitBatches,
  ]).toEqual([limit, limit, limit, limit]);
});

test("a limit of two batches and a half is refused", async () => {
  await expect(validateRun(await compose("trainer.limit_train_batches=2.5"))).rejects.toMatchObject({
    code: "CONFIG_VALUE",
  });
});

test("null for check_val_every_n_epoch is a value of its own", async () => {
  const { trainer } = readSettings(await compose("trainer.check_val_every_n_epoch=null"));
  expect(trainer.checkValEveryNEpoch).toBe(null);
});

test.each([
  ["true", 1],
  ["false", 0],
  ["3", 3],
])("fast_dev_run=%s", async (text, batches) => {
  const composition = await compose(`trainer.fast_dev_run=${text}`);
  await validateRun(composition);
  expect(readSettings(composition).trainer.fastDevRun).toBe(batches);
});

test("every key that editors are told of is one that a configuration takes", async () => {
  const keys: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { properties } = value as { properties?: Record<string, unknown> };
    if (typeof properties === "object") keys.push(...Object.keys(properties));
    for (const child of Object.values(value)) visit(child);
  };
  visit(await configJsonSchema(configSchema()));
  expect(keys.length).toBeGreaterThan(200);
  expect(keys.filter((key) => /[A-Z]/.test(key))).toEqual([]);
  expect(keys).toContain("check_val_every_n_epoch");
  for (const key of keys) if (!key.startsWith("_")) expect(snakeCase(camelCase(key))).toBe(key);
});

test.each([
  ["trainer.benchmark=true", 'did you mean "benchmark"'],
  ["trainer.max_epoch=1", "Otherwise"],
  ["seeds=1", "Otherwise"],
  ["data.no_such_option=1", "add it"],
  ["optimiser=sgd", "Otherwise"],
  ["hydra.launcher.n_jobs=2", "add it"],
  ["hydra.callbacks.mine=1", "add it"],
  ["hydra.job_logging.root=1", "add it"],
  ["hydra.job.nam=x", "Otherwise"],
])("%s: adding it would not help, so that is no hint", async (override, absent) => {
  const error = await composeRun({ overrides: [override] }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "CONFIG_KEY_UNKNOWN", where: `override "${override}"` });
  expect(String((error as { hint?: string }).hint)).not.toContain(absent);
  expect(String((error as { hint?: string }).hint)).not.toContain("+");
});

test("what would be valid is a hint", async () => {
  const override = "callbacks.mine={_target_:Timer}";
  await expect(composeRun({ overrides: [override] })).rejects.toMatchObject({
    hint: expect.stringContaining(`add it with +${override}`),
  });
  const variable = "hydra.job.env_set.THREADS=1";
  await expect(composeRun({ overrides: [variable] })).rejects.toMatchObject({
    hint: `add it with +${variable}`,
  });
});
