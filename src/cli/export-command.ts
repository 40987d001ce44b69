// classifier-training export: model.onnx of a run's best weights.
import { Command } from "commander";
import { writeLine } from "./output.ts";
import { addRunArguments, runRequest } from "./run-argument.ts";

interface ExportFlags {
  readonly import: readonly string[];
  readonly output?: string;
}

/** Takes a run, by default the newest. */
export function exportCommand(): Command {
  const command = new Command("export").description(
    "export the best weights of a run as model.onnx with labels_mapping.json",
  );
  return addRunArguments(command)
    .option("-o, --output <folder>", "where to write (default: the run's folder)")
    .action(runExport);
}

async function runExport(
  run: string | undefined,
  overrides: readonly string[],
  flags: ExportFlags,
): Promise<void> {
  const { exportWeights } = await import("../app/index.ts");
  const request = await runRequest(run, overrides, flags.import);
  const { path, difference } = await exportWeights({ ...request, output: flags.output });
  process.stdout.write(`${path}\n`);
  writeLine(`equal to the trained model within ${difference.toExponential(1)}`);
}
