// What `_target_` may name: registered components, loaded when first used, with the foreign names they answer to.
import type * as z from "zod";
import type { ClassifierTrainingError } from "../../core/errors.ts";
import { suggest } from "../../core/suggest.ts";
import { foreignName, foreignOption } from "../composition/foreign-names.ts";
import { configError } from "../config-error.ts";
import { camelCase, objectShape, toOptions } from "./options.ts";

/** Something that a configuration can build. */
export interface Component {
  readonly name: string;
  /** The options in camelCase: types, defaults, and which keys exist. */
  readonly schema: z.ZodType | undefined;
  /** Builds it from positional arguments and options under the names of the configuration (snake_case). */
  create(args: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown;
  /** What an option of the configuration is called here, `null` for one without meaning; default: the same. */
  readonly optionName?: (option: string) => string | null;
}

/** A class or function that takes one object of options; the schema beside it is its static `schema`. */
export type Buildable = (abstract new (...args: never[]) => unknown) | ((...args: never[]) => unknown);

/** Where a component belongs, and what checks its options. */
export interface RegisterOptions {
  /** The configuration group it belongs to: `model`, `callbacks`, ... */
  readonly group?: string;
  /** Default: the static `schema` of the class. */
  readonly schema?: z.ZodType;
}

interface Entry {
  readonly group: string | undefined;
  readonly load: () => Component | Promise<Component>;
}

/** Components by name. */
export class ComponentRegistry {
  readonly #entries = new Map<string, Entry>();

  /** Registers a component under a name of its own. @throws INSTANTIATE_TARGET for a name that is taken. */
  add(component: Component, group?: string): this {
    return this.#add(component.name, { group, load: () => component });
  }

  /** Registers a class or function; a class is constructed, a function called, with its options in camelCase. */
  register(name: string, target: Buildable, options: RegisterOptions = {}): this {
    return this.add(buildableComponent(name, target, options.schema), options.group);
  }

  /** Registers a class or function whose module is imported when it is first used. */
  registerLazy(name: string, load: () => Promise<Buildable>, options: RegisterOptions = {}): this {
    let component: Promise<Component> | undefined;
    return this.#add(name, {
      group: options.group,
      load: () => {
        component ??= load().then((target) => buildableComponent(name, target, options.schema));
        return component;
      },
    });
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** All names, or those of a group. */
  names(group?: string): string[] {
    return [...this.#entries]
      .filter(([, entry]) => group === undefined || entry.group === group)
      .map(([name]) => name);
  }

  groupOf(name: string): string | undefined {
    return this.#entries.get(this.ownName(name) ?? name)?.group;
  }

  /** The registered name of a name or of its foreign spelling (`torch.optim.AdamW`); undefined where there is none. */
  ownName(name: string): string | undefined {
    if (this.#entries.has(name)) return name;
    const foreign = foreignName(name);
    return foreign !== undefined && this.#entries.has(foreign) ? foreign : undefined;
  }

  /** Loads a component. @throws INSTANTIATE_TARGET naming the nearest one. */
  async load(name: string, where?: string): Promise<Component> {
    const own = this.ownName(name);
    const entry = own === undefined ? undefined : this.#entries.get(own);
    if (entry === undefined) throw this.#unknown(name, where);
    const component = await entry.load();
    return own === name ? component : inForeignTerms(component);
  }

  #add(name: string, entry: Entry): this {
    if (this.#entries.has(name))
      throw configError("INSTANTIATE_TARGET", `the name "${name}" is already registered`);
    this.#entries.set(name, entry);
    return this;
  }

  #unknown(name: string, where: string | undefined): ClassifierTrainingError {
    const foreign = foreignName(name);
    const [best] = suggest(foreign ?? name, this.#entries.keys());
    const message =
      foreign === undefined
        ? `"${name}" is not registered`
        : `"${name}" stands for "${foreign}", which does not exist here yet`;
    return configError("INSTANTIATE_TARGET", message, {
      where,
      hint:
        best === undefined || best === foreign
          ? "a configuration names registered components only; register your own with register()"
          : `did you mean "${best}"?`,
    });
  }
}

function buildableComponent(name: string, target: Buildable, schema?: z.ZodType): Component {
  const own = schema ?? schemaOf(target);
  return {
    name,
    schema: own,
    create: (args, given) => {
      const options = toOptions(given, own);
      const all = args.length > 0 && Object.keys(options).length === 0 ? args : [...args, options];
      return isClass(target)
        ? new (target as new (...args: unknown[]) => unknown)(...all)
        : (target as (...args: unknown[]) => unknown)(...all);
    },
  };
}

/** A component that was named in the Python way understands options in that way too. */
function inForeignTerms(component: Component): Component {
  const shape = component.schema === undefined ? {} : (objectShape(component.schema) ?? {});
  const optionName = (option: string): string | null =>
    foreignOption(option, (each) => Object.hasOwn(shape, camelCase(each)));
  return {
    ...component,
    optionName,
    create: (args, options) => {
      const own = Object.entries(options).flatMap(([option, value]) => {
        const name = optionName(option);
        return name === null ? [] : [[name, value] as const];
      });
      return component.create(args, Object.fromEntries(own));
    },
  };
}

const schemaOf = (target: Buildable): z.ZodType | undefined =>
  "schema" in target ? (target.schema as z.ZodType) : undefined;

const isClass = (target: Buildable): boolean => /^class\b/.test(Function.prototype.toString.call(target));
