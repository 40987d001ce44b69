// Which option of each group is taken: what overrides say, what the files say, and whether everything said was used.
import { suggest } from "../../core/suggest.ts";
import type { ConfigRepository } from "../composition/config-repository.ts";
import { type DefaultsEntry, SELF } from "../composition/defaults-entry.ts";
import { configError } from "../config-error.ts";
import { formatOrigin } from "../node.ts";
import { isSweep, keyElement, type Override } from "./override.ts";

/** The config whose defaults list is read: where relative groups and packages count from. */
export interface Parent {
  readonly group: string;
  readonly package: string;
  readonly path: string | undefined;
}

/** The absolute group of an entry; for a config, the group it lies in. */
export function groupPath(entry: DefaultsEntry, parent: Parent): string {
  const own = entry.kind === "group" ? entry.path : entry.path.split("/").slice(0, -1).join("/");
  if (entry.absolute || entry.appended || parent.group === "") return own;
  return own === "" ? parent.group : `${parent.group}/${own}`;
}

/** The dotted package of an entry: its own, else the file's header, else the group as written; below the parent's. */
export function finalPackage(entry: DefaultsEntry, parent: Parent, header?: string): string {
  const relative = entry.kind === "group" ? entry.path : entry.path.split("/").slice(0, -1).join("/");
  const own =
    entry.package ?? absoluteHeader(header, groupPath(entry, parent)) ?? relative.replaceAll("/", ".");
  const base = entry.appended ? "" : parent.package;
  const joined = base === "" || own === "" ? `${base}${own}` : `${base}.${own}`;
  const global = joined.lastIndexOf("_global_");
  return global < 0 ? joined : joined.slice(global + "_global_".length + 1);
}

/** A header counts from the root; `_group_` stands for the group. */
function absoluteHeader(header: string | undefined, group: string): string | undefined {
  if (header === undefined || header === "_group_") return undefined;
  const named = header.replaceAll("_group_", group.replaceAll("/", "."));
  return named === "_global_" || named.startsWith("_global_.") ? named : `_global_.${named}`;
}

/** `_group_` in an entry's package stands for its group, counted from the root. */
export function resolveKeyword(entry: DefaultsEntry, parent: Parent): DefaultsEntry {
  if (entry.package?.includes("_group_") !== true) return entry;
  const group = groupPath(entry, parent).replaceAll("/", ".");
  return { ...entry, package: `_global_.${entry.package.replaceAll("_group_", group)}` };
}

/** What an override calls an entry: `group`, or `group@package` where the package is not the group's own. */
export function overrideKey(entry: DefaultsEntry, parent: Parent): string {
  const group = groupPath(entry, parent);
  const pkg = finalPackage(entry, parent);
  if (pkg === group.replaceAll("/", ".")) return group;
  return `${group}@${pkg === "" ? "_global_" : pkg}`;
}

interface Choice {
  readonly option: string | readonly string[] | null;
  /** The file whose list says so; undefined for the command line. */
  readonly file: string | undefined;
  readonly where: string;
  used: boolean;
}

/** Group choices of one composition. */
export class GroupChoices {
  /** Entries that `+group=option` adds. */
  readonly appended: readonly DefaultsEntry[];
  /** Overrides that set values, not groups, in order. */
  readonly valueOverrides: readonly Override[];
  /** The option of every group met, by override key. */
  readonly known: Map<string, string | null> = new Map();
  readonly #choices = new Map<string, Choice>();
  readonly #deletions = new Map<
    string,
    { readonly option: string | null; readonly override: Override; used: boolean }
  >();
  readonly #keysOfGroup = new Map<string, Set<string>>();
  readonly #repository: ConfigRepository;

  constructor(overrides: readonly Override[], repository: ConfigRepository) {
    this.#repository = repository;
    const appended: DefaultsEntry[] = [];
    const values: Override[] = [];
    for (const override of overrides) {
      if (isSweep(override.value)) continue;
      if (override.value?.kind === "map" || !repository.isGroup(override.key)) values.push(override);
      else if (override.type === "delete") this.#delete(override);
      else this.#choose(override, appended);
    }
    this.appended = appended;
    this.valueOverrides = values;
  }

  /** Where the command line or another file chose the option of an entry. */
  origin(entry: DefaultsEntry, parent: Parent): string | undefined {
    return this.#choices.get(overrideKey(entry, parent))?.where;
  }

  /** The lists are read from their ends: the first override that is met for a group is the last one, which wins. */
  addOverride(entry: DefaultsEntry, parent: Parent): void {
    const key = overrideKey(entry, parent);
    if (this.#choices.has(key)) return;
    const where = (entry.origin && formatOrigin(entry.origin)) ?? parent.path ?? "";
    this.#choices.set(key, { option: entry.option, file: parent.path ?? "", where, used: false });
  }

  /** The entry with the option that was chosen for it. */
  chosen(entry: DefaultsEntry, parent: Parent): DefaultsEntry {
    if (entry.kind !== "group") return entry;
    const choice = this.#choices.get(overrideKey(entry, parent));
    if (choice === undefined) return entry;
    choice.used = true;
    return { ...entry, option: choice.option };
  }

  record(entry: DefaultsEntry, parent: Parent): void {
    const key = overrideKey(entry, parent);
    const option = entry.option as string | null;
    const known = this.known.get(key);
    if (known !== undefined && known !== option) {
      throw configError("CONFIG_DEFAULTS", `"${key}" is given twice, as ${known} and as ${String(option)}`, {
        where: (entry.origin && formatOrigin(entry.origin)) ?? `override "+${key}=${String(option)}"`,
        hint: `choose with ${key}=${String(option)}, in a defaults list with \`override ${key}: ${String(option)}\``,
      });
    }
    if (known === undefined && !this.known.has(key)) this.known.set(key, option);
    const group = groupPath(entry, parent);
    const keys = this.#keysOfGroup.get(group) ?? new Set<string>();
    this.#keysOfGroup.set(group, keys.add(key));
  }

  isDeleted(entry: DefaultsEntry, parent: Parent): boolean {
    const deletion = this.#deletions.get(overrideKey(entry, parent));
    if (deletion === undefined || (deletion.option !== null && deletion.option !== entry.option))
      return false;
    deletion.used = true;
    return true;
  }

  /** @throws CONFIG_DEFAULTS for a choice or deletion that met no entry. */
  ensureUsed(): void {
    for (const [key, choice] of this.#choices) if (!choice.used) throw this.#unusedChoice(key, choice);
    for (const [key, { override, used }] of this.#deletions) {
      if (used) continue;
      throw configError("CONFIG_DEFAULTS", `"${key}" cannot be deleted: it is not in the defaults list`, {
        where: `override "${override.text}"`,
        hint: nearest(key, this.known.keys()),
      });
    }
  }

  #unusedChoice(key: string, choice: Choice): Error {
    const group = key.split("@")[0] ?? key;
    const others = [...(this.#keysOfGroup.get(group) ?? [])].sort();
    const add = choice.file === undefined ? `add it with +${key}=${String(choice.option)}` : undefined;
    return configError("CONFIG_DEFAULTS", `"${key}" cannot be overridden: it is not in the defaults list`, {
      where: choice.where,
      hint:
        others.length > 0
          ? `did you mean ${others.map((other) => `"${other}"`).join(" or ")}?`
          : (nearest(key, this.known.keys()) ?? add),
    });
  }

  #delete(override: Override): void {
    const { value } = override;
    const isName = value?.kind === "scalar" && (value.node.type === "str" || value.node.type === "null");
    if (value !== undefined && !isName) {
      throw configError("CONFIG_GROUP_VALUE", "the option of a group to delete must be a name", {
        where: `override "${override.text}"`,
      });
    }
    const option = value?.kind === "scalar" && value.node.type === "str" ? String(value.node.value) : null;
    this.#deletions.set(keyElement(override).slice(1), { option, override, used: false });
  }

  #choose(override: Override, appended: DefaultsEntry[]): void {
    const where = `override "${override.text}"`;
    if (override.type === "force-add") {
      throw configError("CONFIG_GROUP_VALUE", `a group cannot be added with ++`, {
        where,
        hint: `write ${override.text.slice(2)} or ${override.text.slice(1)}`,
      });
    }
    const option = this.#option(override, where);
    if (override.type === "add") {
      appended.push({
        ...SELF,
        kind: "group",
        path: override.key,
        option,
        package: override.package,
        appended: true,
        origin: { source: where, text: "" },
      });
    } else {
      this.#choices.set(keyElement(override), { option, file: undefined, where, used: false });
    }
  }

  #option({ key, value }: Override, where: string): string | string[] {
    if (value?.kind === "scalar" && value.node.type === "str") return String(value.node.value);
    if (
      value?.kind === "list" &&
      value.items.every((item) => item.kind === "scalar" && item.node.type === "str")
    ) {
      return value.items.map((item) => (item.kind === "scalar" ? String(item.node.value) : ""));
    }
    throw configError(
      "CONFIG_GROUP_VALUE",
      `"${key}" is a group: its option must be a name or a list of names`,
      {
        where,
        hint: `choose one of ${this.#repository.options(key).join(", ")}, or take it out with ~${key}`,
      },
    );
  }
}

function nearest(key: string, known: Iterable<string>): string | undefined {
  const [best] = suggest(key, known);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}
