// classifier-training runs: lists, shows, compares and plots runs by their folders.
import { Command } from "commander";
import type { Run } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";

interface JsonFlag {
  readonly json?: boolean;
}

interface PlotFlags {
  readonly metric: string;
  readonly output: string;
}

export function runsCommand(): Command {
  const command = new Command("runs").description("list, show, compare and plot runs by their folders");
  command
    .command("list")
    .description("the runs at or below a folder, with how they ended")
    .argument("[folder]", "folder that runs were written to", "outputs")
    .option("--json", "print as JSON")
    .action(list);
  command
    .command("show")
    .description("how a run was started and how it ended")
    .argument("<run>", "folder of a run")
    .option("--json", "print as JSON")
    .action(show);
  command
    .command("diff")
    .description("the settings and results in which runs differ")
    .argument("<runs...>", "folders of two or more runs")
    .option("--json", "print as JSON")
    .action(diff);
  command
    .command("plot")
    .description("a metric of one or more runs over the epochs, as a picture")
    .argument("<runs...>", "folders of runs")
    .option("-m, --metric <name>", "a logged value", "val/acc_top1")
    .option("-o, --output <file>", "a .svg or .png file", "runs.png")
    .action(plot);
  for (const each of command.commands) each.exitOverride();
  return command;
}

async function list(folder: string, { json }: JsonFlag): Promise<void> {
  const { listRuns } = await import("../app/index.ts");
  const runs = await listRuns(folder);
  if (json === true) {
    print(runs.map(({ name, summary }) => ({ name, summary: summary ?? null })));
    return;
  }
  const score = (value: number | null | undefined): string => value?.toFixed(4) ?? "-";
  const rows = runs.map(({ name, summary }) => [
    name,
    summary?.status ?? "not ended",
    summary?.model ?? "-",
    String(summary?.epochs ?? "-"),
    summary?.best === undefined ? "-" : String(summary.best.epoch + 1),
    score(summary?.best?.score),
    score(summary?.metrics["test/acc_top1"]),
    summary?.images_per_second.toFixed(1) ?? "-",
  ]);
  const header = ["run", "status", "model", "epochs", "best", "score", "test/acc_top1", "images/s"];
  process.stdout.write(`${formatTable(header, rows)}\n`);
}

async function show(path: string, { json }: JsonFlag): Promise<void> {
  const { overridesOf, readRun, resultsOf } = await import("../app/index.ts");
  const run = await readRun(path);
  const overrides = await overridesOf(run);
  if (json === true) {
    print({ name: run.name, overrides, summary: run.summary ?? null });
    return;
  }
  const rows = [["started with", overrides.join(" ") || "nothing changed"], ...resultsOf(run)];
  process.stdout.write(`${formatTable([run.name, ""], rows)}\n`);
}

async function diff(paths: readonly string[], { json }: JsonFlag): Promise<void> {
  const { compareRuns } = await import("../app/index.ts");
  const runs = await open(paths);
  const comparison = await compareRuns(runs);
  if (json === true) {
    print({ runs: runs.map(({ name }) => name), ...comparison });
    return;
  }
  const names = runs.map(({ name }) => name);
  const parts = [
    ["settings", comparison.settings],
    ["results", comparison.results],
  ] as const;
  for (const [title, rows] of parts) {
    const table = rows.map(({ key, values }) => [key, ...values.map((value) => value ?? "-")]);
    const text = table.length === 0 ? `${title}: the same` : formatTable([title, ...names], table);
    process.stdout.write(`${text}\n\n`);
  }
}

async function plot(paths: readonly string[], { metric, output }: PlotFlags): Promise<void> {
  const { plotRuns } = await import("../app/index.ts");
  await plotRuns(await open(paths), metric, output);
  writeLine(output);
}

async function open(paths: readonly string[]): Promise<Run[]> {
  const { readRun } = await import("../app/index.ts");
  return Promise.all(paths.map(readRun));
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
