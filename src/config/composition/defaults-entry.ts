// One entry of a defaults list: `- _self_`, `- base`, `- model: resnet18`, `- override /optional db@pkg: [a, b]`.
import { configError } from "../config-error.ts";
import { type ConfigNode, formatOrigin, type Origin } from "../node.ts";

/** One entry, taken apart; groups are not looked up yet. */
export interface DefaultsEntry {
  readonly kind: "self" | "config" | "group";
  /** Path of the config, or of the group, as written but without a leading slash. */
  readonly path: string;
  readonly absolute: boolean;
  /** The option(s) of a group; `null` is a placeholder, `???` must be given. */
  readonly option: string | null | readonly string[];
  readonly package: string | undefined;
  readonly optional: boolean;
  readonly override: boolean;
  /** Added by `+group=option`: the group and its package count from the root. */
  readonly appended: boolean;
  readonly origin: Origin | undefined;
}

/** `_self_`, for lists that do not name it. */
export const SELF: DefaultsEntry = {
  kind: "self",
  path: "_self_",
  absolute: false,
  option: null,
  package: undefined,
  optional: false,
  override: false,
  appended: false,
  origin: undefined,
};

/** Reads the value of a file's `defaults` key. @throws CONFIG_DEFAULTS with the place of the entry. */
export function readDefaults(node: ConfigNode, configPath: string): DefaultsEntry[] {
  if (node.kind !== "list") {
    throw entryError(
      node,
      `the defaults of "${configPath}" must be a list`,
      "write `defaults:` and one `- group: option` a line",
    );
  }
  return node.items.map((item) => (item.kind === "map" ? groupEntry(item) : configEntry(item)));
}

function configEntry(node: ConfigNode): DefaultsEntry {
  if (node.kind !== "scalar" || node.type !== "str") {
    throw entryError(node, "an entry of a defaults list is a name or a mapping `group: option`");
  }
  const { head, package: pkg } = splitPackage(String(node.value), node);
  const words = head.split(" ");
  const path = words.pop() ?? "";
  if (path === "_self_" && words.length === 0) {
    if (pkg !== undefined) throw entryError(node, "_self_ takes no package");
    return { ...SELF, origin: node.origins[0] };
  }
  const { optional, override } = keywords(words, node);
  if (override || optional) {
    const word = override ? "override" : "optional";
    throw entryError(node, `\`${word}\` belongs to a group: \`- ${word} group: option\``);
  }
  return {
    ...place(path),
    kind: "config",
    option: null,
    package: pkg,
    optional: false,
    override: false,
    appended: false,
    origin: node.origins[0],
  };
}

function groupEntry(node: ConfigNode & { kind: "map" }): DefaultsEntry {
  const [pair, ...rest] = node.entries;
  if (pair === undefined) throw entryError(node, "an empty entry in a defaults list");
  if (rest.length > 0)
    throw entryError(
      node,
      "an entry of a defaults list has one group",
      "start the second one with its own `- `",
    );
  const [key, value] = pair;
  const { head, package: pkg } = splitPackage(String(key), node);
  const words = head.split(" ");
  const group = words.pop() ?? "";
  if (group.replace(/^\//, "") === "") throw entryError(node, "a group name is missing");
  return {
    ...place(group),
    ...keywords(words, node),
    kind: "group",
    option: optionOf(value),
    package: pkg,
    appended: false,
    origin: node.origins[0],
  };
}

function optionOf(node: ConfigNode): string | null | string[] {
  if (node.kind === "list") {
    return node.items.map((item) => {
      const option = item.kind === "list" ? undefined : optionOf(item);
      if (typeof option === "string") return option;
      throw entryError(item, "the options of a group are names");
    });
  }
  if (node.kind === "scalar" && node.type === "null") return null;
  if (node.kind === "scalar" && node.type === "str") return String(node.value);
  throw entryError(
    node,
    "an option is a name, a list of names or null",
    "put it in quotes if it looks like a number",
  );
}

function keywords(words: readonly string[], node: ConfigNode): { optional: boolean; override: boolean } {
  for (const word of words) {
    if (word !== "optional" && word !== "override") {
      throw entryError(
        node,
        `unknown word "${word}" in a defaults list`,
        "only `optional` and `override` may stand before a group",
      );
    }
  }
  return { optional: words.includes("optional"), override: words.includes("override") };
}

function splitPackage(text: string, node: ConfigNode): { head: string; package: string | undefined } {
  const at = text.indexOf("@");
  if (at < 0) return { head: text, package: undefined };
  const name = text.slice(at + 1);
  if (name.includes(":"))
    throw entryError(node, "renaming a package (`group@old:new`) is no longer supported");
  return { head: text.slice(0, at), package: name === "_here_" ? "" : name };
}

const place = (path: string): { path: string; absolute: boolean } =>
  path.startsWith("/") ? { path: path.slice(1), absolute: true } : { path, absolute: false };

function entryError(node: ConfigNode, message: string, hint?: string): Error {
  const origin = node.origins[0];
  return configError("CONFIG_DEFAULTS", message, { where: origin && formatOrigin(origin), hint });
}
