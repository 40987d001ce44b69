// classifier-training export: model.onnx of a run's best weights.
import { Command } from "commander";
import { writeLine } from "./output.ts";

export function exportCommand(): Command {
  return new Command("export")
    .description("export the best weights of a run as model.onnx with labels_mapping.json")
    .argument("[run]", "folder of a run, or a checkpoint in one (default: the newest run)")
    .argument("[overrides...]", "settings that differ from the run's")
    .option("-o, --output <folder>", "where to write (default: the run's folder)")
    .action(runExport);
}

async function runExport(
  run: string | undefined,
  overrides: readonly string[],
  { output }: { readonly output?: string },
): Promise<void> {
  const { allComponents, exportWeights } = await import("../app/index.ts");
  const given =
    run?.includes("=") === true ? ([undefined, [run, ...overrides]] as const) : ([run, overrides] as const);
  const request = { run: given[0], overrides: given[1], output, registry: allComponents(), write: writeLine };
  const { path, difference } = await exportWeights(request);
  process.stdout.write(`${path}\n`);
  writeLine(`equal to the trained model within ${difference.toExponential(1)}`);
}
