// Builds what a configuration describes: `_target_`, `_args_`, `_partial_`, `_recursive_`, `_convert_`.
import { ClassifierTrainingError } from "../../core/errors.ts";
import { mergeInto } from "../composition/merge.ts";
import { configError } from "../config-error.ts";
import {
  childPlaces,
  fullKey,
  type InterpolationOptions,
  Interpolator,
  type Place,
} from "../interpolations/interpolation.ts";
import { BUILT_IN_RESOLVERS } from "../interpolations/resolvers.ts";
import {
  type ConfigNode,
  childOf,
  cloneNode,
  fromPlain,
  isMissing,
  isNull,
  type Key,
  type MapNode,
  mapNode,
  setOwn,
  toPlain,
  whereOf,
} from "../node.ts";
import type { ComponentRegistry } from "./component-registry.ts";

/** What is built, from which components, and what its options are changed to. */
export interface InstantiateOptions {
  readonly registry: ComponentRegistry;
  /** Dotted key of the part to build; interpolations still see the whole. Default: the whole. */
  readonly key?: string;
  /** Positional arguments instead of `_args_`. */
  readonly args?: readonly unknown[];
  /** Options over those of the configuration, under its names (snake_case): mappings are merged, all else replaced. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Default: the built-in resolvers and the environment of the process. */
  readonly interpolation?: InterpolationOptions;
}

/** A component that waits for more options: the result of `_partial_: true`. */
export interface PartialComponent {
  (options?: Readonly<Record<string, unknown>>, ...args: readonly unknown[]): unknown;
  readonly target: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

interface Modes {
  readonly convert: "none" | "partial" | "object" | "all";
  readonly recursive: boolean;
}

const DEFAULT_MODES: Modes = { convert: "none", recursive: true };

const SPECIAL: ReadonlySet<Key> = new Set(["_target_", "_args_", "_convert_", "_recursive_", "_partial_"]);

/**
 * Builds the component that a node describes, the ones inside it first. A mapping or list without `_target_` gives
 * plain data in which those that have one are built; null gives null. With `_convert_: none` (the default) mappings
 * and lists arrive frozen, since they belong to the configuration; with `all` or `partial` as fresh objects.
 *
 * @throws INSTANTIATE_TARGET for names that are not registered; INSTANTIATE with target and key where building fails.
 */
export async function instantiate(root: ConfigNode, options: InstantiateOptions): Promise<unknown> {
  const { registry, key = "", args = [], overrides = {} } = options;
  const copy = cloneNode(root);
  const interpolation = options.interpolation ?? {
    resolvers: BUILT_IN_RESOLVERS,
    environment: process.env,
    now: new Date(),
  };
  const live = new Map<string, unknown>();
  const place = new Interpolator(copy, interpolation).select(key, {
    node: copy,
    parent: undefined,
    key: undefined,
  });
  if (place === undefined) throw configError("CONFIG_KEY_UNKNOWN", `there is no key "${key}" to build`);
  if (isNull(place.node)) return null;
  if (place.node.kind === "scalar")
    throw configError("INSTANTIATE", `"${key}" is a single value: only a mapping or a list can be built`);
  if (place.node.kind === "map") mergeOverrides(place.node, overrides, { root: copy, interpolation, live });
  const interpolator = new Interpolator(copy, interpolation);
  const built = interpolator.select(key, interpolator.root) ?? interpolator.root;
  const resolved = { node: interpolator.resolveDeep(built), parent: built.parent, key: built.key };
  const given = Object.entries(overrides).filter(([name]) => SPECIAL.has(name));
  const own =
    resolved.node.kind === "map"
      ? resolved.node
      : mapNode(given.map(([name, value]) => [name, fromPlain(value)]));
  const modes = modesOf(own, resolved, DEFAULT_MODES);
  // Where nothing is built they say how to convert, and are no data.
  if (!own.entries.has("_target_")) for (const name of SPECIAL) own.entries.delete(name);
  if (place.node.kind === "list" && overrides._partial_ === true) {
    throw configError("INSTANTIATE", "_partial_ cannot be asked of a list", {
      where: describe(resolved, resolved.node),
    });
  }
  return new Builder(registry).build(resolved, modes, args, live);
}

interface MergeContext {
  readonly root: ConfigNode;
  readonly interpolation: InterpolationOptions;
  /** Receives objects that are no data: they are passed on as they are. */
  readonly live: Map<string, unknown>;
}

function mergeOverrides(
  node: MapNode,
  overrides: Readonly<Record<string, unknown>>,
  { root, interpolation, live }: MergeContext,
): void {
  for (const [name, value] of Object.entries(overrides)) {
    if (isData(value)) {
      mergeInto(node, mapNode([[name, fromPlain(value)]]), { root, interpolation, addKeys: true });
    } else {
      node.entries.set(name, fromPlain(null));
      live.set(name, value);
    }
  }
}

function isData(value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isData);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isData);
}

class Builder {
  readonly #registry: ComponentRegistry;

  constructor(registry: ComponentRegistry) {
    this.#registry = registry;
  }

  async build(
    place: Place,
    inherited: Modes,
    args: readonly unknown[],
    live?: ReadonlyMap<string, unknown>,
  ): Promise<unknown> {
    const { node } = place;
    if (node.kind === "scalar") {
      if (isMissing(node)) throw missing(place);
      return node.value;
    }
    const modes = node.kind === "map" ? modesOf(node, place, inherited) : inherited;
    if (node.kind === "list") {
      const items: unknown[] = [];
      for (const child of childPlaces(place)) items.push(await this.build(child, modes, []));
      return modes.convert === "none" ? Object.freeze(items) : items;
    }
    if (node.entries.has("_target_")) return this.#component(node, place, modes, args, live);
    const object: Record<string, unknown> = {};
    for (const child of childPlaces(place)) {
      const name = String(child.key);
      setOwn(object, name, live?.has(name) ? live.get(name) : await this.build(child, modes, []));
    }
    return modes.convert === "none" ? Object.freeze(object) : object;
  }

  async #component(
    node: MapNode,
    place: Place,
    modes: Modes,
    given: readonly unknown[],
    live: ReadonlyMap<string, unknown> | undefined,
  ): Promise<unknown> {
    const target = targetOf(node, place);
    const partial = flag(node, "_partial_", place) ?? false;
    const component = await this.#registry.load(target, describe(place, node));
    const options: Record<string, unknown> = {};
    for (const child of childPlaces(place)) {
      const name = String(child.key);
      if (SPECIAL.has(name)) continue;
      if (isMissing(child.node)) {
        if (partial) continue;
        throw missing(child);
      }
      setOwn(options, name, live?.has(name) ? live.get(name) : await this.#option(child, modes));
    }
    const args = given.length > 0 ? given : await this.#positional(node, place, modes);
    const create = (
      more: Readonly<Record<string, unknown>> = {},
      extra: readonly unknown[] = [],
    ): unknown => {
      try {
        return component.create([...args, ...extra], { ...options, ...more });
      } catch (cause) {
        throw failed(cause, target, place, node);
      }
    };
    if (!partial) return create();
    const call = (more?: Readonly<Record<string, unknown>>, ...extra: readonly unknown[]): unknown =>
      create(more, extra);
    return Object.assign(call, { target, args, options }) satisfies PartialComponent;
  }

  #option(child: Place, modes: Modes): unknown {
    return modes.recursive
      ? this.build(child, modes, [])
      : frozen(toPlain(child.node), modes.convert === "none");
  }

  async #positional(node: MapNode, place: Place, modes: Modes): Promise<readonly unknown[]> {
    const list = childOf(node, "_args_");
    if (list === undefined) return [];
    if (list.kind !== "list")
      throw configError("INSTANTIATE", "_args_ must be a list", { where: describe(place, list) });
    const args: unknown[] = [];
    for (const child of childPlaces({ node: list, parent: place, key: "_args_" }))
      args.push(await this.#option(child, modes));
    return args;
  }
}

const missing = (place: Place): Error =>
  configError("CONFIG_MISSING_VALUE", `"${fullKey(place)}" has no value yet (???)`, {
    where: whereOf(place.node),
    hint: `give it one: ${fullKey(place)}=VALUE`,
  });

function targetOf(node: MapNode, place: Place): string {
  const target = childOf(node, "_target_");
  if (target?.kind === "scalar" && target.type === "str" && target.value !== "???")
    return String(target.value);
  throw configError("INSTANTIATE_TARGET", "_target_ must be the name of a component", {
    where: describe(place, target ?? node),
  });
}

function modesOf(node: MapNode, place: Place, inherited: Modes): Modes {
  const convert = childOf(node, "_convert_");
  const mode = convert === undefined ? inherited.convert : String(toPlain(convert)).toLowerCase();
  if (mode !== "none" && mode !== "partial" && mode !== "object" && mode !== "all") {
    throw configError("INSTANTIATE", `_convert_ is none, partial, object or all, not "${mode}"`, {
      where: describe(place, node),
    });
  }
  return { convert: mode, recursive: flag(node, "_recursive_", place) ?? inherited.recursive };
}

function flag(node: MapNode, name: string, place: Place): boolean | undefined {
  const value = childOf(node, name);
  if (value === undefined) return undefined;
  if (value.kind === "scalar" && value.type === "bool") return value.value === true;
  throw configError("INSTANTIATE", `${name} must be true or false`, { where: describe(place, value) });
}

function failed(cause: unknown, target: string, place: Place, node: ConfigNode): Error {
  const where = describe(place, node);
  if (cause instanceof ClassifierTrainingError) {
    if (cause.where !== undefined) return cause;
    return new ClassifierTrainingError(cause.kind, cause.code, cause.message, {
      where,
      hint: cause.hint,
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return configError("INSTANTIATE", `building "${target}" failed: ${reason}`, { where, cause });
}

/** `key (file:line:column)` of a node. */
function describe(place: Place, node: ConfigNode): string | undefined {
  const key = fullKey(place);
  const position = whereOf(node);
  if (key === "") return position;
  return position === undefined ? key : `${key} (${position})`;
}

function frozen(value: unknown, freeze: boolean): unknown {
  if (!freeze || typeof value !== "object" || value === null) return value;
  for (const child of Object.values(value)) frozen(child, true);
  return Object.freeze(value);
}
