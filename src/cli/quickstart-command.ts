// classifier-training quickstart: the whole road on sample pictures, in a few minutes.
import { relative } from "node:path";
import { Command, Option } from "commander";
import type { PicturePrediction, QuickstartResult } from "../app/index.ts";
import type { TaskName } from "../core/index.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { presentLabels } from "./predict-command.ts";
import { listenForStop } from "./signals.ts";

/** Takes no data: the pictures are rendered. */
export function quickstartCommand(): Command {
  return new Command("quickstart")
    .description("render sample pictures, train on them, export, test and classify")
    .argument("[overrides...]", "settings as key=value, groups as group=option")
    .addOption(
      new Option("--task <task>", "jersey numbers, one a picture, or shirts with several labels")
        .choices(["multi_class", "multi_label"] satisfies TaskName[])
        .default("multi_class"),
    )
    .option("--folder <folder>", "where to put pictures and run", "quickstart")
    .action(runQuickstart);
}

async function runQuickstart(
  overrides: readonly string[],
  { folder, task }: { readonly folder: string; readonly task: TaskName },
): Promise<void> {
  const { allComponents, quickstart } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const result = await quickstart({
    folder,
    task,
    overrides,
    registry: allComponents(),
    signal: stop.signal,
    write: writeLine,
  });
  if (result.summary.status === "interrupted") process.exitCode = stop.exitCode ?? 1;
  process.stdout.write(`${describe(task, result)}\n`);
}

/** How the end of a quickstart tells of each task. */
interface Wording {
  readonly columns: readonly string[];
  /** What is said of a picture, below `columns`. */
  row(predictions: PicturePrediction["predictions"]): string[];
  readonly metric: string;
  readonly metricName: string;
  /** How to train on pictures of one's own. */
  readonly own: string;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

const WORDINGS: Readonly<Record<TaskName, Wording>> = {
  multi_class: {
    columns: ["prediction", "second"],
    row: (predictions) =>
      predictions.slice(0, 2).map(({ label, confidence }) => `${label} ${percent(confidence)}`),
    metric: "test/acc_top1",
    metricName: "test accuracy",
    own: "train data.root=FOLDER",
  },
  multi_label: {
    columns: ["labels"],
    row: (predictions) => [presentLabels(predictions)],
    metric: "test/map",
    metricName: "mean average precision on the test pictures",
    own: "train task=multi_label data=csv data.file=TABLE data.label_separator='|'",
  },
};

function describe(task: TaskName, { run, summary, pictures, predictions }: QuickstartResult): string {
  const here = (path: string): string => relative(process.cwd(), path) || ".";
  if (predictions.length === 0) return `${summary.status}: ${here(run.path)}`;
  const { columns, row, metric, metricName, own } = WORDINGS[task];
  const rows = predictions.map((each) => [here(each.picture), ...row(each.predictions)]);
  return [
    "",
    formatTable(["picture", ...columns], rows),
    "",
    `${metricName} ${percent(summary.metrics[metric]!)}, ${summary.images_per_second.toFixed(0)} images/s in training on ${summary.runtime}, ${summary.wall_seconds.toFixed(0)} s in all`,
    "",
    `pictures     ${here(pictures)}`,
    `run          ${here(run.path)}`,
    `metrics      ${here(run.metricsFile)}`,
    `report       ${here(run.reportFile)}`,
    `model        ${here(run.modelFile)} (labels and preprocessing inside, and in labels_mapping.json)`,
    `summary      ${here(run.summaryFile)}`,
    "",
    `Classify:    npx classifier-training predict ${here(run.modelFile)} PICTURES...`,
    `Your own:    npx classifier-training ${own}`,
  ].join("\n");
}
