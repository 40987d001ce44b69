// classifier-training explain: heat maps of what speaks for a class in pictures.
import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { importModules } from "../app/import-modules.ts";
import type { ExplanationMethod } from "../app/index.ts";
import { writeLine } from "./output.ts";
import { positiveInteger } from "./predict-command.ts";
import { collect } from "./run-argument.ts";

interface ExplainFlags {
  readonly class?: string;
  readonly method?: ExplanationMethod;
  readonly layer?: string;
  readonly patch?: number;
  readonly stride?: number;
  readonly steps?: number;
  readonly baseline?: string;
  readonly out: string;
  readonly npy?: boolean;
  readonly json?: boolean;
  readonly labels?: string;
  readonly import: readonly string[];
}

const EXAMPLES = `
Examples:
  classifier-training explain outputs/2026-11-30/12-00-00 photos/shoe.jpg
  classifier-training explain outputs/2026-11-30/12-00-00 photos --class boot --layer layer3
  classifier-training explain outputs/2026-11-30/12-00-00 a.jpg --method integrated_gradients --steps 100 --npy
  classifier-training explain model.onnx photos --method occlusion --patch 32 --stride 8`;

/** Takes a run or an exported model, and pictures. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("draw what in a picture speaks for a class: heat maps over the pictures")
    .argument("<model>", "the folder of a run or a checkpoint in one, or an exported model.onnx")
    .argument("<pictures...>", "pictures, folders that are searched for pictures, and settings as key=value")
    .option(
      "--class <class>",
      "name or number of the class to explain (default: the predicted one; of several labels each that is present)",
    )
    .addOption(
      new Option(
        "--method <method>",
        "gradcam and integrated_gradients need a run; occlusion takes a model.onnx too (default: gradcam of a run, occlusion of a model.onnx)",
      ).choices(["gradcam", "occlusion", "integrated_gradients"]),
    )
    .option(
      "--layer <path>",
      "gradcam: layer whose map is weighed (default: the last that tells places apart)",
    )
    .option(
      "--patch <pixels>",
      "occlusion: side of the square that covers (default: a seventh)",
      positiveInteger,
    )
    .option(
      "--stride <pixels>",
      "occlusion: pixels between squares (default: half of the patch)",
      positiveInteger,
    )
    .option("--steps <count>", "integrated_gradients: places of the path (default: 50)", positiveInteger)
    .option(
      "--baseline <colour>",
      "mean, black, white or #rrggbb: what covers in occlusion (default: mean), where integrated_gradients begins (default: black)",
    )
    .option("-o, --out <folder>", "folder for the pictures", "explanations")
    .option("--npy", "write each map as .npy too: float32 [height, width] of the network's input")
    .option("--json", "print one JSON object per picture and line")
    .option("--labels <file>", "labels_mapping.json, where a model.onnx does not hold its labels")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .addHelpText("after", EXAMPLES)
    .action(runExplain);
}

async function runExplain(model: string, words: readonly string[], flags: ExplainFlags): Promise<void> {
  await importModules(flags.import);
  const app = await import("../app/index.ts");
  const isSetting = (word: string): boolean => word.includes("=") && !existsSync(word);
  const pictures = await app.findPictures(words.filter((word) => !isSetting(word)));
  const files = { out: flags.out, root: app.commonFolder(pictures), npy: flags.npy === true };
  const { class: className, labels: labelsPath, baseline, method, layer, patch, stride, steps } = flags;
  for await (const result of app.explain({
    ...{ model, pictures, className, labelsPath, method, layer, patch, stride, steps },
    baseline: baseline === undefined ? undefined : app.parseBaseline(baseline),
    overrides: words.filter(isSetting),
    registry: app.allComponents(),
  })) {
    if ("error" in result) {
      writeLine(`error: ${result.error.toLine()}`);
      process.exitCode = result.error.exitCode;
      continue;
    }
    const written = await app.writeExplanation(result, files);
    const { explained, finding } = result;
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify({ ...app.describeExplanation(result), files: written })}\n`);
    } else {
      process.stdout.write(`${written[0]}: ${app.saidOf(explained)}; ${finding.how}\n`);
    }
  }
}
