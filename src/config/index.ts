// Hydra-compatible configuration: compose, override, interpolate, validate, instantiate, explain.

export {
  type Buildable,
  type Component,
  ComponentRegistry,
  type RegisterOptions,
} from "./component-registry.ts";
export {
  type ComposeOptions,
  type Composition,
  compose,
  missingKeys,
  resolveConfig,
  resolveHydra,
} from "./compose.ts";
export type { ConfigErrorCode } from "./config-error.ts";
export type { SearchPathEntry } from "./config-repository.ts";
export { ConfigStore, configStore, type StoreEntry } from "./config-store.ts";
export { type InstantiateOptions, instantiate, type PartialComponent } from "./instantiate.ts";
export type { Resolver, ResolverContext } from "./interpolation.ts";
export {
  type ConfigNode,
  floatNode,
  fromPlain,
  type MapNode,
  type Origin,
  type Plain,
  toPlain,
} from "./node.ts";
export { camelCase, snakeCase, toOptions } from "./options.ts";
export { PRIMARY_CONFIG, SHIPPED_CONFIGS } from "./shipped.ts";
export { readYaml } from "./yaml-reader.ts";
export { writeYaml } from "./yaml-writer.ts";
