// Composes the defaults lists of all chosen files into one: which configs are merged, in which order, into which package.
import { didYouMean } from "../../core/suggest.ts";
import { configError, isConfigError } from "../config-error.ts";
import { type InterpolationOptions, Interpolator } from "../interpolations/interpolation.ts";
import { formatOrigin, mapNode, nullNode, stringNode } from "../node.ts";
import {
  finalPackage,
  type GroupChoices,
  groupPath,
  overrideKey,
  type Parent,
  resolveKeyword,
} from "../overrides/group-choices.ts";
import type { ConfigRepository, LoadedConfig } from "./config-repository.ts";
import { type DefaultsEntry, SELF } from "./defaults-entry.ts";

/** Of a group with more options a message that names the nearest one lists none. */
const MOST_LISTED = 20;

/** A config to merge: its path and the dotted package it goes to ("" is the root). */
export interface ResultEntry {
  readonly path: string;
  readonly package: string;
  /** The config whose defaults list names it. */
  readonly parent: string | undefined;
  readonly isSelf: boolean;
  /** `group` or `group@package`, where it was chosen in a group. */
  readonly overrideKey: string | undefined;
}

/** What became of one entry: the tree that `--info defaults-tree` prints. */
export interface DefaultsTree {
  readonly label: string;
  readonly state: "loaded" | "self" | "deleted" | "absent" | "placeholder" | "missing";
  readonly children: readonly DefaultsTree[];
}

/** The configs to merge, first to last, and how they came to be there. */
export interface DefaultsList {
  readonly entries: readonly ResultEntry[];
  readonly tree: readonly DefaultsTree[];
}

/** A config of the list with those that its own list names. */
interface Expanded {
  /** The config itself; undefined where its list says with `_self_` when it comes, or where nothing is loaded. */
  readonly entry: ResultEntry | undefined;
  readonly label: string;
  readonly state: DefaultsTree["state"];
  /** Complete once everything that was put off is chosen. */
  readonly children: readonly (readonly Expanded[])[];
}

/** An entry whose option depends on choices that may stand elsewhere. */
interface PutOff {
  readonly entry: DefaultsEntry;
  readonly parent: Parent;
  /** The configs that lead to it. */
  readonly open: readonly string[];
  readonly put: (expanded: readonly Expanded[]) => void;
}

interface Subject {
  readonly entry: DefaultsEntry;
  readonly parent: Parent;
}

/** Composes the list of a primary configuration (and of the hydra node, which goes first). */
export class DefaultsComposer {
  readonly #repository: ConfigRepository;
  readonly #choices: GroupChoices;
  readonly #allowMissing: boolean;
  readonly #interpolation: InterpolationOptions;
  #open: string[] = [];
  readonly #putOff: PutOff[] = [];

  constructor(
    repository: ConfigRepository,
    choices: GroupChoices,
    options: { readonly allowMissing: boolean; readonly interpolation: InterpolationOptions },
  ) {
    this.#repository = repository;
    this.#choices = choices;
    this.#allowMissing = options.allowMissing;
    this.#interpolation = options.interpolation;
  }

  compose(configName: string | undefined): DefaultsList {
    const root: Parent = { group: "", package: "", path: undefined };
    const config = (path: string): Subject => ({ entry: { ...SELF, kind: "config", path }, parent: root });
    const expanded: Expanded[] = [];
    if (configName !== undefined) expanded.unshift(this.#expand(config(configName), true, false));
    else if (this.#choices.appended.length > 0) {
      expanded.unshift(
        this.#children(this.#choices.appended, { entry: SELF, parent: root }, root, "", false),
      );
    }
    expanded.unshift(this.#expand(config("hydra/config"), false, false));
    this.#choosePutOff();
    const entries = expanded.flatMap(entriesOf);
    refuseDuplicates(entries);
    this.#choices.ensureUsed();
    return { entries, tree: expanded.map(treeOf) };
  }

  /** Expands what depends on other choices, in the order in which those are known. */
  #choosePutOff(): void {
    while (this.#putOff.length > 0) {
      const options = this.#putOff.map(({ entry }) => this.#resolvable(entry));
      const ready = options.findIndex((option) => option !== undefined);
      const [{ entry, parent, open, put }] = this.#putOff.splice(Math.max(0, ready), 1) as [PutOff];
      this.#open = [...open];
      put(this.#expandChosen(options[ready] ?? this.#interpolated(entry), parent, true));
    }
  }

  /** The entry with its option; undefined while a choice is missing. */
  #resolvable(entry: DefaultsEntry): DefaultsEntry | undefined {
    try {
      return this.#interpolated(entry);
    } catch (error) {
      if (isConfigError(error, "INTERPOLATION_KEY")) return undefined;
      throw error;
    }
  }

  #expand({ entry, parent }: Subject, primary: boolean, interpolated: boolean): Expanded {
    const name = entry.kind === "group" ? entry.option : (entry.path.split("/").at(-1) ?? "");
    const group = groupPath(entry, parent);
    if (entry.kind === "group") {
      if (this.#choices.isDeleted(entry, parent)) return leaf(entry, parent, "deleted");
      this.#choices.record(entry, parent);
    }
    if (name === null) return leaf(entry, parent, "placeholder");
    const path = group === "" ? String(name) : `${group}/${String(name)}`;
    if (name === "???") {
      if (this.#allowMissing) return leaf(entry, parent, "missing");
      throw this.#missingChoice(entry, parent, group);
    }
    const loaded = this.#repository.load(path);
    if (loaded === undefined) {
      if (entry.optional) return leaf(entry, parent, "absent");
      throw this.#notFound(entry, parent, group, path, primary);
    }
    if (this.#open.includes(path)) {
      throw configError(
        "CONFIG_CYCLE",
        `the defaults lists lead back to "${path}": ${[...this.#open, path].join(" > ")}`,
        {
          where: entry.origin && formatOrigin(entry.origin),
        },
      );
    }
    this.#open.push(path);
    const own: Parent = { group, package: finalPackage(entry, parent, loaded.package), path };
    const list = this.#ownList(loaded, primary);
    const shown = primary ? path : label(entry, parent);
    const expanded = this.#children(list, { entry, parent }, own, shown, interpolated);
    this.#open.pop();
    // Without entries of its own it is its own content.
    if (!list.every(({ override }) => override)) return expanded;
    return { ...expanded, entry: result(entry, parent, own) };
  }

  /** The file's own list, `_self_` added at the end where it is missing, and for the primary config what `+group=option` adds. */
  #ownList(loaded: LoadedConfig, primary: boolean): readonly DefaultsEntry[] {
    const appended = primary ? this.#choices.appended : [];
    const list = loaded.defaults;
    if (list.every(({ override }) => override) && appended.length === 0) return list;
    const selves = list.filter(({ kind }) => kind === "self");
    const second = selves[1];
    if (second !== undefined) {
      throw configError("CONFIG_DEFAULTS", `_self_ stands twice in the defaults list of "${loaded.path}"`, {
        where: second.origin && formatOrigin(second.origin),
      });
    }
    return selves.length > 0 ? [...list, ...appended] : [...list, SELF, ...appended];
  }

  /**
   * Expands the entries from the last to the first, so that an override reaches the entries before it, and the last
   * one for a group wins.
   */
  #children(
    list: readonly DefaultsEntry[],
    subject: Subject,
    own: Parent,
    name: string,
    interpolated: boolean,
  ): Expanded {
    const entries = list.map((entry) => resolveKeyword(entry, own));
    refuseMisplacedOverrides(entries, own);
    const children: (readonly Expanded[])[] = entries.map(() => []);
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i]!;
      if (entry.override) this.#addOverride(entry, own, interpolated);
      else if (entry.kind === "self") children[i] = own.path === undefined ? [] : [self(subject, own)];
      else {
        const chosen = this.#choices.chosen(entry, own);
        if (!isInterpolated(chosen)) children[i] = this.#expandChosen(chosen, own, interpolated);
        else {
          const put = (expanded: readonly Expanded[]): void => {
            children[i] = expanded;
          };
          this.#putOff.push({ entry: chosen, parent: own, open: [...this.#open], put });
        }
      }
    }
    return { entry: undefined, label: name, state: "loaded", children };
  }

  #addOverride(entry: DefaultsEntry, own: Parent, interpolated: boolean): void {
    if (interpolated) {
      throw configError(
        "CONFIG_DEFAULTS",
        "a config that was chosen by an interpolation cannot override groups",
        { where: entry.origin && formatOrigin(entry.origin) },
      );
    }
    this.#choices.addOverride(entry, own);
  }

  #expandChosen(entry: DefaultsEntry, own: Parent, interpolated: boolean): Expanded[] {
    if (entry.kind !== "group" || !Array.isArray(entry.option))
      return [this.#expand({ entry, parent: own }, false, interpolated)];
    const options = entry.option as readonly string[];
    for (const option of options) {
      if (option.includes("${")) {
        throw configError("CONFIG_DEFAULTS", "an interpolation cannot stand in a list of options", {
          where: entry.origin && formatOrigin(entry.origin),
        });
      }
    }
    const relative = { ...entry, kind: "config" as const, option: null };
    return options
      .map((option) => ({ ...relative, path: `${entry.path}/${option}` }))
      .reverse()
      .map((config) =>
        this.#expand(
          { entry: config, parent: entry.appended ? { ...own, group: "", package: "" } : own },
          false,
          interpolated,
        ),
      )
      .reverse();
  }

  #interpolated(entry: DefaultsEntry): DefaultsEntry {
    const written = entry.kind === "group" ? String(entry.option) : entry.path;
    const known = this.#choices.known;
    const root = mapNode(
      [...known].map(([key, option]) => [key, option === null ? nullNode() : stringNode(option)]),
    );
    const node = stringNode(written, entry.origin === undefined ? [] : [entry.origin]);
    const place = { node, parent: { node: root, parent: undefined, key: undefined }, key: entry.path };
    const resolved = new Interpolator(root, this.#interpolation).resolve(place).node;
    if (resolved.kind !== "scalar" || resolved.type !== "str") {
      throw configError("CONFIG_DEFAULTS", `"${written}" must give a name`, {
        where: entry.origin && formatOrigin(entry.origin),
      });
    }
    const text = String(resolved.value);
    return entry.kind === "group" ? { ...entry, option: text } : { ...entry, path: text };
  }

  #missingChoice(entry: DefaultsEntry, parent: Parent, group: string): Error {
    const key = entry.kind === "group" ? overrideKey(entry, parent) : group;
    const options = this.#repository.options(group);
    return configError("CONFIG_GROUP_VALUE", `"${key}" must be chosen: ${options.join(", ")}`, {
      where: entry.origin && formatOrigin(entry.origin),
      hint: `give it: ${key}=${options[0] ?? "OPTION"}`,
    });
  }

  #notFound(entry: DefaultsEntry, parent: Parent, group: string, path: string, primary: boolean): Error {
    const options = this.#repository.options(group);
    const name = path.slice(path.lastIndexOf("/") + 1);
    const places = this.#repository.searchPath.map((each) => each.path).join(", ");
    if (entry.kind === "group") {
      const hint =
        options.length === 0 ? didYouMean(group, this.#repository.allGroups()) : didYouMean(name, options);
      const named =
        hint !== undefined && options.length > MOST_LISTED ? `${options.length} others` : options.join(", ");
      const list = options.length === 0 ? `there is no group "${group}"` : `"${group}" has ${named}`;
      return configError("CONFIG_NOT_FOUND", `there is no "${name}" in the group "${group}": ${list}`, {
        where:
          this.#choices.origin(entry, parent) ?? (entry.origin && formatOrigin(entry.origin)) ?? parent.path,
        hint,
      });
    }
    const what = primary ? `the primary config "${path}"` : `the config "${path}"`;
    return configError("CONFIG_NOT_FOUND", `cannot find ${what} in ${places}`, {
      where: entry.origin && formatOrigin(entry.origin),
      hint: didYouMean(name, options),
    });
  }
}

const isInterpolated = (entry: DefaultsEntry): boolean =>
  entry.kind === "group"
    ? typeof entry.option === "string" && entry.option.includes("${")
    : entry.path.includes("${");

function label(entry: DefaultsEntry, parent: Parent): string {
  return entry.kind === "group"
    ? `${overrideKey(entry, parent)}: ${String(entry.option)}`
    : `${entry.path}${entry.package === undefined ? "" : `@${entry.package}`}`;
}

const leaf = (entry: DefaultsEntry, parent: Parent, state: DefaultsTree["state"]): Expanded => ({
  entry: undefined,
  label: label(entry, parent),
  state,
  children: [],
});

function result(entry: DefaultsEntry, parent: Parent, own: Parent): ResultEntry {
  return {
    path: own.path ?? "",
    package: own.package,
    parent: parent.path,
    isSelf: false,
    overrideKey: entry.kind === "group" ? overrideKey(entry, parent) : undefined,
  };
}

const self = ({ parent }: Subject, own: Parent): Expanded => ({
  entry: {
    path: own.path ?? "",
    package: own.package,
    parent: parent.path,
    isSelf: true,
    overrideKey: undefined,
  },
  label: "_self_",
  state: "self",
  children: [],
});

const entriesOf = ({ entry, children }: Expanded): ResultEntry[] => [
  ...(entry === undefined ? [] : [entry]),
  ...children.flat().flatMap(entriesOf),
];

const treeOf = ({ label: name, state, children }: Expanded): DefaultsTree => ({
  label: name,
  state,
  children: children.flat().map(treeOf),
});

function refuseMisplacedOverrides(entries: readonly DefaultsEntry[], own: Parent): void {
  const first = entries.findIndex(({ override }) => override);
  const behind = entries.slice(first + 1);
  const misplaced =
    first < 0
      ? undefined
      : behind.find(({ kind, override, appended }) => kind !== "self" && !override && !appended);
  if (misplaced === undefined) return;
  throw configError(
    "CONFIG_DEFAULTS",
    `\`override ${overrideKey(entries[first]!, own)}\` stands before "${misplaced.path}"`,
    {
      where: misplaced.origin && formatOrigin(misplaced.origin),
      hint: "put the overrides at the end of the defaults list",
    },
  );
}

function refuseDuplicates(entries: readonly ResultEntry[]): void {
  const seen = new Set<string>();
  for (const { isSelf, overrideKey: key } of entries) {
    if (isSelf || key === undefined) continue;
    if (seen.has(key))
      throw configError("CONFIG_DEFAULTS", `"${key}" appears more than once in the final defaults list`);
    seen.add(key);
  }
}
