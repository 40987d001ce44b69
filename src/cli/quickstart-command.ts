// classifier-training quickstart: the whole road on sample pictures, in a few minutes.
import { relative } from "node:path";
import { Command } from "commander";
import type { QuickstartResult } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { listenForStop } from "./signals.ts";

/** Takes no data: the pictures are rendered. */
export function quickstartCommand(): Command {
  return new Command("quickstart")
    .description("render sample pictures, train on them, export, test and classify")
    .argument("[overrides...]", "settings as key=value, groups as group=option")
    .option("--folder <folder>", "where to put pictures and run", "quickstart")
    .action(runQuickstart);
}

async function runQuickstart(
  overrides: readonly string[],
  { folder }: { readonly folder: string },
): Promise<void> {
  const { allComponents, quickstart } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const result = await quickstart({
    folder,
    overrides,
    registry: allComponents(),
    signal: stop.signal,
    write: writeLine,
  });
  if (result.summary.status === "interrupted") process.exitCode = stop.exitCode ?? 1;
  process.stdout.write(`${describe(result)}\n`);
}

function describe({ run, summary, pictures, predictions }: QuickstartResult): string {
  const here = (path: string): string => relative(process.cwd(), path) || ".";
  if (predictions.length === 0) return `${summary.status}: ${here(run.path)}`;
  const rows = predictions.map(({ picture, predictions: [first, second] }) => [
    here(picture),
    `${first!.label} ${(first!.confidence * 100).toFixed(1)}%`,
    `${second!.label} ${(second!.confidence * 100).toFixed(1)}%`,
  ]);
  const accuracy = summary.metrics["test/acc_top1"]!;
  return [
    "",
    formatTable(["picture", "prediction", "second"], rows),
    "",
    `test accuracy ${(accuracy * 100).toFixed(1)}%, ${summary.images_per_second.toFixed(0)} images/s in training on ${summary.runtime}, ${summary.wall_seconds.toFixed(0)} s in all`,
    "",
    `pictures     ${here(pictures)}`,
    `run          ${here(run.path)}`,
    `metrics      ${here(run.metricsFile)}`,
    `report       ${here(run.reportFile)}`,
    `model        ${here(run.modelFile)} (labels and preprocessing inside, and in labels_mapping.json)`,
    `summary      ${here(run.summaryFile)}`,
    "",
    `Classify:    npx classifier-training predict ${here(run.modelFile)} PICTURES...`,
    "Your own:    npx classifier-training train data.root=FOLDER",
  ].join("\n");
}
