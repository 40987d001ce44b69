// What a run writes down about itself before it begins: where each setting came from, and the machine it ran on.
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import {
  type Composition,
  type ConfigNode,
  formatOrigin,
  type Origin,
  resolveConfig,
  SHIPPED_CONFIGS,
} from "../../config/index.ts";
import { writeCsv } from "../../core/index.ts";
import { imageLibraryVersions } from "../../image/index.ts";
import { packageVersion } from "../package-version.ts";
import type { RunFolder } from "./run-folder.ts";

/** Writes `.hydra/origins.csv` and `environment.json`. */
export async function writeRunRecord(
  folder: RunFolder,
  composition: Composition,
  runtime: { readonly name: string; readonly detail: string },
): Promise<void> {
  const rows = settingsOf(composition).map(({ key, value, source }) => [key, value, source]);
  await folder.write(folder.originsFile, writeCsv([["key", "value", "source"], ...rows]));
  const facts = Object.fromEntries(await environment(runtime));
  await folder.write(folder.environmentFile, `${JSON.stringify(facts, null, 2)}\n`);
}

/** Every value of a configuration, interpolations resolved, with what set it last. */
export function settingsOf(composition: Composition): { key: string; value: string; source: string }[] {
  return leaves(composition.config, resolveConfig(composition), "");
}

function leaves(
  node: ConfigNode,
  resolved: ConfigNode | undefined,
  key: string,
): { key: string; value: string; source: string }[] {
  const children: [string, ConfigNode, ConfigNode | undefined][] =
    node.kind === "map"
      ? Array.from(node.entries, ([name, child]) => [
          key === "" ? String(name) : `${key}.${name}`,
          child,
          resolved?.kind === "map" ? resolved.entries.get(name) : undefined,
        ])
      : node.kind === "list"
        ? node.items.map((child, i) => [
            `${key}[${i}]`,
            child,
            resolved?.kind === "list" ? resolved.items[i] : undefined,
          ])
        : [];
  if (children.length > 0) return children.flatMap(([name, child, value]) => leaves(child, value, name));
  const origin = node.origins.at(-1);
  return [
    {
      key,
      value: textOf(resolved ?? node),
      source: origin === undefined ? "the program" : place(origin),
    },
  ];
}

/** File, line and column; files that come with the package from its folder on. */
function place(origin: Origin): string {
  return formatOrigin(origin).replace(SHIPPED_CONFIGS.path, "conf");
}

function textOf(node: ConfigNode): string {
  if (node.kind === "scalar") return String(node.value);
  return node.kind === "list" ? "[]" : "{}";
}

async function environment(runtime: {
  readonly name: string;
  readonly detail: string;
}): Promise<[string, string][]> {
  return [
    ["classifier-training", packageVersion()],
    ["started", new Date().toISOString()],
    ["node", process.version],
    ["system", `${platform()} ${arch()}`],
    ["processor", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    [runtime.name, runtime.detail],
    ...Object.entries(await imageLibraryVersions()),
  ];
}
