// What a run writes down about itself before it begins: where each setting came from, and the machine it ran on.
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import {
  type Composition,
  type ConfigNode,
  formatOrigin,
  type Origin,
  recordedConfig,
  SHIPPED_CONFIGS,
} from "../../config/index.ts";
import { withoutPasswords, writeCsv } from "../../core/index.ts";
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

/** A value of a configuration, and what set it last. */
export interface Setting {
  /** Dotted, such as `callbacks.ema.decay`. */
  readonly key: string;
  readonly value: string;
  readonly source: string;
}

/** Every value of a configuration as it may be written down: what comes from the environment stays unresolved. */
export function settingsOf(composition: Composition): Setting[] {
  return leaves(recordedConfig(composition), "");
}

/** The values in a tree, each with its key. */
export function leaves(node: ConfigNode, key: string): Setting[] {
  const children: [string, ConfigNode][] =
    node.kind === "map"
      ? Array.from(node.entries, ([name, child]) => [key === "" ? String(name) : `${key}.${name}`, child])
      : node.kind === "list"
        ? node.items.map((child, i) => [`${key}[${i}]`, child])
        : [];
  if (children.length > 0) return children.flatMap(([name, child]) => leaves(child, name));
  const origin = node.origins.at(-1);
  return [{ key, value: textOf(node), source: origin === undefined ? "the program" : place(origin) }];
}

/** File, line and column; files that come with the package from its folder on. */
function place(origin: Origin): string {
  return withoutPasswords(formatOrigin(origin)).replace(SHIPPED_CONFIGS.path, "conf");
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
