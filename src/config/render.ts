// What the command line prints about a configuration: --cfg, --info, --help, --explain.
import { didYouMean } from "../core/suggest.ts";
import { type Composition, missingKeys, resolveConfig } from "./composition/compose.ts";
import type { DefaultsTree } from "./composition/defaults-list.ts";
import { configError, isConfigError } from "./config-error.ts";
import { childPlaces, Interpolator, type Place, splitKey } from "./interpolations/interpolation.ts";
import {
  type ConfigNode,
  childOf,
  formatOrigin,
  isContainer,
  isInterpolation,
  listNode,
  type MapNode,
  mapNode,
  type Origin,
} from "./node.ts";
import { writeYaml } from "./yaml/yaml-writer.ts";

/** The job's values, the `hydra` node, or both. */
export type ConfigPart = "job" | "hydra" | "all";

/** What of a configuration is printed. */
export interface RenderConfigOptions {
  readonly part: ConfigPart;
  /** Without interpolations. */
  readonly resolve?: boolean;
  /** Only what lies at this dotted key, under a `# @package` header. */
  readonly package?: string | undefined;
}

/** The text of `--cfg job|hydra|all`. @throws CONFIG_KEY_UNKNOWN for a package that is not there. */
export function renderConfig(
  composition: Composition,
  { part, resolve = false, package: pkg }: RenderConfigOptions,
): string {
  const tree = partOf(composition, part, resolve);
  if (pkg === undefined || pkg === "" || pkg === "_global_") return writeYaml(tree);
  let node: ConfigNode = tree;
  for (const key of splitKey(pkg)) {
    const child = childOf(node, key);
    if (child === undefined) {
      const keys = node.kind === "map" ? [...node.entries.keys()].map(String) : [];
      throw configError("CONFIG_KEY_UNKNOWN", `there is no package "${pkg}"`, {
        hint: didYouMean(key, keys),
      });
    }
    node = child;
  }
  return `# @package ${pkg}\n${writeYaml(node)}`;
}

function partOf(composition: Composition, part: ConfigPart, resolve: boolean): MapNode {
  const job = resolve && part !== "hydra" ? resolveConfig(composition) : composition.config;
  if (part === "job") return job;
  const hydra = resolve ? resolvedWherePossible(composition) : composition.hydra;
  return mapNode([...(part === "all" ? job.entries : []), ["hydra", hydra]]);
}

/** The hydra node of a single run refers to facts of sweeps: those interpolations stay. */
function resolvedWherePossible({ config, hydra, interpolation }: Composition): ConfigNode {
  const root = mapNode([...config.entries, ["hydra", hydra]]);
  const interpolator = new Interpolator(root, interpolation);
  const resolve = (place: Place): ConfigNode => {
    const { node } = place;
    if (node.kind === "map") return mapNode(childPlaces(place).map((child) => [child.key!, resolve(child)]));
    if (node.kind === "list") return listNode(childPlaces(place).map(resolve));
    try {
      return interpolator.resolveDeep(place);
    } catch (error) {
      if (isConfigError(error, "INTERPOLATION_MISSING_VALUE")) return node;
      throw error;
    }
  };
  return resolve(interpolator.select("hydra", interpolator.root)!);
}

/** What `--info` can print. */
export const INFO_TOPICS = ["all", "config", "defaults", "defaults-tree", "plugins", "searchpath"] as const;
/** One of `INFO_TOPICS`. */
export type InfoTopic = (typeof INFO_TOPICS)[number];

/** The text of `--info [topic]`. */
export function renderInfo(composition: Composition, topic: InfoTopic): string {
  if (topic === "all") {
    return INFO_TOPICS.filter((each) => each !== "all")
      .map((each) => renderInfo(composition, each))
      .join("\n");
  }
  const body = INFO[topic](composition);
  return `${INFO_TITLES[topic]}\n${"-".repeat(INFO_TITLES[topic].length)}\n${body}\n`;
}

const INFO_TITLES: Readonly<Record<Exclude<InfoTopic, "all">, string>> = {
  config: "Configuration",
  defaults: "Defaults list",
  "defaults-tree": "Defaults tree",
  plugins: "Sweeper and launcher",
  searchpath: "Search path",
};

const INFO: Readonly<Record<Exclude<InfoTopic, "all">, (composition: Composition) => string>> = {
  config: ({ config }) => writeYaml(config).trimEnd(),
  defaults: ({ defaults }) =>
    table([
      ["config", "package", "_self_", "parent"],
      ...defaults.entries.map(({ path, package: pkg, isSelf, parent }) => [
        path,
        pkg,
        isSelf ? "yes" : "",
        parent ?? "",
      ]),
    ]),
  "defaults-tree": ({ defaults }) => defaults.tree.flatMap((tree) => treeLines(tree, "")).join("\n"),
  plugins: () =>
    table([
      ["kind", "name"],
      ["sweeper", "BasicSweeper"],
      ["launcher", "BasicLauncher"],
    ]),
  searchpath: ({ searchPath }) =>
    table([["provider", "path"], ...searchPath.map(({ provider, path }) => [provider, path])]),
};

function treeLines(tree: DefaultsTree, indent: string): string[] {
  const state = tree.state === "loaded" || tree.state === "self" ? "" : ` (${tree.state})`;
  return [
    `${indent}${tree.label}${state}`,
    ...tree.children.flatMap((child) => treeLines(child, `${indent}  `)),
  ];
}

/** Columns that line up, two blanks apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The part of `--help` about the configuration: groups with their options, and the configuration itself. */
export function renderGroups({ repository, choices, config }: Composition): string {
  const groups = repository.allGroups().filter((group) => !group.startsWith("hydra"));
  const lines = groups
    .filter((group) => repository.options(group).length > 0)
    .map((group) => {
      const chosen = choices.get(group);
      return `  ${group}: ${repository
        .options(group)
        .map((option) => (option === chosen ? `${option}*` : option))
        .join(", ")}`;
    });
  const missing = missingKeys(config);
  return [
    "Groups, chosen with group=option (* is chosen):",
    ...lines,
    "",
    "Values, given with key=value:",
    ...writeYaml(config)
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
    ...(missing.length === 0 ? [] : ["", `Must be given: ${missing.join(", ")}`]),
    "",
  ].join("\n");
}

/**
 * The text of `--explain key`: everything that set the value, oldest first, and what an interpolation stands for.
 * @throws CONFIG_KEY_UNKNOWN with the nearest key.
 */
export function renderExplanation(composition: Composition, key: string): string {
  const inHydra = key === "hydra" || key.startsWith("hydra.");
  const root = inHydra ? mapNode([["hydra", composition.hydra]]) : composition.config;
  let node: ConfigNode = root;
  const path: string[] = [];
  for (const part of splitKey(key)) {
    const child = childOf(node, part);
    if (child === undefined) {
      const keys = node.kind === "map" ? [...node.entries.keys()].map(String) : [];
      const [nearest] = keys.length === 0 ? [] : [didYouMean(part, keys)];
      throw configError("CONFIG_KEY_UNKNOWN", `there is no key "${[...path, part].join(".")}"`, {
        hint: nearest,
      });
    }
    node = child;
    path.push(part);
  }
  return `${explainNode(composition, node, key).join("\n")}\n`;
}

function explainNode(composition: Composition, node: ConfigNode, key: string): string[] {
  const choice = choiceLine(composition, key);
  if (isContainer(node)) {
    const children: [string, ConfigNode][] =
      node.kind === "map"
        ? [...node.entries].map(([name, child]) => [`${key}.${name}`, child])
        : node.items.map((child, i) => [`${key}.${i}`, child]);
    return [...choice, ...children.flatMap(([name, child]) => explainNode(composition, child, name))];
  }
  const resolved = isInterpolation(node) ? ` -> ${resolvedText(composition, key)}` : "";
  return [...choice, `${key} = ${valueLine(node)}${resolved}`, ...originLines(node.origins)];
}

function choiceLine({ choices, overrides }: Composition, key: string): string[] {
  const group = key.replaceAll(".", "/");
  const option = choices.get(group);
  if (option === undefined || option === null) return [];
  const override = overrides.findLast((each) => each.key === group && each.type !== "delete");
  return [`${group}=${option}${override === undefined ? "" : `, chosen by override "${override.text}"`}`];
}

function originLines(origins: readonly Origin[]): string[] {
  const rows = origins.map((origin, i) => [
    `  ${shorten(origin.text === "" ? "null" : origin.text)}`,
    formatOrigin(origin),
    i === origins.length - 1 && origins.length > 1 ? "(in effect)" : "",
  ]);
  return rows.length === 0 ? ["  set by the program"] : table(rows).split("\n");
}

function resolvedText(composition: Composition, key: string): string {
  try {
    const root = mapNode([...composition.config.entries, ["hydra", composition.hydra]]);
    const interpolator = new Interpolator(root, composition.interpolation);
    const place = interpolator.select(key, interpolator.root);
    return place === undefined ? "?" : valueLine(interpolator.resolveDeep(place));
  } catch (error) {
    return `(${error instanceof Error ? error.message : String(error)})`;
  }
}

const valueLine = (node: ConfigNode): string =>
  shorten(
    writeYaml(node)
      .trimEnd()
      .replaceAll(/\s*\n\s*/g, " "),
  );
const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
