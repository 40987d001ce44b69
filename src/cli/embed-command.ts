// classifier-training embed: pictures as vectors, in a file for other programs.
import { existsSync } from "node:fs";
import { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import { writeLine } from "./output.ts";
import { collect } from "./run-argument.ts";

interface EmbedFlags {
  readonly out: string;
  readonly import: readonly string[];
}

const EXAMPLES = `
Examples:
  classifier-training embed resnet50 ./photos --out features.npy
  classifier-training embed convnext_tiny ./photos model.pretrained=weights.pth data.image_size=224 --out features.parquet
  classifier-training embed outputs/2026-11-30/12-00-00 a.jpg b.jpg --out features.jsonl`;

/** Takes an architecture or a run, pictures, and the file to write. */
export function embedCommand(): Command {
  return new Command("embed")
    .description("compute what a network knows of pictures before it classifies them: a vector each")
    .argument(
      "<model>",
      "an architecture with its published weights, or the folder of a run or a checkpoint in one",
    )
    .argument("<pictures...>", "pictures, folders that are searched for pictures, and settings as key=value")
    .requiredOption(
      "-o, --out <file>",
      "features.npy (names in features.csv), features.parquet or features.jsonl",
    )
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .addHelpText("after", EXAMPLES)
    .action(runEmbed);
}

async function runEmbed(model: string, words: readonly string[], flags: EmbedFlags): Promise<void> {
  await importModules(flags.import);
  const { allComponents, embed, embeddingExtension, writeEmbeddings } = await import("../app/index.ts");
  embeddingExtension(flags.out);
  const isSetting = (word: string): boolean => word.includes("=") && !existsSync(word);
  const pictures: string[] = [];
  const vectors: Float32Array[] = [];
  for await (const result of embed({
    model,
    pictures: words.filter((word) => !isSetting(word)),
    overrides: words.filter(isSetting),
    registry: allComponents(),
    notify: (_, line) => writeLine(line),
  })) {
    if ("error" in result) {
      writeLine(`error: ${result.error.toLine()}`);
      process.exitCode = result.error.exitCode;
    } else {
      pictures.push(result.picture);
      vectors.push(result.features);
    }
  }
  const files = await writeEmbeddings(flags.out, { pictures, vectors });
  writeLine(`${vectors.length} vectors of ${vectors[0]?.length ?? 0} numbers`);
  for (const file of files) process.stdout.write(`${file}\n`);
}
