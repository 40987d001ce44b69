// classifier-training tune: finds a learning rate or a batch size before training.
import { Command, InvalidArgumentError, Option } from "commander";
import { configurationFlags, importFlags } from "../app/command-words.ts";
import { importModules } from "../app/import-modules.ts";
import { formatTable } from "../core/table.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { writeLine } from "./output.ts";
import { positiveInteger } from "./predict-command.ts";
import { listenForStop } from "./signals.ts";

interface LearningRateFlags extends ConfigFlags {
  readonly minLr: number;
  readonly maxLr: number;
  readonly steps: number;
  readonly mode: "exponential" | "linear";
  readonly earlyStop: number;
}

interface BatchSizeFlags extends ConfigFlags {
  readonly mode: "power" | "binsearch";
  readonly initial: number;
  readonly max: number;
  readonly memoryLimit?: number;
}

/** `tune lr` and `tune batch-size`. */
export function tuneCommand(): Command {
  return new Command("tune")
    .description("find a learning rate or a batch size before training")
    .addCommand(learningRateCommand().exitOverride())
    .addCommand(batchSizeCommand().exitOverride());
}

function learningRateCommand(): Command {
  const command = new Command("lr")
    .description("train some steps with a rising learning rate; suggest the one where the loss falls fastest")
    .argument("[overrides...]", "settings as for train")
    .option("--min-lr <rate>", "first learning rate", positiveNumber, 1e-8)
    .option("--max-lr <rate>", "last learning rate", positiveNumber, 1)
    .option("--steps <count>", "optimizer steps", positiveInteger, 100)
    .addOption(
      new Option("--mode <mode>", "how the rate rises")
        .choices(["exponential", "linear"])
        .default("exponential"),
    )
    .option("--early-stop <times>", "end where the loss is so many times its best", positiveNumber, 4);
  return addConfigFlags(command).action(tuneLr);
}

async function tuneLr(overrides: readonly string[], flags: LearningRateFlags): Promise<void> {
  await importModules(flags.import);
  if (await printsConfiguration(overrides, flags)) return;
  const { allComponents, configureRun, isFirstProcess, tuneLearningRate } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const { suggestion, folder } = await tuneLearningRate({
    run: await configureRun({ overrides, ...flags }),
    registry: allComponents(),
    write: writeLine,
    signal: stop.signal,
    minLr: flags.minLr,
    maxLr: flags.maxLr,
    steps: flags.steps,
    mode: flags.mode,
    earlyStopThreshold: flags.earlyStop,
  });
  if (!isFirstProcess()) return;
  writeLine(`curve: ${folder}/lr_finder.png`);
  if (stop.exitCode !== undefined) process.exitCode = stop.exitCode;
  else if (suggestion === undefined) writeLine("the loss falls nowhere: try more --steps or another range");
  else process.stdout.write(`model.learning_rate=${Number(suggestion.toPrecision(3))}\n`);
}

function batchSizeCommand(): Command {
  const command = new Command("batch-size")
    .description("measure training steps with larger and larger batches; suggest the fastest that fits")
    .argument("[overrides...]", "settings as for train")
    .addOption(
      new Option("--mode <mode>", "double; or then search between what fits and what does not")
        .choices(["power", "binsearch"])
        .default("power"),
    )
    .option("--initial <size>", "first batch size", positiveInteger, 2)
    .option("--max <size>", "largest batch size", positiveInteger, 256)
    .option(
      "--memory-limit <MB>",
      "memory of a process (default: 90 % of what is available)",
      positiveNumber,
    );
  return addConfigFlags(command).action(tuneBatch);
}

async function tuneBatch(overrides: readonly string[], flags: BatchSizeFlags): Promise<void> {
  await importModules(flags.import);
  if (await printsConfiguration(overrides, flags)) return;
  const { measureInProcess, tuneBatchSize } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const program = [process.execPath, ...process.execArgv, process.argv[1]!];
  const words = [...overrides, ...configurationFlags(flags), ...importFlags(flags.import)];
  const measure = measureInProcess(program, words, stop.signal);
  const { measured, largest, fastest } = await tuneBatchSize({
    measure: async (size) => {
      writeLine(`batch size ${size} ...`);
      return measure(size);
    },
    mode: flags.mode,
    initial: flags.initial,
    most: flags.max,
    ...(flags.memoryLimit === undefined ? {} : { memoryLimit: flags.memoryLimit }),
  });
  const rows = measured.map(({ batchSize, imagesPerSecond, memory }) =>
    [batchSize, imagesPerSecond.toFixed(1), memory.toFixed(0)].map(String),
  );
  writeLine(formatTable(["batch size", "images/s", "memory, MB"], rows));
  writeLine(`largest that fits: ${largest ?? "none"}`);
  if (fastest !== undefined) process.stdout.write(`data.batch_size=${fastest}\n`);
  else process.exitCode = 1;
}

async function printsConfiguration(overrides: readonly string[], flags: ConfigFlags): Promise<boolean> {
  const text = await inspectConfiguration(overrides, flags);
  if (text !== undefined) process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  return text !== undefined;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a positive number.");
}
