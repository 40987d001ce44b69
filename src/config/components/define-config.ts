// Configurations written in TypeScript, with types.
import { configStore } from "../composition/config-store.ts";
import type { Plain } from "../node.ts";

/** `maxEpochs` -> `max_epochs`, as a type. */
export type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Name;

/** Options as a configuration writes them; an interpolation may stand for any value. */
export type ConfigOf<Options> = {
  readonly [Name in keyof Options as Name extends string ? SnakeCase<Name> : never]?:
    | Options[Name]
    | `\${${string}}`
    | null;
};

/** An entry of a defaults list: `"_self_"`, `"base"`, `{ model: "resnet18" }`, `{ "override /model": "resnet50" }`. */
export type DefaultsItem = string | Readonly<Record<string, string | readonly string[] | null>>;

/** Under which name a configuration is stored, and where its values go. */
export interface ConfigDefinition {
  /** Default: a primary configuration, for `--config-name`. */
  readonly group?: string;
  readonly name: string;
  /** `_global_` for an experiment that sets values all over the configuration; default: the group. */
  readonly package?: string;
}

/** The values of a configuration; keys that `Sections` describes are typed. */
export type ConfigValues<Sections extends object = object> = {
  readonly defaults?: readonly DefaultsItem[];
} & {
  readonly [Key in keyof Sections]?: Sections[Key];
} & { readonly [key: string]: Plain | object | undefined };

/**
 * Stores a configuration written in TypeScript, and gives it back. `Sections` gives the types:
 * `defineConfig<{ trainer: ConfigOf<TrainerOptions> }>({ name: "mine" }, { trainer: { max_epochs: 3 } })`.
 */
export function defineConfig<Sections extends object = object>(
  definition: ConfigDefinition,
  values: ConfigValues<Sections>,
): ConfigValues<Sections> {
  configStore.store({ ...definition, node: values });
  return values;
}
