// What an override string means: its key, its value or sweep, and back to text.

import { pythonText } from "../interpolations/python-text.ts";
import { type ConfigNode, type Key, keyOf, type ScalarNode } from "../node.ts";

/** `key=`, `+key=`, `++key=`, `~key` and `key=extend_list(...)`. */
export type OverrideType = "change" | "add" | "force-add" | "delete" | "extend-list";

/** Each of these values in turn. */
export interface ChoiceSweep {
  readonly kind: "choice";
  readonly values: readonly OverrideValue[];
  /** Written as `a,b`, not `choice(a,b)`. */
  readonly simple: boolean;
  readonly shuffle: boolean;
  readonly tags: readonly string[];
}

/** From `start` up to, but without, `stop`, or down where `step` is negative. */
export interface RangeSweep {
  readonly kind: "range";
  readonly start: ScalarNode;
  readonly stop: ScalarNode;
  readonly step: ScalarNode;
  readonly shuffle: boolean;
  readonly tags: readonly string[];
}

/** Any number between; only sweepers that draw their values can use it. */
export interface IntervalSweep {
  readonly kind: "interval";
  readonly start: ScalarNode;
  readonly end: ScalarNode;
  readonly tags: readonly string[];
}

/** The options of a group whose names match one of `include` and none of `exclude`. */
export interface GlobSweep {
  readonly kind: "glob";
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Several values for one key: each is a job. */
export type Sweep = ChoiceSweep | RangeSweep | IntervalSweep | GlobSweep;

/** A parsed value: like a node, but quotes are remembered so that the text can be written again. */
export type OverrideValue =
  | { readonly kind: "scalar"; readonly node: ScalarNode; readonly quote: "'" | '"' | undefined }
  | { readonly kind: "list"; readonly items: readonly OverrideValue[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [ScalarNode, OverrideValue])[] };

/** `extend_list(...)`: items for the end of a list. */
export interface ListExtension {
  readonly kind: "extension";
  readonly items: readonly OverrideValue[];
}

/** One override, taken apart. */
export interface Override {
  readonly type: OverrideType;
  /** A dotted key (`model.learning_rate`) or a group (`model`, `hydra/launcher`). */
  readonly key: string;
  /** The package of `group@package`. */
  readonly package: string | undefined;
  /** undefined for `~key`; the list of new items for `key=extend_list(...)`. */
  readonly value: OverrideValue | Sweep | undefined;
  /** The override as it was given. */
  readonly text: string;
}

/** Whether it stands for several values. */
export const isSweep = (value: Override["value"]): value is Sweep =>
  value !== undefined &&
  (value.kind === "choice" || value.kind === "range" || value.kind === "interval" || value.kind === "glob");

/** Whether it concerns Hydra itself and not the job. */
export const isHydraOverride = ({ key }: Override): boolean =>
  key.startsWith("hydra.") || key.startsWith("hydra/");

const PREFIXES: Readonly<Record<OverrideType, string>> = {
  change: "",
  add: "+",
  "force-add": "++",
  delete: "~",
  "extend-list": "",
};

/** Prefix, key and package: the part before `=`. */
export function keyElement(override: Override): string {
  const at = override.package === undefined ? "" : `@${override.package}`;
  return `${PREFIXES[override.type]}${override.key}${at}`;
}

/** The node of a parsed value. */
export function valueNode(value: OverrideValue, origins: ConfigNode["origins"] = []): ConfigNode {
  if (value.kind === "scalar") return { ...value.node, origins };
  if (value.kind === "list") {
    return { kind: "list", items: value.items.map((item) => valueNode(item, origins)), origins };
  }
  const entries = new Map<Key, ConfigNode>();
  for (const [key, child] of value.entries) entries.set(keyOf(key), valueNode(child, origins));
  return { kind: "map", entries, origins };
}

/** The whole override as it would be written with another value, such as one of its sweep. */
export function overrideText(override: Override, value: string): string {
  const written = override.type === "extend-list" ? `extend_list(${value.slice(1, -1)})` : value;
  return `${keyElement(override)}=${written}`;
}

/** The value as it would be written in an override. */
export function valueText(value: OverrideValue | undefined): string {
  if (value === undefined) return "null";
  if (value.kind === "list") return `[${value.items.map(valueText).join(",")}]`;
  if (value.kind === "map") {
    const pairs = value.entries.map(([key, child]) => `${scalarText(key)}:${valueText(child)}`);
    return `{${pairs.join(",")}}`;
  }
  return value.quote === undefined
    ? scalarText(value.node)
    : quoteText(String(value.node.value), value.quote);
}

function scalarText(node: ScalarNode): string {
  if (node.type === "null") return "null";
  return node.type === "str" ? escapeText(String(node.value)) : pythonText(node);
}

/** Escapes what cannot stand in an unquoted value. */
export const escapeText = (text: string): string => text.replace(/[\\()[\]{}:=, \t]/g, "\\$&");

/** Quotes a text: backslashes before a quote (or the end) are doubled, quotes escaped. */
export function quoteText(text: string, quote: "'" | '"'): string {
  const escaped = text.replace(
    quote === "'" ? /(\\*)('|$)/g : /(\\*)("|$)/g,
    (_all, slashes: string, end: string) => `${slashes}${slashes}${end === "" ? "" : `\\${end}`}`,
  );
  return `${quote}${escaped}${quote}`;
}
