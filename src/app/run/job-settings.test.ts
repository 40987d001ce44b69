import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { composeRun } from "./configuration.ts";
import { readJobSettings, setEnvironment } from "./job-settings.ts";
import { RunLog } from "./run-log.ts";

test.each([
  "hydra.job.chdir=true",
  "hydra.output_subdir=null",
  "hydra.output_subdir=.mine",
  "+hydra.callbacks.mine._target_=my.Callback",
  "hydra.launcher._target_=JoblibLauncher",
  "hydra.sweeper._target_=OptunaSweeper",
  "hydra/hydra_logging=disabled",
  "hydra.verbose=[a]",
  "+hydra.job_logging.handlers.console.level=INFO",
])("%s is refused, with the reason", async (override) => {
  const composition = await composeRun({ overrides: [override] });
  expect(() => readJobSettings(composition)).toThrow(
    expect.objectContaining({ code: "CONFIG_VALUE", where: expect.stringMatching(/^(?:override|store)/) }),
  );
});

test.each([
  ["+hydra.foo=1", '"hydra" knows no key "foo"'],
  ["+hydra.job.nam=1", '"hydra.job" knows no key "nam"'],
  ["+hydra.launcher.n_jobs=2", '"hydra.launcher" knows no key "n_jobs"'],
  ["+hydra.sweeper.sampler.seed=1", '"hydra.sweeper" knows no key "sampler"'],
])("%s is nothing that would be read", async (override, message) => {
  const composition = await composeRun({ overrides: [override] });
  expect(() => readJobSettings(composition)).toThrow(
    expect.objectContaining({ code: "CONFIG_KEY_UNKNOWN", message, where: `override "${override}"` }),
  );
});

test("a place that is free may hold anything, and an error names the override that set it", async () => {
  const free = ["+hydra.job.env_set.A=1", "+hydra.sweeper.params={seed:1}", "hydra.help.app_name=mine"];
  expect(readJobSettings(await composeRun({ overrides: free })).environment).toEqual({ A: "1" });
  const refused = await composeRun({ overrides: ["+hydra.callbacks.mine.level=1"] });
  expect(() => readJobSettings(refused)).toThrow(
    expect.objectContaining({ where: 'override "+hydra.callbacks.mine.level=1"' }),
  );
});

test("the environment of a run is set while it lasts", async () => {
  process.env.GIVEN_BEFORE = "before";
  const overrides = ["+hydra.job.env_set={GIVEN_BEFORE:1,SECOND:${seed}}", "hydra.job.env_copy=[HOME]"];
  const { environment } = readJobSettings(await composeRun({ overrides }));
  expect(environment).toEqual({ GIVEN_BEFORE: "1", SECOND: "42", HOME: process.env.HOME ?? "" });
  {
    using _set = setEnvironment(environment);
    expect(process.env.GIVEN_BEFORE).toBe("1");
  }
  expect([process.env.GIVEN_BEFORE, process.env.SECOND]).toEqual(["before", undefined]);
  delete process.env.GIVEN_BEFORE;
});

test.each([
  [[], "classifier-training.log"],
  [["hydra.job.name=mine"], "mine.log"],
  [["hydra/job_logging=stdout"], undefined],
  [["hydra/job_logging=none"], undefined],
])("the log of %j", async (overrides, name) => {
  const { log } = readJobSettings(await composeRun({ overrides: ["hydra.run.dir=/run", ...overrides] }));
  expect(log.file).toBe(name === undefined ? undefined : join("/run", name));
});

test("a log holds what was told, from its level on, since before there was a folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "run-log-"));
  const file = join(folder, "run", "mine.log");
  const told: string[] = [];
  const log = new RunLog({ level: "INFO", file });
  const notify = log.recording((_, line) => told.push(line));
  notify("INFO", "early");
  log.open();
  notify("DEBUG", "too much");
  notify("WARNING", "at http://me:secret@host");
  const time = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]`;
  const lines = [
    `${time}\\[mine\\]\\[INFO\\] - early`,
    `${time}\\[mine\\]\\[WARNING\\] - at http://\\*\\*\\*@host`,
  ];
  expect(await readFile(file, "utf8")).toMatch(new RegExp(`^${lines.join("\n")}\n$`));
  expect(told).toEqual(["early", "too much", "at http://me:secret@host"]);
  await rm(folder, { recursive: true });
});
