// The table of networks in docs/models.md: `node --import tsx docs/scripts/networks-table.ts` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sizeOf } from "../../src/core/index.ts";
import { countFlops, createProgram, Graph, input, storageOf } from "../../src/graph/index.ts";
import { createNetwork, findNetwork, NETWORK_NAMES, type NetworkName } from "../../src/models/index.ts";
import { type ClassificationNetwork, stateEntries, trace } from "../../src/nn/index.ts";
import { WEIGHTS_CATALOG } from "../../src/weights/index.ts";

const PAGE = new URL("../models.md", import.meta.url);
const SIZE = 224;
const BEGIN = "<!-- networks, made by docs/scripts/networks-table.ts -->\n";
const END = "<!-- end of networks -->\n";

/** Multiply-adds, each counted as 2, of an evaluated picture. */
function flops(network: ClassificationNetwork): number {
  const entries = stateEntries(network);
  const refs = (["float32", "int64"] as const).flatMap(
    (dtype) =>
      storageOf(
        dtype,
        entries.filter((entry) => entry.dtype === dtype),
      ).members,
  );
  const variables = new Map(refs.map((ref) => [ref.name, ref]));
  const images = input(new Graph(), "images", "float32", [1, 3, SIZE, SIZE]);
  const { output } = trace(network, images, { training: false, variable: (name) => variables.get(name)! });
  return countFlops(createProgram({ name: "evaluate", outputs: { output } }));
}

function row(name: NetworkName): string {
  const sized = findNetwork(name).knows.includes("imageSize") ? { imageSize: SIZE } : {};
  const network = createNetwork(name, { numClasses: 1000, ...sized });
  const parameters = stateEntries(network).reduce(
    (sum, { kind, shape }) => (kind === "parameter" ? sum + sizeOf(shape) : sum),
    0,
  );
  const weights = WEIGHTS_CATALOG.filter(({ architecture }) => architecture === name).map(
    ({ name, accuracyTop1, preprocessing: { cropSize } }) =>
      `${name.replace("IMAGENET1K_", "")} ${accuracyTop1.toFixed(1)}${cropSize === SIZE ? "" : ` at ${cropSize}`}`,
  );
  const numbers = [(parameters / 1e6).toFixed(1), (flops(network) / 1e9).toFixed(2)];
  return `| \`${name}\` | ${numbers.join(" | ")} | ${weights.join(", ")} |`;
}

/** A table for each family. */
export function networksTable(): string {
  const families = new Map<string, NetworkName[]>();
  for (const name of NETWORK_NAMES) {
    const { family } = findNetwork(name);
    families.set(family, [...(families.get(family) ?? []), name]);
  }
  const head = "| network | million parameters | GFLOP | top-1 of weights, % |\n| --- | --- | --- | --- |\n";
  return Array.from(
    families,
    ([family, names]) => `### ${family}\n\n${head}${names.map(row).join("\n")}\n`,
  ).join("\n");
}

/** The page with the table in its place. */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  return `${page.slice(0, begin)}\n${table}\n${page.slice(end)}`;
}

/** The page as it is. */
export const readPage = (): string => readFileSync(PAGE, "utf8");

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(PAGE, withTable(readPage(), networksTable()));
