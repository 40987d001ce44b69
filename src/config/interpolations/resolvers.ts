// The resolvers that every configuration has: oc.*, now and hydra.
import { didYouMean } from "../../core/suggest.ts";
import { configError } from "../config-error.ts";
import {
  type ConfigNode,
  childOf,
  isMissing,
  isNull,
  keyNode,
  listNode,
  mapNode,
  nullNode,
  stringNode,
} from "../node.ts";
import { readYaml } from "../yaml/yaml-reader.ts";
import {
  childPlaces,
  fullKey,
  type Place,
  type Resolver,
  type ResolverContext,
  splitKey,
} from "./interpolation.ts";
import { parseElement } from "./interpolation-parser.ts";
import { pythonText, pythonType } from "./python-text.ts";
import { strftime } from "./strftime.ts";

const oc: Readonly<Record<string, Resolver>> = {
  env: ([name, fallback], { environment }) => {
    const variable = text(name, "the name of an environment variable");
    const value = environment[variable];
    if (value !== undefined) return stringNode(value);
    if (fallback === undefined) {
      throw configError("INTERPOLATION_FAILED", `the environment variable "${variable}" is not set`, {
        hint: `set it, or give a default: \${oc.env:${variable},DEFAULT}`,
      });
    }
    return isNull(fallback) ? fallback : stringNode(pythonText(fallback));
  },
  decode: ([expression], { place, interpolator }) => {
    if (expression === undefined || isNull(expression)) return expression ?? null;
    return interpolator.evaluate(parseElement(text(expression, "a text to decode")), place);
  },
  select: ([key, fallback], { place, interpolator }) => {
    const found = interpolator.select(text(key, "a key"), place);
    if (found === undefined) return fallback ?? null;
    const resolved = interpolator.resolve(found);
    return isMissing(resolved.node) ? (fallback ?? null) : resolved;
  },
  create: ([value]) => {
    if (value === undefined || value.kind !== "scalar" || value.type === "null") return value ?? null;
    if (value.type !== "str") {
      throw configError(
        "INTERPOLATION_FAILED",
        `oc.create makes mappings and lists, not ${pythonText(value)}`,
      );
    }
    const yaml = String(value.value);
    return /[:\n[{]|^- /.test(yaml) ? readYaml(yaml, "oc.create") : mapNode([[yaml, nullNode()]]);
  },
  deprecated: ([key, message], { place, interpolator, warn }) => {
    const replacement = text(key, "the new key");
    const target = interpolator.select(replacement, place);
    if (target === undefined)
      throw configError("INTERPOLATION_KEY", `oc.deprecated: there is no key "${replacement}"`);
    const template =
      message === undefined
        ? "'$OLD_KEY' is deprecated. Change your code and config to use '$NEW_KEY'"
        : text(message, "a message");
    const names: Readonly<Record<string, string>> = { OLD_KEY: fullKey(place), NEW_KEY: fullKey(target) };
    warn(template.replace(/\$\{?(OLD_KEY|NEW_KEY)\}?/g, (_all, name: string) => names[name] ?? ""));
    return target;
  },
};

const now: Resolver = ([format], context) => stringNode(strftime(text(format, "a format"), context.now));

const hydra: Resolver = ([key], { hydra: node, interpolator, place }) => {
  const wanted = text(key, "a key of the hydra node");
  if (node === undefined)
    throw configError("INTERPOLATION_FAILED", "the hydra resolver needs a run: there is no hydra node here");
  let at: Place = { node, parent: interpolator.root, key: "hydra" };
  for (const part of splitKey(wanted)) {
    const container = interpolator.resolve(at);
    const child = childOf(container.node, part);
    if (child === undefined) {
      const keys = container.node.kind === "map" ? [...container.node.entries.keys()].map(String) : [];
      throw configError("INTERPOLATION_KEY", `the hydra node has no key "${wanted}"`, {
        hint: didYouMean(part, keys),
      });
    }
    at = { node: child, parent: container, key: part };
  }
  if (isMissing(at.node))
    throw configError("INTERPOLATION_MISSING_VALUE", `"hydra.${wanted}" has no value in "${fullKey(place)}"`);
  return at;
};

function dictionary(key: ConfigNode | undefined, { place, interpolator }: ResolverContext): Place {
  const name = text(key, "a key");
  const found = interpolator.select(name, place);
  if (found === undefined) throw configError("INTERPOLATION_KEY", `there is no key "${name}"`);
  const resolved = interpolator.resolve(found);
  if (isMissing(resolved.node))
    throw configError("INTERPOLATION_MISSING_VALUE", `"${name}" has no value yet (???)`);
  if (resolved.node.kind !== "map")
    throw configError("INTERPOLATION_FAILED", `"${name}" is no mapping but ${pythonType(resolved.node)}`);
  return resolved;
}

function text(node: ConfigNode | undefined, what: string): string {
  if (node?.kind === "scalar" && node.type === "str") return String(node.value);
  throw configError(
    "INTERPOLATION_FAILED",
    node === undefined ? `${what} is missing` : `${what} must be a string, not ${pythonText(node)}`,
  );
}

/** How many arguments a resolver takes at most; it needs one. */
const MOST_ARGUMENTS: Readonly<Record<string, number>> = { "oc.env": 2, "oc.select": 2, "oc.deprecated": 2 };

function counted(name: string, resolver: Resolver): Resolver {
  const most = MOST_ARGUMENTS[name] ?? 1;
  return (args, context) => {
    if (args.length > 0 && args.length <= most) return resolver(args, context);
    const takes = most === 1 ? "one argument" : "one or two arguments";
    throw configError("INTERPOLATION_FAILED", `${name} takes ${takes}, not ${args.length}`);
  };
}

const RESOLVERS: readonly (readonly [string, Resolver])[] = [
  ...Object.entries(oc).map(([name, resolver]) => [`oc.${name}`, resolver] as const),
  [
    "oc.dict.keys",
    ([key], context) => listNode(childPlaces(dictionary(key, context)).map((child) => keyNode(child.key!))),
  ],
  [
    "oc.dict.values",
    ([key], context) =>
      listNode(
        childPlaces(dictionary(key, context)).map((child) => {
          const value = context.interpolator.resolveDeep(child);
          if (!isMissing(value)) return value;
          throw configError("INTERPOLATION_MISSING_VALUE", `"${fullKey(child)}" has no value yet (???)`);
        }),
      ),
  ],
  ["now", now],
  ["hydra", hydra],
];

/** Name and function of every built-in resolver. */
export const BUILT_IN_RESOLVERS: ReadonlyMap<string, Resolver> = new Map(
  RESOLVERS.map(([name, resolver]) => [name, counted(name, resolver)]),
);
