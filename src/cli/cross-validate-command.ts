// classifier-training cross-validate: a training for each fold, and what they say together.
import { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { writeLine } from "./output.ts";
import { positiveInteger } from "./predict-command.ts";
import { listenForStop } from "./signals.ts";

interface CrossValidateFlags extends ConfigFlags {
  readonly folds?: number;
}

/** Every picture validates once. */
export function crossValidateCommand(): Command {
  const command = new Command("cross-validate")
    .description(
      "train a model for each fold, and measure what they say about the pictures that they have not seen",
    )
    .argument("[overrides...]", "settings as for train")
    .option("--folds <count>", "how many (default: data.folds, else 5)", positiveInteger);
  return addConfigFlags(command).action(runCrossValidation);
}

async function runCrossValidation(overrides: readonly string[], flags: CrossValidateFlags): Promise<void> {
  await importModules(flags.import);
  const text = await inspectConfiguration(overrides, flags);
  if (text !== undefined) {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  const { allComponents, crossValidate } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const { folds, configName, configDir, configPath } = flags;
  const { folder, table } = await crossValidate({
    overrides,
    configName,
    configDir,
    configPath,
    folds,
    registry: allComponents(),
    signal: stop.signal,
    write: writeLine,
  });
  if (table === undefined) {
    writeLine(`go on with the same command and hydra.run.dir=${folder}`);
    process.exitCode = stop.exitCode ?? 1;
    return;
  }
  process.stdout.write(`${table}\n`);
  writeLine(`out_of_fold.csv and cross_validation.json: ${folder}`);
}
