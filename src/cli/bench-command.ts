// classifier-training bench step: how fast this machine trains, or loads data.
import { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import { formatTable } from "../core/table.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { positiveInteger } from "./predict-command.ts";

interface BenchFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly data?: boolean;
  readonly eval?: boolean;
  readonly steps: number;
}

const EXAMPLES = `
Examples:
  classifier-training bench step model=resnet18 data.image_size=224 data.batch_size=16
  classifier-training bench step model=resnet50 trainer.precision=bf16-mixed --json
  classifier-training bench step data.root=./photos --data     the loader alone`;

/** `bench step`. */
export function benchCommand(): Command {
  const step = new Command("step")
    .description("measure training steps on made-up pictures, or the loader alone")
    .argument("[overrides...]", "settings as key=value, groups as group=option")
    .option("--json", "print as JSON")
    .option("--data", "measure the loader alone (on data.root, or on pictures made up for it)")
    .option("--eval", "measure forward passes in evaluation mode")
    .option("--steps <count>", "steps to measure", positiveInteger, 10);
  addConfigFlags(step).addHelpText("after", EXAMPLES).action(runStep);
  return new Command("bench").description("measure speed and memory").addCommand(step.exitOverride());
}

async function runStep(
  overrides: readonly string[],
  { json, data, eval: evaluation, steps, ...flags }: BenchFlags,
): Promise<void> {
  await importModules(flags.import);
  const text = await inspectConfiguration(overrides, flags);
  if (text !== undefined) {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  const { benchData, benchStep, composeRun, allComponents, withMadeUpPictures } = await import(
    "../app/index.ts"
  );
  const registry = allComponents();
  const given = overrides.some((override) => override.startsWith("data.root="));
  const measurement =
    data !== true
      ? await benchStep({
          composition: await composeRun({ overrides, ...flags }),
          registry,
          steps,
          evaluation: evaluation === true,
        })
      : await withMadeUpPictures(given, async (roots) =>
          benchData({
            composition: await composeRun({ ...flags, overrides: [...overrides, ...roots] }),
            registry,
          }),
        );
  process.stdout.write(`${json === true ? JSON.stringify(measurement) : toTable(measurement)}\n`);
}

function toTable(measurement: object): string {
  const rows = Object.entries(measurement).map(([name, value]): [string, string] => [name, format(value)]);
  return formatTable(["", ""], rows);
}

function format(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(2);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${format(part)}`)
    .join(", ");
}
