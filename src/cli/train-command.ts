// classifier-training train: the main job.
import { Command } from "commander";
import { importModules } from "./imports.ts";
import { listenForStop } from "./signals.ts";

interface TrainFlags {
  readonly configName?: string;
  readonly configDir?: string;
  readonly import: readonly string[];
}

const EXAMPLES = `
Examples:
  classifier-training train data.root=./photos
  classifier-training train data.root=./photos model=resnet50 trainer.max_epochs=10 data.batch_size=16
  classifier-training train data.root=./photos ckpt=last     continue the newest run`;

export function trainCommand(): Command {
  return new Command("train")
    .description("train on a folder of pictures, export the best weights, test them")
    .argument("[overrides...]", "settings as key=value, groups as group=option")
    .option("--config-name <name>", "primary configuration, without .yaml (default: train)")
    .option("--config-dir <folder>", "folder of your own configurations, searched first")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .addHelpText("after", EXAMPLES)
    .action(runTrain);
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

async function runTrain(overrides: readonly string[], flags: TrainFlags): Promise<void> {
  const { configureRun, createRegistry, train } = await import("../app/index.ts");
  const notify = (line: string): void => void process.stderr.write(`${line}\n`);
  await importModules(flags.import);
  const run = await configureRun({ overrides, configName: flags.configName, configDir: flags.configDir });
  for (const warning of run.warnings) notify(`warning: ${warning}`);
  using stop = listenForStop(notify);
  const summary = await train(run, { registry: createRegistry(), signal: stop.signal, notify });
  notify(`${summary.status}: ${run.folder.path}`);
  if (summary.status === "interrupted") {
    notify(
      `continue with: classifier-training train ckpt=${run.folder.lastCheckpoint} and the same settings`,
    );
    process.exitCode = stop.exitCode ?? 1;
  }
}
