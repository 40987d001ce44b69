// classifier-training test: the metrics of a run's best weights on a test split.
import { Command } from "commander";
import { writeLine } from "./output.ts";
import { formatTable } from "./table.ts";

export function testCommand(): Command {
  return new Command("test")
    .description("test the best weights of a run on the test split of its data")
    .argument("[run]", "folder of a run, or a checkpoint in one (default: the newest run)")
    .argument("[overrides...]", "settings that differ from the run's, such as data.root=./other")
    .option("--json", "print as JSON")
    .action(runTest);
}

async function runTest(
  run: string | undefined,
  overrides: readonly string[],
  { json }: { readonly json?: boolean },
): Promise<void> {
  const { allComponents, test } = await import("../app/index.ts");
  // A first word with "=" is an override, not a run.
  const given =
    run?.includes("=") === true ? ([undefined, [run, ...overrides]] as const) : ([run, overrides] as const);
  const metrics = await test({
    run: given[0],
    overrides: given[1],
    registry: allComponents(),
    write: writeLine,
  });
  const rows = Object.entries(metrics).map(([name, value]) => [name, value.toFixed(4)]);
  process.stdout.write(
    `${json === true ? JSON.stringify(metrics) : formatTable(["metric", "value"], rows)}\n`,
  );
}
