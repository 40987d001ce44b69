// Hydra-compatible configuration: compose, override, interpolate, explain.

export type { ComposeOptions, Composition } from "./compose.ts";
export { compose, missingKeys, resolveConfig, resolveHydra } from "./compose.ts";
export type { ConfigErrorCode } from "./config-error.ts";
export type { SearchPathEntry } from "./config-repository.ts";
export type { StoreEntry } from "./config-store.ts";
export { ConfigStore, configStore } from "./config-store.ts";
export type { Resolver } from "./interpolation.ts";
export type { ConfigNode, MapNode, Origin, Plain } from "./node.ts";
export { fromPlain, toPlain } from "./node.ts";
export { readYaml } from "./yaml-reader.ts";
export { writeYaml } from "./yaml-writer.ts";
