// classifier-training runs: lists, shows, compares and plots runs by their folders.
import { Command } from "commander";
import type { Run } from "../app/index.ts";
import { formatTable, widthOf, wrapText } from "../core/table.ts";
import { writeLine } from "./output.ts";

interface JsonFlag {
  readonly json?: boolean;
}

interface PlotFlags {
  readonly metric?: string;
  readonly output: string;
}

/** `runs list`, `show`, `diff` and `plot`. */
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
    .option("-m, --metric <name>", "a logged value (default: val/acc_top1, with several labels val/map)")
    .option("-o, --output <file>", "a .svg or .png file", "runs.png")
    .action(plot);
  for (const each of command.commands) each.exitOverride();
  return command;
}

async function list(folder: string, { json }: JsonFlag): Promise<void> {
  const { headlinesOf, listRuns } = await import("../app/index.ts");
  const runs = await listRuns(folder);
  if (json === true) {
    print(runs.map(({ name, status, summary }) => ({ name, status, summary: summary ?? null })));
    return;
  }
  const tested = headlinesOf(runs, "test");
  const score = (value: number | null | undefined): string => value?.toFixed(4) ?? "-";
  const rows = runs.map(({ name, status, epochs, summary }) => [
    name,
    status,
    String(epochs),
    score(summary?.best?.score),
    ...tested.map((metric) => score(summary?.metrics[metric])),
    summary?.best === undefined ? "-" : String(summary.best.epoch + 1),
    summary?.model ?? "-",
    summary?.images_per_second.toFixed(1) ?? "-",
  ]);
  // The least important columns last.
  const header = ["run", "status", "epochs", "score", ...tested, "best epoch", "model", "images/s"];
  process.stdout.write(`${narrowed(header, rows)}\n`);
}

/** A table without the last columns that the terminal has no room for, which are named below it. */
function narrowed(header: readonly string[], rows: readonly (readonly string[])[]): string {
  let columns = header.length;
  const text = (): string => {
    const part = rows.map((row) => row.slice(0, columns));
    return formatTable(header.slice(0, columns), part);
  };
  while (columns > 1 && widthOf(text()) > terminalWidth()) columns--;
  const left = header.slice(columns);
  return left.length === 0 ? text() : `${text()}\n(no room for ${left.join(", ")}; --json has them)`;
}

async function show(path: string, { json }: JsonFlag): Promise<void> {
  const { overridesOf, readRun, resultsOf } = await import("../app/index.ts");
  const run = await readRun(path);
  const overrides = await overridesOf(run);
  if (json === true) {
    print({ name: run.name, status: run.status, overrides, summary: run.summary ?? null });
    return;
  }
  const rows = [["started with", overrides.join(" ") || "nothing changed"] as const, ...resultsOf(run)];
  const indent = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.flatMap(([name, value]) =>
    wrapText(value, terminalWidth() - indent).map((line, i) => (i === 0 ? name : "").padEnd(indent) + line),
  );
  process.stdout.write(`${[run.name, ...lines].join("\n")}\n`);
}

async function diff(paths: readonly string[], { json }: JsonFlag): Promise<void> {
  const { compareRuns } = await import("../app/index.ts");
  const runs = await open(paths);
  const comparison = await compareRuns(runs);
  if (json === true) {
    print({ runs: runs.map(({ name }) => name), ...comparison });
    return;
  }
  const parts = [
    ["settings", comparison.settings],
    ["results", comparison.results],
  ] as const;
  const tablesWith = (names: readonly string[]): string[] =>
    parts.map(([title, rows]) => {
      const table = rows.map(({ key, values }) => [key, ...values.map((value) => value ?? "-")]);
      return table.length === 0 ? `${title}: the same` : formatTable([title, ...names], table);
    });
  const named = tablesWith(runs.map(({ name }) => name));
  const numbered = [
    runs.map(({ name }, i) => `${i + 1}  ${name}`).join("\n"),
    ...tablesWith(runs.map((_, i) => String(i + 1))),
  ];
  const tables = Math.max(...named.map(widthOf)) > terminalWidth() ? numbered : named;
  process.stdout.write(`${tables.join("\n\n")}\n`);
}

/** Characters in a line of the terminal; unlimited where the output goes elsewhere. */
function terminalWidth(): number {
  return process.stdout.columns ?? Number.POSITIVE_INFINITY;
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
