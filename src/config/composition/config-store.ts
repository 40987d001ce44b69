// Configurations that are kept in code instead of files, by group and name.
import { configError } from "../config-error.ts";
import { type ConfigNode, fromPlain } from "../node.ts";

/** One stored configuration. */
export interface StoreEntry {
  /** `model`, `db/mysql`; none for a primary configuration. */
  readonly group?: string | undefined;
  readonly name: string;
  /** Plain data or a node; may hold a `defaults` list. */
  readonly node: unknown;
  /** The package it goes to, instead of its group. */
  readonly package?: string | undefined;
}

/** The stored configurations of a program; files of the same name go first. */
export class ConfigStore {
  readonly #entries = new Map<string, { node: ConfigNode; package: string | undefined }>();

  /** Stores a configuration; one of the same group and name is replaced. */
  store({ group, name, node, package: pkg }: StoreEntry): void {
    const path = group === undefined || group === "" ? name : `${group}/${name}`;
    if (!/^[^/\0]+(?:\/[^/\0]+)*$/.test(path))
      throw configError("CONFIG_VALUE", `"${path}" cannot name a configuration`);
    const source = `store:${path}`;
    this.#entries.set(path, { node: fromPlain(node, [{ source, text: "" }]), package: pkg });
  }

  /** Paths (`group/name`) of all entries. */
  paths(): string[] {
    return [...this.#entries.keys()];
  }

  get(path: string): { readonly node: ConfigNode; readonly package: string | undefined } | undefined {
    return this.#entries.get(path);
  }
}

/** The store that `register` fills. */
export const configStore: ConfigStore = new ConfigStore();
