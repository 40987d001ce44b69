// classifier-training test: the metrics of a run's best weights on a test split.
import { Command } from "commander";
import { formatTable } from "../core/table.ts";
import { addRunArguments, runRequest } from "./run-argument.ts";

interface TestFlags {
  readonly import: readonly string[];
  readonly json?: boolean;
}

/** Takes a run, by default the newest. */
export function testCommand(): Command {
  const command = new Command("test").description(
    "test the best weights of a run on the test split of its data",
  );
  return addRunArguments(command).option("--json", "print as JSON").action(runTest);
}

async function runTest(
  run: string | undefined,
  overrides: readonly string[],
  flags: TestFlags,
): Promise<void> {
  const { test } = await import("../app/index.ts");
  const metrics = await test(await runRequest(run, overrides, flags.import));
  const rows = Object.entries(metrics).map(([name, value]) => [name, value.toFixed(4)]);
  const text = flags.json === true ? JSON.stringify(metrics) : formatTable(["metric", "value"], rows);
  process.stdout.write(`${text}\n`);
}
