// Composes one configuration from files, the store and overrides.
import { withoutPasswords } from "../../core/address.ts";
import { suggest } from "../../core/suggest.ts";
import { configError } from "../config-error.ts";
import {
  type InterpolationOptions,
  Interpolator,
  type Resolver,
  splitKey,
} from "../interpolations/interpolation.ts";
import { BUILT_IN_RESOLVERS } from "../interpolations/resolvers.ts";
import {
  type ConfigNode,
  childOf,
  cloneMap,
  fromPlain,
  listNode,
  type MapNode,
  mapNode,
  nodeAt,
  type Plain,
  setChild,
  toPlain,
} from "../node.ts";
import { applyOverride } from "../overrides/apply-override.ts";
import { GroupChoices } from "../overrides/group-choices.ts";
import { isHydraOverride, isSweep, keyElement, type Override, valueNode } from "../overrides/override.ts";
import { parseOverrides } from "../overrides/override-parser.ts";
import { ConfigRepository, type SearchPathEntry } from "./config-repository.ts";
import { type ConfigStore, configStore } from "./config-store.ts";
import { DefaultsComposer, type DefaultsList, type ResultEntry } from "./defaults-list.ts";
import { embed, mergeInto } from "./merge.ts";

/** What a configuration is composed from; Hydra's meaning throughout. */
export interface ComposeOptions {
  /** Folders of YAML files, the first found wins; entries name who put them there. */
  readonly searchPath: readonly (string | SearchPathEntry)[];
  /** The primary configuration, without `.yaml`; undefined composes only what overrides add. */
  readonly configName: string | undefined;
  /** `key=value`, `group=option`, `+key=value`, ... in the order given. */
  readonly overrides?: readonly string[];
  /** Configurations kept in code; default: what `register` stored. */
  readonly store?: ConfigStore;
  /** Resolvers of the user, besides the built-in ones. */
  readonly resolvers?: ReadonlyMap<string, Resolver>;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The time that `${now:...}` prints; default: now. */
  readonly now?: Date;
  /** Leaves sweeps out and allows groups that are still to be chosen (the first look at a multirun). */
  readonly multirun?: boolean;
  /** `hydra.job.num`, `hydra.job.id` and more facts of a job, merged into the hydra node. */
  readonly hydra?: Plain;
  /** Default: "classifier-training". */
  readonly jobName?: string;
  /** Version to record in `hydra.runtime.version`. */
  readonly version?: string;
  /** Receives warnings (deprecated keys). */
  readonly warn?: (message: string) => void;
}

/** A composed configuration. */
export interface Composition {
  /** The job's configuration, interpolations as they stand, without the hydra node. */
  readonly config: MapNode;
  /** The hydra node. */
  readonly hydra: MapNode;
  readonly overrides: readonly Override[];
  readonly defaults: DefaultsList;
  /** The option of every group, by `group` or `group@package`. */
  readonly choices: ReadonlyMap<string, string | null>;
  readonly searchPath: readonly SearchPathEntry[];
  readonly repository: ConfigRepository;
  readonly interpolation: InterpolationOptions;
}

/**
 * Composes a configuration.
 *
 * @throws errors of kind "usage" with codes CONFIG_*, OVERRIDE_*, YAML_SYNTAX, INTERPOLATION_*.
 */
export function compose(options: ComposeOptions): Composition {
  const overrides = parseOverrides(options.overrides ?? []);
  const repository = new ConfigRepository(
    options.searchPath.map((entry) =>
      typeof entry === "string" ? { provider: "main", path: entry } : entry,
    ),
    options.store ?? configStore,
  );
  const interpolation: InterpolationOptions = {
    resolvers:
      options.resolvers === undefined
        ? BUILT_IN_RESOLVERS
        : new Map([...BUILT_IN_RESOLVERS, ...options.resolvers]),
    environment: options.environment ?? process.env,
    now: options.now ?? new Date(),
    ...(options.warn === undefined ? {} : { warn: options.warn }),
  };
  extendSearchPath(repository, options.configName, overrides);
  refuseSweeps(overrides, options.multirun === true);
  const choices = new GroupChoices(overrides, repository);
  const defaults = new DefaultsComposer(repository, choices, {
    allowMissing: options.multirun === true,
    interpolation,
  }).compose(options.configName);
  const root = mergeEntries(defaults.entries, repository, interpolation, options.configName);
  for (const override of choices.valueOverrides) {
    refuseUnknownGroup(root, override, repository);
    applyOverride(root, override, interpolation);
  }
  const hydra = fillHydra(root, {
    options,
    overrides,
    choices: choices.known,
    searchPath: repository.searchPath,
    interpolation,
  });
  const config = mapNode(
    [...root.entries].filter(([key]) => key !== "hydra"),
    root.origins,
  );
  return {
    config,
    hydra,
    overrides,
    defaults,
    choices: choices.known,
    searchPath: repository.searchPath,
    repository,
    interpolation: { ...interpolation, hydra },
  };
}

/** The composition with more facts of the run in its hydra node, such as `runtime.output_dir`. */
export function withHydraFacts(composition: Composition, facts: Plain): Composition {
  const hydra = cloneMap(composition.hydra);
  mergeFacts(hydra, facts, composition.interpolation);
  return { ...composition, hydra, interpolation: { ...composition.interpolation, hydra } };
}

function mergeFacts(hydra: MapNode, facts: Plain, interpolation: InterpolationOptions): void {
  const node = fromPlain(facts);
  if (node.kind === "map") mergeInto(hydra, node, { root: hydra, interpolation, addKeys: true });
}

const resolved = new WeakMap<Composition, MapNode>();

/** The job's configuration without interpolations, resolved once. @throws INTERPOLATION_*, RESOLVER_UNKNOWN. */
export function resolveConfig(composition: Composition): MapNode {
  const known = resolved.get(composition);
  if (known !== undefined) return known;
  const config = new Interpolator(composition.config, composition.interpolation).resolveTree() as MapNode;
  resolved.set(composition, config);
  return config;
}

/** The value of a key of the configuration or, below `hydra.`, of the hydra node, without interpolations. */
export function resolveKey({ config, hydra, interpolation }: Composition, key: string): ConfigNode {
  const root = mapNode([...config.entries, ["hydra", hydra]]);
  const interpolator = new Interpolator(root, interpolation);
  const place = interpolator.select(key, interpolator.root);
  if (place === undefined) throw configError("CONFIG_KEY_UNKNOWN", `there is no key "${key}"`);
  return interpolator.resolveDeep(place);
}

/** Keys of a configuration whose value is still `???`, dotted. */
export function missingKeys(node: ConfigNode, prefix = ""): string[] {
  if (node.kind === "scalar") return node.value === "???" ? [prefix] : [];
  const children = node.kind === "map" ? [...node.entries] : [...node.items.entries()];
  return children.flatMap(([key, child]) =>
    missingKeys(child, prefix === "" ? String(key) : `${prefix}.${key}`),
  );
}

function mergeEntries(
  entries: readonly ResultEntry[],
  repository: ConfigRepository,
  interpolation: InterpolationOptions,
  primary: string | undefined,
): MapNode {
  const root = mapNode();
  for (const { path, package: pkg } of entries) {
    const loaded = repository.load(path);
    if (loaded === undefined) continue;
    const embedded = embed(loaded.config, pkg);
    if (embedded.kind !== "map") {
      throw configError("CONFIG_MERGE", `"${path}" is a list, which cannot be the root of a configuration`, {
        where: loaded.source,
      });
    }
    if (
      path !== primary &&
      path !== "hydra/config" &&
      nodeAt(embedded, ["hydra", "searchpath"]) !== undefined
    ) {
      throw configError("CONFIG_DEFAULTS", "hydra.searchpath can only be set in the primary config", {
        where: loaded.source,
      });
    }
    mergeInto(root, embedded, { root, interpolation, addKeys: true });
  }
  return root;
}

function extendSearchPath(
  repository: ConfigRepository,
  configName: string | undefined,
  overrides: readonly Override[],
): void {
  const override = overrides.find((each) => keyElement(each) === "hydra.searchpath");
  const given =
    override?.value !== undefined && !isSweep(override.value) ? valueNode(override.value) : undefined;
  const primary = configName === undefined ? undefined : repository.load(configName)?.config;
  if (primary !== undefined && primary.kind !== "map") {
    throw configError("CONFIG_MERGE", `the primary config "${String(configName)}" must be a mapping`);
  }
  const written = primary && nodeAt(primary, ["hydra", "searchpath"]);
  const node =
    override?.type === "extend-list" && given?.kind === "list" && written?.kind === "list"
      ? listNode([...written.items, ...given.items])
      : (given ?? written);
  if (node === undefined || (node.kind === "scalar" && node.type === "null")) return;
  const folders = node.kind === "list" ? node.items.map(toPlain) : [];
  if (node.kind !== "list" || !folders.every((folder) => typeof folder === "string")) {
    throw configError("CONFIG_VALUE", "hydra.searchpath must be a list of folders", {
      where: override && `override "${override.text}"`,
    });
  }
  const provider =
    override === undefined
      ? "hydra.searchpath in the primary config"
      : "hydra.searchpath on the command line";
  repository.append(
    folders.map((folder) => {
      if (/^(?!file:)\w+:\/\//.test(folder))
        throw configError("CONFIG_VALUE", `hydra.searchpath: "${folder}" is no folder`, {
          hint: "only folders can be searched",
        });
      return { provider, path: folder.replace(/^file:\/\//, "") };
    }),
  );
}

function refuseSweeps(overrides: readonly Override[], multirun: boolean): void {
  for (const override of overrides) {
    if (!isSweep(override.value)) continue;
    const where = `override "${override.text}"`;
    if (multirun) {
      if (isHydraOverride(override))
        throw configError("CONFIG_SWEEP", "the hydra node cannot be swept over", { where });
    } else if (override.value.kind === "choice" && override.value.simple) {
      const key = keyElement(override);
      const text = override.text.slice(override.text.indexOf("=") + 1);
      throw configError("CONFIG_SWEEP", `several values for "${key}"`, {
        where,
        hint: `for a list write '${key}=[${text}]', for one text quote it: "${key}='${text}'", to run all of them add --multirun`,
      });
    } else {
      throw configError("CONFIG_SWEEP", `${override.value.kind}() is a sweep`, {
        where,
        hint: "add --multirun",
      });
    }
  }
}

/** `modl=resnet50`: a name without dots that is no key is a misspelt group more often than a key. */
function refuseUnknownGroup(root: MapNode, override: Override, repository: ConfigRepository): void {
  const isName = override.value?.kind === "scalar" && override.value.node.type === "str";
  const looksLikeGroup = override.package !== undefined || override.key.includes("/");
  if (
    !looksLikeGroup &&
    (!isName || override.type !== "change" || root.entries.has(override.key.split(".")[0] ?? ""))
  )
    return;
  if (!looksLikeGroup && override.key.includes(".")) return;
  const groups = repository
    .allGroups()
    .filter((group) => !group.startsWith("hydra/") || override.key.startsWith("hydra"));
  const candidates = looksLikeGroup ? groups : [...groups, ...[...root.entries.keys()].map(String)];
  throw unknownGroup(override, candidates, looksLikeGroup);
}

function unknownGroup(override: Override, candidates: readonly string[], isGroup: boolean): Error {
  const [best] = suggest(override.key, candidates);
  const code = isGroup ? "CONFIG_GROUP_UNKNOWN" : "CONFIG_KEY_UNKNOWN";
  const what = isGroup ? "group" : "key or group";
  return configError(code, `there is no ${what} "${override.key}"`, {
    where: `override "${override.text}"`,
    hint:
      best === undefined
        ? `add it with +${override.text}`
        : `did you mean "${best}"? Otherwise add it with +${override.text}`,
  });
}

interface HydraFacts {
  readonly options: ComposeOptions;
  readonly overrides: readonly Override[];
  readonly choices: ReadonlyMap<string, string | null>;
  readonly searchPath: readonly SearchPathEntry[];
  readonly interpolation: InterpolationOptions;
}

/** The hydra node with what is known of this run. */
function fillHydra(
  root: MapNode,
  { options, overrides, choices, searchPath, interpolation }: HydraFacts,
): MapNode {
  const hydra = root.entries.get("hydra");
  if (hydra?.kind !== "map") throw configError("CONFIG_MERGE", '"hydra" must be a mapping');
  const [own, task] = [overrides.filter(isHydraOverride), overrides.filter((each) => !isHydraOverride(each))];
  const set = (path: string, value: unknown): void => {
    const keys = splitKey(path);
    const last = keys.pop() ?? "";
    const parent = nodeAt(hydra, keys);
    if (parent?.kind === "map") setChild(parent, last, fromPlain(value));
  };
  const get = (path: string): ConfigNode | undefined => nodeAt(hydra, splitKey(path));
  set(
    "overrides.hydra",
    own.map(({ text }) => text),
  );
  set(
    "overrides.task",
    task.map(({ text }) => text),
  );
  set("runtime.choices", new Map(choices));
  set("runtime.version", options.version ?? "???");
  set("runtime.cwd", process.cwd());
  set(
    "runtime.config_sources",
    searchPath.map(({ path, provider }) => ({ path, schema: "file", provider })),
  );
  const name = get("job.name");
  if (name?.kind === "scalar" && name.value === "???")
    set("job.name", options.jobName ?? "classifier-training");
  set("job.config_name", options.configName ?? null);
  set("job.override_dirname", overrideDirname(task, get("job.config.override_dirname")));
  for (const variable of toStrings(get("job.env_copy")))
    set(`job.env_set.${variable}`, `\${oc.env:${variable},""}`);
  if (options.hydra !== undefined) mergeFacts(hydra, options.hydra, interpolation);
  return hydra;
}

/** The overrides of a job as one sorted text, for folder names. */
function overrideDirname(overrides: readonly Override[], settings: ConfigNode | undefined): string {
  const text = (key: string, fallback: string): string => {
    const node = settings && childOf(settings, key);
    return node?.kind === "scalar" && node.type === "str" ? String(node.value) : fallback;
  };
  const excluded = new Set(toStrings(settings && childOf(settings, "exclude_keys")));
  const lines = overrides.filter(({ key }) => !excluded.has(key)).map((override) => override.text);
  return withoutPasswords(lines.sort().join(text("item_sep", ","))).replaceAll("=", text("kv_sep", "="));
}

function toStrings(node: ConfigNode | undefined): string[] {
  return node?.kind === "list" ? node.items.map((item) => String(toPlain(item))) : [];
}
