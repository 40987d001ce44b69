// classifier-training train: the main job, once or for every point of a sweep.
import { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import type { RunConfiguration } from "../app/index.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { writeLine } from "./output.ts";
import { listenForStop } from "./signals.ts";

interface TrainFlags extends ConfigFlags {
  readonly multirun?: boolean;
  readonly groups?: boolean;
}

const EXAMPLES = `
Examples:
  classifier-training train data.root=./photos
  classifier-training train data.root=./photos model=resnet50 trainer.max_epochs=10 data.batch_size=16
  classifier-training train data.root=./photos ckpt=last            continue the newest run
  classifier-training train data.root=./photos -m seed=1,2,3        a run for each seed
  classifier-training train --groups                                groups, options and all values`;

/** As of a process that SIGTERM has ended. */
const STOPPED_ELSEWHERE = 143;

/** One run, or with `-m` one for every combination of values. */
export function trainCommand(): Command {
  const command = new Command("train")
    .description("train on a folder of pictures, export the best weights, test them")
    .argument("[overrides...]", "settings as key=value, groups as group=option")
    .option("-m, --multirun", "a run for every combination of values such as seed=1,2,3")
    .option("--groups", "print the groups, their options and all values, and stop");
  return addConfigFlags(command).addHelpText("after", EXAMPLES).action(runTrain);
}

async function runTrain(overrides: readonly string[], flags: TrainFlags): Promise<void> {
  await importModules(flags.import);
  const text =
    flags.groups === true
      ? await describeGroups(overrides, flags)
      : await inspectConfiguration(overrides, flags);
  if (text !== undefined) {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  if (flags.multirun === true) return runSweep(overrides, flags);
  const { singleRun } = await import("../app/index.ts");
  const run = await singleRun({ overrides, ...flags });
  return run === undefined ? runSweep(overrides, flags) : runOnce(run);
}

async function describeGroups(overrides: readonly string[], flags: TrainFlags): Promise<string> {
  const { composeRun } = await import("../app/run/configuration.ts");
  const { renderGroups } = await import("../config/index.ts");
  return renderGroups(await composeRun({ overrides, ...flags }));
}

async function runOnce(run: RunConfiguration): Promise<void> {
  const { allComponents, isFirstProcess, train } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const summary = await train(run, { registry: allComponents(), signal: stop.signal, write: writeLine });
  // Whichever of several processes was asked to stop, all have.
  if (summary.status === "interrupted") process.exitCode = stop.exitCode ?? STOPPED_ELSEWHERE;
  if (!isFirstProcess()) return;
  const { images_per_second: rate, data_wait: waited } = summary;
  if (rate > 0) {
    writeLine(
      `${rate.toFixed(rate < 10 ? 1 : 0)} images/s in training, ${(waited * 100).toFixed(1)} % of it waiting for data`,
    );
  }
  writeLine(
    `${summary.status}${summary.reason === undefined ? "" : ` (${summary.reason})`}: ${run.folder.path}`,
  );
  if (summary.status !== "interrupted") return;
  writeLine(`continue with the same settings and ckpt=${run.folder.lastCheckpoint}`);
}

async function runSweep(overrides: readonly string[], flags: TrainFlags): Promise<void> {
  const { allComponents, sweep } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const result = await sweep({
    request: { overrides, ...flags },
    registry: allComponents(),
    signal: stop.signal,
    write: writeLine,
  });
  process.stdout.write(`${result.table}\n`);
  writeLine(`sweep: ${result.directory}`);
  if (result.unfinished)
    writeLine(`do what is missing with the same command and hydra.sweep.dir=${result.directory}`);
  if (stop.exitCode !== undefined) process.exitCode = stop.exitCode;
  else if (result.error !== undefined) throw result.error;
}
