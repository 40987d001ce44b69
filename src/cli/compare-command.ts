// classifier-training compare: where two models differ on the same pictures, and whether that is more than chance.
import { Command } from "commander";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { collect, runRequest } from "./run-argument.ts";

interface CompareFlags {
  readonly import: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  classifier-training compare outputs/2026-11-30/12-00-00 outputs/2026-11-30/15-00-00
  classifier-training compare a.onnx b.onnx data.root=./photos --out a-and-b.html`;

/** Takes two runs or exported models. */
export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "compare two models on the same labelled pictures: McNemar's test, and the pictures they differ on",
    )
    .argument("<first>", "the folder of a run, or an exported model")
    .argument("<second>", "another one")
    .argument("[overrides...]", "settings of the data, such as data.root=./other (default: the first run's)")
    .option("-o, --out <file>", "the page that is written", "comparison.html")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .option("--json", "print as JSON")
    .addHelpText("after", EXAMPLES)
    .action(runCompare);
}

async function runCompare(
  first: string,
  second: string,
  overrides: readonly string[],
  flags: CompareFlags,
): Promise<void> {
  const { registry } = await runRequest(first, overrides, flags.import);
  const { compare, verdictOf } = await import("../app/index.ts");
  const result = await compare({
    models: [first, second],
    overrides,
    registry,
    out: flags.out,
    write: writeLine,
  });
  const { averagePrecision } = result;
  const { pictures, part, bothRight, onlyFirst, onlySecond, bothWrong, differing, test } = result;
  if (flags.json === true) {
    const counts = { pictures, part, bothRight, onlyFirst, onlySecond, bothWrong, averagePrecision, test };
    const named = differing.map(({ picture: _, ...rest }) => rest);
    process.stdout.write(`${JSON.stringify({ ...counts, differing: named })}\n`);
    return;
  }
  const share = (right: number): string => (right / pictures).toFixed(4);
  const rows = [
    ["A", first, share(bothRight + onlyFirst), String(onlyFirst)],
    ["B", second, share(bothRight + onlySecond), String(onlySecond)],
  ];
  const header = [
    "",
    "model",
    averagePrecision === undefined ? "accuracy" : "all labels right",
    "only it is right",
  ];
  if (averagePrecision !== undefined) {
    header.push("mAP");
    for (const [i, row] of rows.entries()) row.push(averagePrecision[i]!.toFixed(4));
  }
  process.stdout.write(`${formatTable(header, rows)}\n`);
  writeLine(`${pictures} ${part} pictures, ${differing.length} of them judged differently`);
  writeLine(verdictOf(result));
  process.stdout.write(`${flags.out}\n`);
}
