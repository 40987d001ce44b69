// Hydra-compatible configuration: compose, override, sweep, validate, instantiate, explain.

export { completeOverride, completionScript, SHELLS, type Shell } from "./completion.ts";
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
export {
  type ConfigDefinition,
  type ConfigOf,
  type ConfigValues,
  type DefaultsItem,
  defineConfig,
  type SnakeCase,
} from "./define-config.ts";
export { inOwnTerms } from "./foreign-config.ts";
export { type InstantiateOptions, instantiate, type PartialComponent } from "./instantiate.ts";
export type { Resolver, ResolverContext } from "./interpolation.ts";
export { configJsonSchema } from "./json-schema.ts";
export {
  type ConfigNode,
  floatNode,
  formatOrigin,
  fromPlain,
  type MapNode,
  type Origin,
  type Plain,
  toPlain,
} from "./node.ts";
export { camelCase, snakeCase, toOptions } from "./options.ts";
export { componentRegistry, type Registration, register } from "./register.ts";
export {
  type ConfigPart,
  INFO_TOPICS,
  type InfoTopic,
  renderConfig,
  renderExplanation,
  renderGroups,
  renderInfo,
  table,
} from "./render.ts";
export { multirunFile, runFiles } from "./run-files.ts";
export { PRIMARY_CONFIG, SHIPPED_CONFIGS } from "./shipped.ts";
export { expandSweep, type Job, type SweepOptions } from "./sweep.ts";
export {
  LEDGER_FILE,
  type LedgerEntry,
  ledgerLine,
  missingJobs,
  readLedger,
  sweepTable,
} from "./sweep-ledger.ts";
export { isMultirun, planSweep, runFolder, type SweepJob, type SweepPlan } from "./sweep-plan.ts";
export { type ConfigSchema, validateConfig } from "./validate.ts";
export { readYaml } from "./yaml-reader.ts";
export { writeYaml } from "./yaml-writer.ts";
