// What the command line prints and plans: --cfg, --info, --help, --explain, completion, sweeps and their ledger.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Composition,
  ConfigStore,
  completeOverride,
  completionScript,
  compose,
  ledgerLine,
  missingJobs,
  planSweep,
  readLedger,
  readYaml,
  renderConfig,
  renderExplanation,
  renderGroups,
  renderInfo,
  runFiles,
  SHIPPED_CONFIGS,
  sweepTable,
  toPlain,
} from "../../src/config/index.ts";

const settings = {
  searchPath: [SHIPPED_CONFIGS],
  configName: "train",
  store: new ConfigStore(),
  environment: {},
  now: new Date(2026, 0, 2, 3, 4, 5),
  hydra: { runtime: { output_dir: "out" } },
};
const composed = (...overrides: string[]): Composition => compose({ ...settings, overrides });

describe("printing", () => {
  it("--cfg job --package prints the package and leaves interpolations", () => {
    const text = renderConfig(composed("seed=9"), { part: "job", package: "optimizer" });
    expect(text).toMatch(/^# @package optimizer\n_target_: AdamW\nweight_decay: \$\{model.weight_decay\}\n/);
    const resolved = renderConfig(composed(), { part: "job", package: "optimizer", resolve: true });
    expect(resolved).toContain("weight_decay: 0.0001\n");
    expect(() => renderConfig(composed(), { part: "job", package: "optimiser" })).toThrow(/no package/);
  });

  it("--cfg hydra resolves what a single run knows", () => {
    const text = renderConfig(composed(), { part: "hydra", resolve: true });
    expect(text).toContain("dir: outputs/2026-01-02/03-04-05\n");
    expect(text).toContain("subdir: ${hydra.job.num}\n");
  });

  it("--info shows lists, tree and search path", () => {
    const text = renderInfo(composed("model=resnet34"), "all");
    expect(text).toMatch(/model\/resnet34 +model +yes +train/);
    expect(text).toMatch(/\n {2}model: resnet34\n/);
    expect(text).toContain(SHIPPED_CONFIGS.path);
  });

  it("--help lists groups with the chosen option, and what must be given", () => {
    const text = renderGroups(composed());
    expect(text).toMatch(/ {2}model: .*resnet18\*/);
    expect(text).toContain("Must be given: data.root");
  });

  it("--explain lists every file and override that set a value, in order", () => {
    const lines = renderExplanation(
      composed("model.learning_rate=0.01", "model.learning_rate=0.1"),
      "model.learning_rate",
    ).split("\n");
    expect(lines[0]).toBe("model.learning_rate = 0.1");
    expect(lines[1]).toMatch(/5\.0e-4 .*conf\/model\/_network\.yaml:\d+:16/);
    expect(lines[2]).toMatch(/0\.01 .*override "model\.learning_rate=0\.01"/);
    expect(lines[3]).toMatch(/0\.1 .*override "model\.learning_rate=0\.1" +\(in effect\)/);
    expect(renderExplanation(composed(), "optimizer.weight_decay")).toContain(
      "${model.weight_decay} -> 0.0001",
    );
    expect(() => renderExplanation(composed(), "model.learning_rat")).toThrow(/no key "model.learning_rat"/);
  });

  it("the files of a run hold the configuration as written and the overrides of the job", () => {
    const files = runFiles(composed("seed=5", "hydra.run.dir=x"));
    expect(files["config.yaml"]).toContain("weight_decay: ${model.weight_decay}");
    expect(files["config.yaml"]).not.toContain("hydra:\n");
    expect(files["overrides.yaml"]).toBe("- seed=5\n");
    expect(toPlain(readYaml(files["hydra.yaml"] ?? "", "hydra.yaml"))).toMatchObject({
      hydra: { run: { dir: "x" }, overrides: { hydra: ["hydra.run.dir=x"], task: ["seed=5"] } },
    });
  });
});

it("composes the default configuration with five overrides in under 30 ms of processor time", () => {
  const overrides = [
    "model=resnet50",
    "data.batch_size=64",
    "trainer.max_epochs=50",
    "seed=2",
    "model.learning_rate=1e-3",
  ];
  const taken = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage();
    composed(...overrides);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  expect(taken[2]).toBeLessThan(30);
});

describe("completion", () => {
  it.each([
    ["mod", ["model.", "model="]],
    ["model=resnet1", ["model=resnet101", "model=resnet152", "model=resnet18"]],
    ["model=resnet18,resnet3", ["model=resnet18,resnet34"]],
    ["trainer.max_e", ["trainer.max_epochs="]],
    ["~callbacks.e", ["~callbacks.early_stopping."]],
    ["data.drop_last=", ["data.drop_last=false", "data.drop_last=true"]],
    ["+exp", ["+experiment="]],
    ["hydra.run.", ["hydra.run.dir="]],
    ["zzz", []],
  ])("%s", (typed, candidates) => {
    expect(completeOverride(settings, ["model=resnet50", "unfinished=["], typed)).toStrictEqual(candidates);
  });

  const scratch = mkdtempSync(join(tmpdir(), "completion-"));
  afterAll(() => rmSync(scratch, { recursive: true }));

  it("bash completes the unfinished word", () => {
    const program = join(scratch, "ct");
    writeFileSync(
      program,
      '#!/bin/sh\n[ "$4" = "model=resnet1" ] && printf "model=resnet18\\nmodel=resnet101\\n"\n',
      { mode: 0o755 },
    );
    const script = `${completionScript("bash", "ct")}
      PATH="${scratch}:$PATH"; COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
      COMP_LINE="ct train model=resnet1"; COMP_POINT=\${#COMP_LINE}
      compopt() { :; }
      _ct; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe("resnet18\nresnet101\n");
  });
});

describe("multirun", () => {
  const plan = planSweep({
    ...settings,
    overrides: ["seed=1,2", "model=resnet18,resnet34", "hydra.sweep.dir=out/${now:%Y}"],
  });
  const jobs = plan.batches.flat();

  it("numbers the jobs, gives each a folder and one time", () => {
    expect(plan.directory).toBe("out/2026");
    expect(jobs.map(({ number, overrides }) => [number, ...overrides])).toStrictEqual([
      [0, "seed=1", "model=resnet18"],
      [1, "seed=1", "model=resnet34"],
      [2, "seed=2", "model=resnet18"],
      [3, "seed=2", "model=resnet34"],
    ]);
    const third = plan.compose(jobs[2]!);
    expect(plan.folder(third)).toBe("out/2026/2");
    expect(toPlain(third.hydra)).toMatchObject({
      mode: "MULTIRUN",
      job: { num: 2, id: "classifier-training_2", override_dirname: "model=resnet18,seed=2" },
      overrides: { task: ["seed=2", "model=resnet18"] },
    });
    expect(plan.multirunYaml).toMatch(/^hydra:\n/);
  });

  it("takes parameters of the sweeper, the command line winning at their place, and batches", () => {
    const batches = planSweep({
      ...settings,
      overrides: [
        "hydra.sweeper.params={seed:'1,2',trainer.max_epochs:3}",
        "data.batch_size=4",
        "seed=7,8",
        "hydra.sweeper.max_batch_size=1",
      ],
    }).batches;
    expect(batches.map((batch) => batch.map(({ overrides }) => overrides))).toStrictEqual([
      [["seed=7", "trainer.max_epochs=3", "data.batch_size=4"]],
      [["seed=8", "trainer.max_epochs=3", "data.batch_size=4"]],
    ]);
  });

  it("refuses to sweep over the hydra node", () => {
    expect(() => planSweep({ ...settings, overrides: ["hydra.run.dir=a,b"] })).toThrow(/cannot be swept/);
  });

  it("the ledger leaves what is missing, and knows another sweep", () => {
    const entry = (job: number, status: "completed" | "failed") => ({
      job,
      overrides: jobs[job]!.overrides,
      status,
      seconds: 1.25,
      metrics: { "val/acc_top1": 0.5 },
    });
    const text = `${ledgerLine(entry(0, "completed"))}${ledgerLine(entry(1, "failed"))}{"job":2,"over`;
    const ledger = readLedger(text, "ledger.jsonl");
    expect(missingJobs(jobs, ledger, "ledger.jsonl").map(({ number }) => number)).toStrictEqual([1, 2, 3]);
    expect(sweepTable(ledger)).toMatch(
      /^job +status +seconds +val\/acc_top1 +overrides\n0 +completed +1\.3 +0\.5 +seed=1/,
    );
    const overrides = ["+logger.mlflow.tracking_uri=http://me:planted@host"];
    expect(sweepTable([{ ...ledger[0]!, overrides }])).toContain("http://***@host");
    expect(() => readLedger(`nonsense\n${text}`, "ledger.jsonl")).toThrow(/damaged/);
    const other = planSweep({ ...settings, overrides: ["seed=5,6"] }).batches.flat();
    expect(() => missingJobs(other, ledger, "ledger.jsonl")).toThrow(/other overrides/);
  });
});
