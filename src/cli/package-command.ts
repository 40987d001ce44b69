// classifier-training package: an npm package that classifies pictures, around a run's model.
import { Command } from "commander";
import { ClassifierTrainingError } from "../core/errors.ts";
import { writeLine } from "./output.ts";
import { positiveOrZero } from "./predict-command.ts";
import { addRunArguments, runRequest } from "./run-argument.ts";

interface PackageFlags {
  readonly import: readonly string[];
  readonly name?: string;
  readonly transformers?: boolean;
  readonly docker?: boolean;
  readonly packageVersion?: string;
  readonly license?: string;
  readonly samples?: number;
  readonly output?: string;
}

/** Takes a run, by default the newest, or an exported model and data. */
export function packageCommand(): Command {
  const command = new Command("package").description(
    "write an npm package with the model: classify(picture) for Node.js and for pages",
  );
  return addRunArguments(command)
    .option("--name <name>", "the package's name, such as @me/fruit")
    .option("--docker", "instead, a folder for docker build: the model, served over HTTP as --name")
    .option("--transformers", "instead, a folder for Transformers.js: config.json, onnx/model.onnx")
    .option("--package-version <version>", "its version (default: 0.1.0)")
    .option("--license <identifier>", "its licence, such as MIT (default: UNLICENSED, all rights reserved)")
    .option(
      "--samples <count>",
      "pictures of the validation data to include for its test (default: 4)",
      positiveOrZero,
    )
    .option("-o, --output <folder>", "a new folder (default: the name without its scope)")
    .action(runPackage);
}

async function runPackage(
  run: string | undefined,
  overrides: readonly string[],
  flags: PackageFlags,
): Promise<void> {
  const { newestRunFolder, packageModel, writeDockerFolder, writeTransformersFolder } = await import(
    "../app/index.ts"
  );
  const { name, docker, transformers, output } = flags;
  const needed = transformers === true ? [output] : docker === true ? [name, output] : [name];
  if (needed.includes(undefined)) {
    const hint = transformers
      ? "-o FOLDER"
      : docker
        ? "--name and -o FOLDER"
        : "--name, such as --name @me/fruit";
    throw new ClassifierTrainingError("usage", "PACKAGE_NAME", "it is not said what to write", {
      where: "package",
      hint: `add ${hint}`,
    });
  }
  const request = await runRequest(run, overrides, flags.import);
  const model = request.run ?? (await newestRunFolder(request.write));
  if (transformers === true || docker === true) {
    const writing = transformers
      ? writeTransformersFolder(model, output!)
      : writeDockerFolder(model, name!, output!);
    process.stdout.write(`${await writing}\n`);
    return;
  }
  const { folder, samples, bytes } = await packageModel({
    ...request,
    model,
    name: name!,
    version: flags.packageVersion,
    license: flags.license,
    samples: flags.samples,
    output,
  });
  process.stdout.write(`${folder}\n`);
  writeLine(`model of ${(bytes / 1e6).toFixed(1)} MB`);
  if (samples.length > 0) writeLine(`part of the package, for its test: ${samples.join(", ")}`);
  writeLine(`try it: cd ${folder} && npm install && npm test; publish it: npm publish`);
}
