// Hydra-compatible configuration: compose, override, sweep, validate, instantiate, explain.

export { completeOverride, completionScript, SHELLS, type Shell } from "./completion.ts";
export {
  type Buildable,
  type Component,
  ComponentRegistry,
  type RegisterOptions,
} from "./components/component-registry.ts";
export {
  type ConfigDefinition,
  type ConfigOf,
  type ConfigValues,
  type DefaultsItem,
  defineConfig,
  type SnakeCase,
} from "./components/define-config.ts";
export { type InstantiateOptions, instantiate, type PartialComponent } from "./components/instantiate.ts";
export { configJsonSchema } from "./components/json-schema.ts";
export { camelCase, snakeCase, toOptions } from "./components/options.ts";
export {
  componentRegistry,
  type Registration,
  register,
} from "./components/register.ts";
export { type ConfigSchema, validateConfig } from "./components/validate.ts";
export {
  type ComposeOptions,
  type Composition,
  compose,
  missingKeys,
  resolveConfig,
  resolveKey,
  withHydraFacts,
} from "./composition/compose.ts";
export type { SearchPathEntry } from "./composition/config-repository.ts";
export { ConfigStore, configStore, type StoreEntry } from "./composition/config-store.ts";
export type { DefaultsList, DefaultsTree, ResultEntry } from "./composition/defaults-list.ts";
export { inOwnTerms } from "./composition/foreign-config.ts";
export { literalConfig, recordedConfig } from "./composition/recorded-config.ts";
export { multirunFile, runFiles } from "./composition/run-files.ts";
export { PRIMARY_CONFIG, SHIPPED_CONFIGS } from "./composition/shipped.ts";
export type { ConfigErrorCode } from "./config-error.ts";
export type { InterpolationOptions, Resolver, ResolverContext } from "./interpolations/interpolation.ts";
export { floatText } from "./interpolations/python-text.ts";
export {
  type ConfigNode,
  childOf,
  floatNode,
  formatOrigin,
  fromPlain,
  type Key,
  type ListNode,
  type MapNode,
  mapNode,
  nodeAt,
  type Origin,
  type Plain,
  type ScalarNode,
  type ScalarType,
  type ScalarValue,
  toPlain,
  type WholeFloat,
  whereOf,
} from "./node.ts";
export {
  type ChoiceSweep,
  type GlobSweep,
  type IntervalSweep,
  isSweep,
  keyElement,
  type Override,
  type OverrideType,
  type OverrideValue,
  overrideText,
  quoteText,
  type RangeSweep,
  type Sweep,
  valueText,
} from "./overrides/override.ts";
export { parseOverride, parseOverrides } from "./overrides/override-parser.ts";
export {
  type ConfigPart,
  INFO_TOPICS,
  type InfoTopic,
  type RenderConfigOptions,
  renderConfig,
  renderExplanation,
  renderGroups,
  renderInfo,
  table,
} from "./render.ts";
export { expandSweep, type Job, type SweepOptions, sweepValues } from "./sweeps/sweep.ts";
export {
  LEDGER_FILE,
  type LedgerEntry,
  ledgerLine,
  missingJobs,
  readLedger,
  sweepTable,
} from "./sweeps/sweep-ledger.ts";
export { isMultirun, planSweep, runFolder, type SweepJob, type SweepPlan } from "./sweeps/sweep-plan.ts";
export { readYaml } from "./yaml/yaml-reader.ts";
export { writeYaml } from "./yaml/yaml-writer.ts";
