// classifier-training report: writes the report of a run anew.
import { Command } from "commander";
import { addRunArguments, runRequest } from "./run-argument.ts";

/** Takes a run, by default the newest. */
export function reportCommand(): Command {
  const command = new Command("report").description(
    "write report.html and model_card.md of a run anew, from the files in its folder",
  );
  return addRunArguments(command).action(runReport);
}

async function runReport(
  run: string | undefined,
  overrides: readonly string[],
  flags: { readonly import: readonly string[] },
): Promise<void> {
  const { report } = await import("../app/index.ts");
  process.stdout.write(`${await report(await runRequest(run, overrides, flags.import))}\n`);
}
