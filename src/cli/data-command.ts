// classifier-training data: what a data set holds, what is wrong with it, and what training will see.
import { Command } from "commander";
import type { DataToolRequest } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { importModules } from "./imports.ts";
import { writeLine } from "./output.ts";

const BAD_DATA = 3;

export function dataCommand(): Command {
  const command = new Command("data").description("look at a data set before training on it");
  command.addCommand(printing("stats", "counts per class and split, sizes, channel means", stats));
  command.addCommand(printing("verify", "decode every picture and list what cannot be read", verify));
  command.addCommand(
    printing("dedupe", "find duplicates, leaks between splits and contradicting labels", dedupe),
  );
  command.addCommand(
    tool("preview", "write a grid of the first augmented batch as PNG", preview).option(
      "-o, --output <file>",
      "the PNG to write",
      "preview.png",
    ),
  );
  command.addCommand(
    tool("report", "write all of this as one HTML page", report).option(
      "-o, --output <file>",
      "the page to write",
      "data-report.html",
    ),
  );
  return command;
}

interface ToolFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly output?: string;
}

function tool(
  name: string,
  description: string,
  action: (request: DataToolRequest, flags: ToolFlags) => Promise<void>,
): Command {
  const command = new Command(name)
    .description(description)
    .argument("[overrides...]", "settings as for train, such as data.root=./photos");
  return addConfigFlags(command)
    .action(async (overrides: readonly string[], flags: ToolFlags) => {
      await importModules(flags.import);
      const text = await inspectConfiguration(overrides, flags);
      if (text !== undefined) return print(text.replace(/\n$/, ""));
      const { allComponents, composeRun } = await import("../app/index.ts");
      const composition = composeRun({ overrides, ...flags });
      await action({ composition, registry: allComponents(), write: writeLine }, flags);
    })
    .exitOverride();
}

/** A tool whose result is text, not a file. */
function printing(...tooled: Parameters<typeof tool>): Command {
  return tool(...tooled).option("--json", "print as JSON");
}

async function stats(request: DataToolRequest, { json }: ToolFlags): Promise<void> {
  const { dataStatistics } = await import("../app/index.ts");
  const statistics = await dataStatistics(request);
  if (json === true) return print(JSON.stringify(statistics));
  const { classes, counts, imbalance, sampled, unreadable, width, height, mean, std } = statistics;
  const parts = Object.entries(counts);
  const rows = classes.map((name, i) => [name, ...parts.map(([, numbers]) => String(numbers[i]))]);
  const totals = parts.map(([, numbers]) => String(numbers.reduce((sum, count) => sum + count, 0)));
  print(formatTable(["class", ...parts.map(([part]) => part)], [...rows, ["all", ...totals]]));
  const channels = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(" ");
  print(`
most common class to rarest: ${imbalance.toFixed(1)} to 1
of ${sampled} training pictures (${unreadable} unreadable):
  width ${width.min} to ${width.max}, median ${width.median}; height ${height.min} to ${height.max}, median ${height.median}
  red, green, blue: mean ${channels(mean)}, deviation ${channels(std)}`);
}

async function verify(request: DataToolRequest, { json }: ToolFlags): Promise<void> {
  const { verifyData } = await import("../app/index.ts");
  const report = await verifyData(request);
  if (json === true) print(JSON.stringify(report));
  else
    for (const { part, name, code, message } of report.problems)
      print(`${part}: ${name}: ${message} [${code}]`);
  writeLine(`${report.checked} pictures, ${report.problems.length} with problems`);
  if (report.problems.length > 0) process.exitCode = BAD_DATA;
}

async function dedupe(request: DataToolRequest, { json }: ToolFlags): Promise<void> {
  const { duplicatesIn } = await import("../app/index.ts");
  const found = await duplicatesIn(request);
  if (json === true) return print(JSON.stringify(found));
  const { groups } = found;
  for (const { kind, pictures, acrossParts, contradicting } of groups) {
    const remarks = [
      kind,
      ...(acrossParts ? ["in several splits"] : []),
      ...(contradicting ? ["classes differ"] : []),
    ];
    print(`${remarks.join(", ")}: ${pictures.map(({ part, name }) => `${name} (${part})`).join("  ")}`);
  }
  writeLine(
    `${groups.length} groups of duplicates, ${groups.filter(({ acrossParts }) => acrossParts).length} across splits, ` +
      `${groups.filter(({ contradicting }) => contradicting).length} with contradicting classes`,
  );
}

async function preview(request: DataToolRequest, { output = "preview.png" }: ToolFlags): Promise<void> {
  const { previewData } = await import("../app/index.ts");
  await previewData(request, output);
  writeLine(output);
}

async function report(request: DataToolRequest, { output = "data-report.html" }: ToolFlags): Promise<void> {
  const { reportOnData } = await import("../app/index.ts");
  await reportOnData(request, output);
  writeLine(output);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
