// Makes a class of the user known: as a component that `_target_` may name, and as an option of a group.
import type * as z from "zod";
import { configStore } from "../composition/config-store.ts";
import { configError } from "../config-error.ts";
import { type Buildable, ComponentRegistry } from "./component-registry.ts";
import { fieldDefaults, snakeCase } from "./options.ts";

/** What is registered: the option `name` of `group`, and values for the options of the class in camelCase. */
export interface Registration {
  /** `model`, `callbacks`, ...; default: no option is stored, only the component is registered. */
  readonly group?: string;
  /** Default: the name of the class. */
  readonly name?: string;
  /** Default: the static `schema` of the class. */
  readonly schema?: z.ZodType;
  readonly [option: string]: unknown;
}

/** The components of this process: what users register, and what an application adds. */
export const componentRegistry: ComponentRegistry = new ComponentRegistry();

type AnyClass = abstract new (...args: never[]) => unknown;
type ClassDecorator = <C extends AnyClass>(target: C, context?: ClassDecoratorContext<C>) => void;

/**
 * Registers a class or a function under its own name and stores `{ _target_, ...options }` as `group/name`.
 * Options that are not given have the default of the schema, required ones are `???`.
 *
 *     @register({ group: "model", name: "my-net", learningRate: 1e-3 })
 *     export class MyNet extends BaseClassificationModel { ... }
 *
 *     register({ group: "model", name: "my-net" }, MyNet);
 */
export function register(registration: Registration): ClassDecorator;
export function register(registration: Registration, target: Buildable): void;
export function register(registration: Registration, target?: Buildable): ClassDecorator | undefined {
  if (target === undefined) return (decorated) => add(registration, decorated);
  add(registration, target);
  return undefined;
}

function add({ group, name, schema: given, ...options }: Registration, target: Buildable): void {
  if (target.name === "")
    throw configError("INSTANTIATE_TARGET", "a class without a name cannot be registered");
  const schema = given ?? ("schema" in target ? (target.schema as z.ZodType) : undefined);
  componentRegistry.register(target.name, target, {
    ...(group === undefined ? {} : { group }),
    ...(schema === undefined ? {} : { schema }),
  });
  if (group === undefined) return;
  const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [snakeCase(key), value]));
  const defaults = schema === undefined ? {} : fieldDefaults(schema);
  configStore.store({
    group,
    name: name ?? target.name,
    node: { _target_: target.name, ...defaults, ...own },
  });
}
