// classifier-training weights: published weights, and files of weights.
import { Command, Option } from "commander";
import type { ConvertOptions } from "../app/tools/weights-files.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";

/** `weights list`, `show`, `convert` and `verify`. */
export function weightsCommand(): Command {
  const command = new Command("weights").description("published weights, and files of weights as data");
  command.command("list").description("list the weights that model.pretrained may name").action(listAll);
  command
    .command("show")
    .description("show what a file of weights holds: .pth, .pt, .ckpt, .safetensors, .safetensors.index.json")
    .argument("<file>")
    .action(show);
  command
    .command("convert")
    .description("write the tensors of a file as safetensors, which PyTorch reads too")
    .argument("<file>")
    .argument("<output>", "the .safetensors file to write")
    .addOption(
      new Option("--names <whose>", "whose names the tensors get")
        .choices(["torchvision", "timm"])
        .default("torchvision"),
    )
    .addOption(
      new Option("--dtype <type>", "element type of all floats; default: as they are").choices([
        "float32",
        "float16",
        "bfloat16",
      ]),
    )
    .action(convert);
  command
    .command("verify")
    .description("read a file of weights whole, check every tensor and its SHA-256")
    .argument("<file>")
    .option("--sha256 <hex>", "the hash, or its beginning, that the file should have")
    .action(verify);
  for (const each of command.commands) each.exitOverride();
  return command;
}

async function listAll(): Promise<void> {
  const { listWeights } = await import("../app/tools/weights-files.ts");
  const rows = listWeights().map(({ entry, path, isCached }) => [
    entry.architecture,
    entry.name,
    entry.accuracyTop1.toFixed(3),
    isCached ? path : `${entry.fileName} (not here yet)`,
  ]);
  process.stdout.write(`${formatTable(["model", "weights", "top-1 %", "file"], rows)}\n`);
}

async function show(file: string): Promise<void> {
  const { openWeights } = await import("../app/tools/weights-files.ts");
  using weights = openWeights(file);
  const rows = Array.from(weights.tensors, ([name, { dtype, shape }]) => [
    name,
    dtype,
    `[${shape.join(", ")}]`,
  ]);
  process.stdout.write(`${formatTable(["tensor", "dtype", "shape"], rows)}\n`);
  writeLine(`${weights.format}, ${weights.tensors.size} tensors`);
}

async function convert(file: string, output: string, options: ConvertOptions): Promise<void> {
  const { convertFile } = await import("../app/tools/weights-files.ts");
  const { tensors, bytes } = await convertFile(file, output, options);
  writeLine(`${output}: ${tensors} tensors, ${(bytes / 1e6).toFixed(1)} MB`);
}

async function verify(file: string, { sha256 }: { readonly sha256?: string }): Promise<void> {
  const { verifyWeights } = await import("../app/tools/weights-files.ts");
  const report = await verifyWeights(file, sha256);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
