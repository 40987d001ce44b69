// classifier-training search: finds good settings with as many workers as there are; join, show and export.
import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { importModules } from "../app/import-modules.ts";
import { writeLine } from "./output.ts";
import { positiveInteger } from "./predict-command.ts";
import { collect } from "./run-argument.ts";
import { listenForStop } from "./signals.ts";

interface ConfigurationFlags {
  readonly configName?: string;
  readonly configDir?: string;
  readonly configPath?: string;
  readonly import: readonly string[];
}

interface StorageFlags {
  readonly study?: string;
  readonly storage?: string;
}

interface SearchFlags extends ConfigurationFlags, StorageFlags {
  readonly trials?: number;
  readonly timeout?: string;
  readonly objectives?: string;
  readonly workers?: number;
  readonly sampler?: string;
  readonly pruner?: string;
}

interface JoinFlags extends StorageFlags {
  readonly import: readonly string[];
  readonly threads?: number;
  readonly loaders?: number;
  readonly withParent?: boolean;
}

interface ExportFlags extends StorageFlags {
  readonly csv?: string | true;
}

const EXAMPLES = `
Examples:
  classifier-training search data.root=./photos 'model.learning_rate=tag(log,interval(1e-5,1e-2))' 'model=choice(resnet18,resnet34)' --trials 50
  classifier-training search search=fine_tuning data.root=./photos --timeout 8h --workers 2
  classifier-training search join outputs/studies/NAME              one more worker, here or on another machine
  classifier-training search show                                   the newest study, and its best settings as a command
  classifier-training search report                                 the same as one page, study.html
  classifier-training search export --csv trials.csv

What is searched over, in Hydra's words: choice(a,b), interval(0,1), int(interval(8,64)), range(0,0.5,0.1),
tag(log,interval(1e-5,1e-2)), and tag("optimizer=sgd",interval(0.8,0.99)), which exists only with optimizer=sgd.
Stop with Ctrl-C; the same command goes on.`;

/** `search`, `search join`, `show`, `report` and `export`. */
export function searchCommand(): Command {
  const command = new Command("search")
    .description(
      "find good settings: trials that are chosen from those before them, shared by any number of workers",
    )
    .argument("[overrides...]", "settings as for train, some of them with several values")
    .option("--trials <count>", "trials that there are to be (default: 50)", positiveInteger)
    .option("--timeout <time>", "end after so long, such as 8h or 30m")
    .option("--objectives <names>", "logged values, such as val/acc_top1,export/latency_ms")
    .option("--workers <count>", "processes on this machine (default: 1)", positiveInteger)
    .option("--sampler <name>", "tpe, random or grid (default: tpe)")
    .option("--pruner <name>", "median, asha, hyperband or none (default: median)")
    .option("--config-name <name>", "primary configuration, without .yaml (default: train)")
    .option("--config-dir <folder>", "folder of your own configurations, searched first")
    .option("--config-path <folder>", "folder of configurations instead of the shipped ones")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, []);
  command
    .addCommand(joinCommand())
    .addCommand(showCommand())
    .addCommand(reportCommand())
    .addCommand(exportCommand());
  for (const each of command.commands) each.exitOverride();
  return addStorage(command).addHelpText("after", EXAMPLES).action(runSearch);
}

function addStorage(command: Command): Command {
  return command
    .option("--study <name>", "name of the study (default: a digest of what is searched)")
    .option("--storage <place>", "a file of SQLite, or postgres://user@host/database for many machines");
}

async function runSearch(overrides: readonly string[], flags: SearchFlags): Promise<void> {
  await importModules(flags.import);
  const { allComponents, search } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const { configName, configDir, configPath } = flags;
  const given = { configName, configDir, configPath };
  const { folder, name, storage } = await search({
    overrides: [...overrides, ...settingWords(flags)],
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    modules: flags.import,
    registry: allComponents(),
    name: flags.study,
    storage: storageOf(flags),
    program: [process.execPath, ...process.execArgv, process.argv[1]!],
    signal: stop.signal,
    write: writeLine,
  });
  await showStudy(folder, { storage, study: name }, true);
  if (stop.exitCode === undefined) return;
  writeLine("the same command goes on");
  process.exitCode = stop.exitCode;
}

/** Options as settings of the group `search`. */
function settingWords({ trials, timeout, objectives, workers, sampler, pruner }: SearchFlags): string[] {
  const words = {
    trials,
    timeout,
    objectives: objectives === undefined ? undefined : `[${objectives}]`,
    workers,
    "sampler.name": sampler,
    "pruner.name": pruner,
  };
  return Object.entries(words).flatMap(([key, value]) =>
    value === undefined ? [] : [`search.${key}=${value}`],
  );
}

function joinCommand(): Command {
  const command = new Command("join")
    .description("work on a study that another command has begun, until all its trials have ended")
    .argument("[study]", "folder or name of a study (default: the newest one)")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .option("--threads <count>", "compute threads of this worker", positiveInteger)
    .option("--loaders <count>", "threads that load pictures", wholeNumber)
    .option("--with-parent", "end when standard input does");
  return addStorage(command).action(join);
}

async function join(study: string | undefined, _flags: JoinFlags, command: Command): Promise<void> {
  // Options that `search` has as well are given to it where they stand behind the name of this command.
  const flags = command.optsWithGlobals<JoinFlags>();
  const { allComponents, joinStudy } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  using _parent = flags.withParent === true ? endWithInput() : undefined;
  const { threads, loaders } = flags;
  await joinStudy({
    ...referenceOf(study, flags),
    own: [
      ...(threads === undefined ? [] : [`trainer.threads=${threads}`]),
      ...(loaders === undefined ? [] : [`data.num_workers=${loaders}`]),
    ],
    load: (modules) => importModules([...new Set([...modules, ...flags.import])]),
    registry: allComponents,
    signal: stop.signal,
    write: writeLine,
    tell: (line) => process.stdout.write(`${line}\n`),
  });
  if (stop.exitCode !== undefined && flags.withParent !== true) process.exitCode = stop.exitCode;
}

/** Asks this process to stop when its input ends. Disposing of it lets the process end by itself. */
function endWithInput(): Disposable {
  process.stdin.resume().once("end", () => process.kill(process.pid, "SIGTERM"));
  return { [Symbol.dispose]: () => void process.stdin.pause() };
}

function showCommand(): Command {
  const command = new Command("show")
    .description("the trials of a study, and its best settings as one command")
    .argument("[study]", "folder or name of a study (default: the newest one)");
  return addStorage(command).action((study: string | undefined, _: StorageFlags, own: Command) =>
    showStudy(study, own.optsWithGlobals<StorageFlags>(), false),
  );
}

async function showStudy(study: string | undefined, flags: StorageFlags, withPage: boolean): Promise<void> {
  const { showStudy: show, writeStudyPage } = await import("../app/index.ts");
  const reference = referenceOf(study, flags);
  process.stdout.write(`${await show(reference)}\n`);
  if (withPage) writeLine(`page: ${await writeStudyPage(reference)}`);
}

function reportCommand(): Command {
  const command = new Command("report")
    .description(
      "write study.html: history, settings, importance, learning curves, on one page that needs no network",
    )
    .argument("[study]", "folder or name of a study (default: the newest one)");
  return addStorage(command).action(async (study: string | undefined, _: StorageFlags, own: Command) => {
    const { writeStudyPage } = await import("../app/index.ts");
    writeLine(await writeStudyPage(referenceOf(study, own.optsWithGlobals<StorageFlags>())));
  });
}

function exportCommand(): Command {
  const command = new Command("export")
    .description("the trials of a study for other programs")
    .argument("[study]", "folder or name of a study (default: the newest one)")
    .option("--csv [file]", "a row for each trial (default: standard output)");
  return addStorage(command).action(async (study: string | undefined, _: ExportFlags, own: Command) => {
    const { exportStudy } = await import("../app/index.ts");
    const flags = own.optsWithGlobals<ExportFlags>();
    const text = await exportStudy(referenceOf(study, flags));
    if (typeof flags.csv === "string") await writeFile(flags.csv, text);
    else process.stdout.write(text);
  });
}

function referenceOf(study: string | undefined, flags: StorageFlags) {
  return { study: study ?? flags.study, storage: storageOf(flags) };
}

function storageOf({ storage }: StorageFlags): string | undefined {
  return storage ?? process.env.CLASSIFIER_TRAINING_STORAGE;
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}
