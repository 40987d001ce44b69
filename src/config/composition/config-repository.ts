// Finds and loads configurations along the search path: folders first, then the built-in hydra group, then the store.
import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { suggest } from "../../core/suggest.ts";
import { configError } from "../config-error.ts";
import { checkInterpolations } from "../interpolations/interpolation.ts";
import { type ConfigNode, cloneNode } from "../node.ts";
import { readYaml } from "../yaml/yaml-reader.ts";
import type { ConfigStore } from "./config-store.ts";
import { type DefaultsEntry, readDefaults } from "./defaults-entry.ts";
import { HYDRA_GROUP } from "./hydra-group.ts";

/** Where configurations come from. */
export interface SearchPathEntry {
  /** Who put it there: `main`, `command line`, `hydra`, `store`. */
  readonly provider: string;
  /** A folder, or `built in`, or `registered`. */
  readonly path: string;
}

/** One configuration as it is written, before anything is merged into it. */
export interface LoadedConfig {
  readonly path: string;
  /** The content without its defaults list. */
  readonly config: ConfigNode;
  /** The `# @package` header. */
  readonly package: string | undefined;
  readonly defaults: readonly DefaultsEntry[];
  readonly source: string;
}

interface Source {
  readonly entry: SearchPathEntry;
  load(path: string): RawConfig | undefined;
  isGroup(path: string): boolean;
  list(group: string): { configs: string[]; groups: string[] };
}

interface RawConfig {
  readonly node: ConfigNode;
  readonly package: string | undefined;
  readonly source: string;
}

/** What is loaded once stays loaded; of a name that several sources have, the first source's counts. */
export class ConfigRepository {
  readonly #sources: Source[];
  readonly #loaded = new Map<string, LoadedConfig | undefined>();

  constructor(folders: readonly SearchPathEntry[], store: ConfigStore) {
    this.#sources = [
      ...folders.map((entry) => new FolderSource(entry)),
      new StoreSource({ provider: "hydra", path: "built in" }, HYDRA_GROUP),
      new StoreSource({ provider: "store", path: "registered" }, store),
    ];
  }

  get searchPath(): SearchPathEntry[] {
    return this.#sources.map(({ entry }) => entry);
  }

  /** Adds folders behind those that are there (`hydra.searchpath`). */
  append(folders: readonly SearchPathEntry[]): void {
    this.#sources.splice(-2, 0, ...folders.map((entry) => new FolderSource(entry)));
  }

  /** The configuration of a path (`model/resnet18`), read anew from the cache each time; undefined where there is none. */
  load(path: string): LoadedConfig | undefined {
    const known = this.#loaded.get(path);
    if (known !== undefined || this.#loaded.has(path)) return known;
    const loaded = this.#read(path);
    this.#loaded.set(path, loaded);
    return loaded;
  }

  isGroup(path: string): boolean {
    return isSafePath(path) && this.#sources.some((source) => source.isGroup(path));
  }

  /** Names of the configurations in a group, sorted; those that begin with `_` are there for others to build on. */
  options(group: string): string[] {
    return this.#list(group, "configs").filter((name) => !name.startsWith("_"));
  }

  /** Names of the groups in a group (or, for "", at the root), sorted. */
  groups(group: string): string[] {
    return this.#list(group, "groups");
  }

  /** All groups, `model`, `hydra/launcher`, ..., sorted. */
  allGroups(): string[] {
    const found: string[] = [];
    const visit = (group: string): void => {
      for (const name of this.groups(group)) {
        const path = group === "" ? name : `${group}/${name}`;
        found.push(path);
        if (found.length < 10_000) visit(path);
      }
    };
    visit("");
    return found.sort();
  }

  #list(group: string, kind: "configs" | "groups"): string[] {
    if (group !== "" && !isSafePath(group)) return [];
    return [...new Set(this.#sources.flatMap((source) => source.list(group)[kind]))].sort();
  }

  #read(path: string): LoadedConfig | undefined {
    if (!isSafePath(path)) {
      throw configError(
        "CONFIG_PATH_REFUSED",
        `"${path}" is no name of a configuration: it would lead out of the search path`,
      );
    }
    for (const source of this.#sources) {
      const raw = source.load(path);
      if (raw === undefined) continue;
      const config = cloneNode(raw.node);
      checkInterpolations({ node: config, parent: undefined, key: undefined });
      let defaults: readonly DefaultsEntry[] = [];
      if (config.kind === "map") {
        const list = config.entries.get("defaults");
        config.entries.delete("defaults");
        if (list !== undefined) defaults = readDefaults(list, path);
      }
      return { path, config, package: raw.package, defaults, source: raw.source };
    }
    return undefined;
  }
}

/** Files of this process as they were parsed last: a sweep composes the same ones for every job. */
const parsed = new Map<string, { readonly text: string; readonly raw: RawConfig }>();
const MOST_PARSED = 500;

class FolderSource implements Source {
  readonly entry: SearchPathEntry;
  readonly #root: string;
  readonly #lists = new Map<string, { configs: string[]; groups: string[] } | undefined>();

  /** @throws CONFIG_NOT_FOUND where there is no such folder: a misspelt one must not go unnoticed. */
  constructor(entry: SearchPathEntry) {
    this.entry = entry;
    this.#root = resolve(entry.path);
    const found = statSync(this.#root, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return;
    const what = found === undefined ? "there is no such folder" : "this is a file, no folder";
    throw configError("CONFIG_NOT_FOUND", `${what} of configurations (${entry.provider})`, {
      where: entry.path,
      hint: nearestFolder(this.#root),
    });
  }

  load(path: string): RawConfig | undefined {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1).replace(/\.yaml$/, "");
    if (this.#folder(path.slice(0, Math.max(0, slash)))?.configs.includes(name) !== true) return undefined;
    const file = join(this.#root, `${path.replace(/\.yaml$/, "")}.yaml`);
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (cause) {
      throw configError("CONFIG_NOT_FOUND", `cannot read the file: ${(cause as Error).message}`, {
        where: file,
        cause,
      });
    }
    const known = parsed.get(file);
    if (known?.text === text) return known.raw;
    const raw: RawConfig = { node: readYaml(text, file), package: packageHeader(text, file), source: file };
    if (parsed.size >= MOST_PARSED) parsed.clear();
    parsed.set(file, { text, raw });
    return raw;
  }

  isGroup(path: string): boolean {
    return this.#folder(path) !== undefined;
  }

  list(group: string): { configs: string[]; groups: string[] } {
    return this.#folder(group) ?? { configs: [], groups: [] };
  }

  #folder(path: string): { configs: string[]; groups: string[] } | undefined {
    const known = this.#lists.get(path);
    if (known !== undefined || this.#lists.has(path)) return known;
    const list = this.#readFolder(path);
    this.#lists.set(path, list);
    return list;
  }

  #readFolder(path: string): { configs: string[]; groups: string[] } | undefined {
    let entries: Dirent[];
    try {
      entries = readdirSync(join(this.#root, path), { withFileTypes: true });
    } catch {
      return undefined;
    }
    const isFolder = (entry: Dirent): boolean =>
      entry.isDirectory() || (entry.isSymbolicLink() && linksToFolder(join(this.#root, path, entry.name)));
    return {
      configs: entries
        .filter((entry) => entry.name.endsWith(".yaml") && !isFolder(entry))
        .map(({ name }) => name.slice(0, -5)),
      groups: entries
        .filter((entry) => !entry.name.startsWith(".") && entry.name !== "__pycache__" && isFolder(entry))
        .map(({ name }) => name),
    };
  }
}

function nearestFolder(path: string): string | undefined {
  try {
    const beside = readdirSync(dirname(path), { withFileTypes: true }).filter((each) => each.isDirectory());
    const [best] = suggest(
      basename(path),
      beside.map(({ name }) => name),
    );
    return best === undefined ? undefined : `did you mean "${join(dirname(path), best)}"?`;
  } catch {
    return undefined;
  }
}

function linksToFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

class StoreSource implements Source {
  readonly entry: SearchPathEntry;
  readonly #store: ConfigStore;

  constructor(entry: SearchPathEntry, store: ConfigStore) {
    this.entry = entry;
    this.#store = store;
  }

  load(path: string): RawConfig | undefined {
    const name = path.replace(/\.yaml$/, "");
    const found = this.#store.get(name);
    return found && { ...found, source: `store:${name}` };
  }

  isGroup(path: string): boolean {
    return this.#store.paths().some((entry) => entry.startsWith(`${path}/`));
  }

  list(group: string): { configs: string[]; groups: string[] } {
    const prefix = group === "" ? "" : `${group}/`;
    const rest = this.#store
      .paths()
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
    return {
      configs: rest.filter((name) => !name.includes("/")),
      groups: [
        ...new Set(rest.filter((name) => name.includes("/")).map((name) => name.slice(0, name.indexOf("/")))),
      ],
    };
  }
}

/** A path whose parts are names: nothing that leads up, out, or to a hidden file. */
function isSafePath(path: string): boolean {
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part));
}

/** The package of a `# @package name` line; only blank lines and headers may stand before it. */
function packageHeader(text: string, file: string): string | undefined {
  let found: string | undefined;
  let number = 0;
  for (const line of text.split(/\r?\n/)) {
    number++;
    const content = line.trim();
    if (content === "") continue;
    if (!/^#\s*@/.test(content)) break;
    const [key, value, ...rest] = content.replace(/^#+/, "").trim().split(/ +/);
    if (value === undefined || rest.length > 0) {
      throw configError("CONFIG_DEFAULTS", `a header has the form "# @package NAME"`, {
        where: `${file}:${number}:1`,
      });
    }
    if (key === "@package") found = value;
  }
  return found;
}
