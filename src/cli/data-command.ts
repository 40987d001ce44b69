// classifier-training data: what a data set holds, what is wrong with it, and what training will see.
import { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import type { DataToolRequest, DuplicateReport, dataStatistics } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { dataLabelsCommand } from "./data-labels-command.ts";
import { writeLine } from "./output.ts";

const BAD_DATA = 3;

/** `data stats`, `verify`, `dedupe`, `labels`, `preview` and `report`. */
export function dataCommand(): Command {
  const command = new Command("data").description("look at a data set before training on it");
  command.addCommand(printing("stats", "counts per class and split, sizes, channel means", stats));
  command.addCommand(printing("verify", "decode every picture and list what cannot be read", verify));
  command.addCommand(
    printing("dedupe", "find duplicates, leaks between splits and contradicting labels", dedupe).option(
      "--sheet <file>",
      "a PNG to write pairs of duplicates to, side by side",
    ),
  );
  command.addCommand(dataLabelsCommand());
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

type DuplicateGroup = DuplicateReport["groups"][number];
type LabelSets = NonNullable<Awaited<ReturnType<typeof dataStatistics>>["labelSets"]>;

interface ToolFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly output?: string;
  readonly sheet?: string;
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
      const composition = await composeRun({ overrides, ...flags });
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
  const { classes, pictures, counts, labelSets, imbalance } = statistics;
  const { sampled, unreadable, width, height, mean, std } = statistics;
  const word = labelSets === null ? "class" : "label";
  const parts = Object.entries(counts);
  const rows = classes.map((name, i) => [name, ...parts.map(([, numbers]) => String(numbers[i]))]);
  const totals = Object.values(pictures).map(String);
  const headings = parts.length === 1 ? ["pictures"] : parts.map(([part]) => part);
  const all = labelSets === null ? "all" : "all pictures";
  print(formatTable([word, ...headings], [...rows, [all, ...totals]]));
  if (labelSets !== null) print(labelLines(labelSets, classes));
  const looked = `${sampled}${parts.length === 1 ? "" : " training"} pictures`;
  print(`\nmost common ${word} to rarest: ${imbalance.toFixed(1)} to 1`);
  if (width === null || height === null || mean === null || std === null) {
    return print(`of ${looked} none can be read; classifier-training data verify says why`);
  }
  const channels = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(" ");
  print(`of ${looked} (${unreadable} unreadable):
  width ${width.min} to ${width.max}, median ${width.median}; height ${height.min} to ${height.max}, median ${height.median}
  red, green, blue: mean ${channels(mean)}, deviation ${channels(std)}`);
}

/** Pairs of labels printed. */
const MOST_PAIRS = 10;

/** How many labels pictures have, by part, and which come together. */
function labelLines({ parts, pairs }: LabelSets, classes: readonly string[]): string {
  const found = Object.values(parts);
  const rows = [
    ["labels of a picture", ...found.map(({ cardinality }) => cardinality.toFixed(3))],
    ["share of all labels", ...found.map(({ density }) => density.toFixed(4))],
    ["distinct sets", ...found.map(({ distinctSets }) => String(distinctSets))],
    ["pictures without labels", ...found.map(({ withoutLabels }) => String(withoutLabels))],
    ["unknown entries", ...found.map(({ unknown }) => String(unknown))],
  ];
  const table = formatTable(["", ...(found.length === 1 ? ["all"] : Object.keys(parts))], rows);
  if (pairs.length === 0) return `\n${table}`;
  const together = pairs
    .slice(0, MOST_PAIRS)
    .map(({ first, second, count }) => [classes[first]!, classes[second]!, String(count)]);
  return `\n${table}\n\n${formatTable(["together", "", "pictures"], together)}`;
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

/** Groups printed, and pictures of one. */
const [MOST_GROUPS, MOST_PICTURES] = [40, 10];

async function dedupe(request: DataToolRequest, { json, sheet }: ToolFlags): Promise<void> {
  const { duplicatesIn, worstFirst } = await import("../app/index.ts");
  const found = await duplicatesIn(request, { sheet });
  if (sheet !== undefined) writeLine(sheet);
  if (json === true) return print(JSON.stringify(found));
  const groups = worstFirst(found.groups);
  const words = found.task === "multi_label" ? "labels" : "classes";
  for (const group of groups.slice(0, MOST_GROUPS)) print(groupLines(group, words).join("\n"));
  if (groups.length > MOST_GROUPS) print(`and ${groups.length - MOST_GROUPS} more groups: --json prints all`);
  const count = (is: (group: DuplicateGroup) => boolean): number => groups.filter(is).length;
  writeLine(
    `${groups.length} groups of duplicates (${count(({ kind }) => kind === "exact")} exact, ` +
      `${count(({ kind }) => kind === "equal")} equal, ${count(({ kind }) => kind === "near")} near), ` +
      `${count(({ acrossParts }) => acrossParts)} across splits, ` +
      `${count(({ contradicting }) => contradicting)} with contradicting ${words}`,
  );
}

/** `equal, classes differ`, and its pictures, one a line. */
function groupLines({ kind, pictures, acrossParts, contradicting }: DuplicateGroup, words: string): string[] {
  const heading = [
    kind,
    ...(contradicting ? [`${words} differ`] : []),
    ...(acrossParts ? ["in several splits"] : []),
  ];
  const lines = pictures.slice(0, MOST_PICTURES).map(({ name, className, part }) => {
    const remarks = [...(contradicting ? [className] : []), ...(acrossParts ? [part] : [])];
    return `  ${name}${remarks.length === 0 ? "" : ` (${remarks.join(", ")})`}`;
  });
  const more = pictures.length - lines.length;
  return [heading.join(", "), ...lines, ...(more > 0 ? [`  and ${more} more`] : [])];
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
