// Checks a composed configuration against the schemas of its components and sections: no key is ignored, every value fits.
import type * as z from "zod";
import { describeIssue } from "../../core/schema-issue.ts";
import { didYouMean } from "../../core/suggest.ts";
import { type Composition, resolveConfig } from "../composition/compose.ts";
import { recordedConfig } from "../composition/recorded-config.ts";
import { configError } from "../config-error.ts";
import { isReferenced, referencedKeys } from "../interpolations/references.ts";
import {
  type ConfigNode,
  childOf,
  formatPath,
  isMissing,
  type Key,
  type MapNode,
  mapNode,
  nodeAt,
  type Path,
  type ScalarValue,
  toPlain,
  whereOf,
} from "../node.ts";
import type { ComponentRegistry } from "./component-registry.ts";
import { camelCase, objectShape, snakeCase, toOptions } from "./options.ts";

/** What a configuration may hold. */
export interface ConfigSchema {
  readonly registry: ComponentRegistry;
  /**
   * The keys at the root and what each holds: a schema of options (in camelCase) for a section without `_target_`,
   * or of a single value.
   */
  readonly sections: Readonly<Record<string, z.ZodType>>;
  /** Root keys that hold a component, or components by name. */
  readonly groups: readonly string[];
}

const SPECIAL: ReadonlySet<string> = new Set(["_target_", "_args_", "_partial_", "_recursive_", "_convert_"]);

/**
 * Refuses keys that nothing reads (unless an interpolation refers to them) and values that do not fit.
 *
 * @throws CONFIG_KEY_UNKNOWN with the nearest key, CONFIG_VALUE, CONFIG_MISSING_VALUE, INSTANTIATE_TARGET; the place
 * is the file and line, or the override, that set the value last.
 * @param only one root key, which is checked though values in it may be missing; default: all
 */
export async function validateConfig(
  composition: Composition,
  schema: ConfigSchema,
  only?: string,
): Promise<void> {
  const references = referencedKeys(composition.config);
  const resolved = resolveConfig(composition);
  const validator = new Validator(composition, schema, references, only !== undefined);
  const known = [...Object.keys(schema.sections), ...schema.groups];
  for (const [key, child] of resolved.entries) {
    if (only !== undefined && key !== only) continue;
    const section = Object.hasOwn(schema.sections, String(key)) ? schema.sections[String(key)] : undefined;
    if (section !== undefined) await validator.options(child, [key], section);
    else if (schema.groups.includes(String(key))) await validator.components(child, [key]);
    else if (!isReferenced([key], references)) throw unknown(child, [key], known, "the configuration");
  }
}

class Validator {
  readonly #composition: Composition;
  readonly #schema: ConfigSchema;
  readonly #references: ReadonlySet<string>;
  readonly #mayMiss: boolean;

  constructor(
    composition: Composition,
    schema: ConfigSchema,
    references: ReadonlySet<string>,
    mayMiss: boolean,
  ) {
    this.#mayMiss = mayMiss;
    this.#composition = composition;
    this.#schema = schema;
    this.#references = references;
  }

  /** Every component in a tree; between them names are free. */
  async components(node: ConfigNode, path: Path): Promise<void> {
    if (node.kind === "scalar") return;
    const target = childOf(node, "_target_");
    if (node.kind === "map" && target !== undefined) {
      const name = String(toPlain(target));
      const component = await this.#schema.registry.load(name, this.#where(target, [...path, "_target_"]));
      if (component.schema !== undefined)
        return this.options(renamed(node, component.optionName), path, component.schema);
    }
    const children = node.kind === "map" ? [...node.entries] : [...node.items.entries()];
    for (const [key, child] of children) await this.components(child, [...path, key]);
  }

  /** A mapping of options, or a single value, against its schema. */
  async options(node: ConfigNode, path: Path, schema: z.ZodType): Promise<void> {
    const missing = this.#mayMiss ? undefined : firstMissing(node, path);
    if (missing !== undefined) {
      const key = formatPath(missing);
      throw configError("CONFIG_MISSING_VALUE", `"${key}" must be given`, { hint: `write ${key}=VALUE` });
    }
    const shape = objectShape(schema);
    const nested = new Set<string>();
    if (node.kind === "map" && shape !== undefined) {
      await this.#refuseUnknown(node, path, shape);
      for (const [key, child] of node.entries) {
        if (!holdsComponent(child)) continue;
        nested.add(camelCase(String(key)));
        await this.components(child, [...path, key]);
      }
    }
    const plain = toPlain(node);
    const value =
      node.kind === "map" && typeof plain === "object" && plain !== null && !Array.isArray(plain)
        ? withoutForeign(toOptions(plain, schema), shape)
        : plain;
    const result = schema.safeParse(value);
    if (result.success) return;
    const first = result.error.issues.find(({ path: at }) => !nested.has(String(at[0])));
    if (first === undefined) return;
    const issue = describeIssue(first);
    const at = [
      ...path,
      ...issue.path.map((key) => (typeof key === "number" ? key : snakeCase(String(key)))),
    ];
    const found = nodeAt(node, at.slice(path.length));
    const shown = nodeAt(recordedConfig(this.#composition), at);
    const given = shown?.kind === "scalar" ? ` (it is ${quoted(shown.value)})` : "";
    throw configError("CONFIG_VALUE", `"${formatPath(at)}": ${issue.message}${given}`, {
      where: this.#where(found ?? node, at),
    });
  }

  async #refuseUnknown(node: MapNode, path: Path, shape: Readonly<Record<string, z.ZodType>>): Promise<void> {
    for (const [key, child] of node.entries) {
      const name = String(key);
      const at = [...path, key];
      const field = Object.hasOwn(shape, camelCase(name)) ? shape[camelCase(name)] : undefined;
      if (field !== undefined) {
        const inner = objectShape(field);
        if (inner !== undefined && child.kind === "map" && !holdsComponent(child))
          await this.#refuseUnknown(child, at, inner);
      } else if (!SPECIAL.has(name) && !isReferenced(at, this.#references)) {
        throw unknown(
          child,
          at,
          Object.keys(shape).map(snakeCase),
          `"${formatPath(path)}"`,
          this.#where(child, at),
        );
      }
    }
  }

  /** The place that wrote a value; the interpolation rather than what it stands for. */
  #where(node: ConfigNode, path: Path): string | undefined {
    return whereOf(nodeAt(this.#composition.config, path) ?? node) ?? formatPath(path);
  }
}

/** A mapping with the options' own names. */
function renamed(node: MapNode, optionName: ((option: string) => string | null) | undefined): MapNode {
  if (optionName === undefined) return node;
  const entries = [...node.entries].flatMap(([key, child]): [Key, ConfigNode][] => {
    const name = SPECIAL.has(String(key)) ? String(key) : optionName(String(key));
    return name === null ? [] : [[name, child]];
  });
  return mapNode(entries, node.origins);
}

const quoted = (value: ScalarValue): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each));

function unknown(
  node: ConfigNode,
  path: Path,
  known: readonly string[],
  place: string,
  where?: string,
): Error {
  const name = String(path.at(-1));
  return configError("CONFIG_KEY_UNKNOWN", `${place} knows no key "${name}"`, {
    where: where ?? whereOf(node) ?? formatPath(path),
    hint: didYouMean(name, known),
  });
}

function firstMissing(node: ConfigNode, path: Path): Path | undefined {
  if (node.kind === "scalar") return isMissing(node) ? path : undefined;
  const children: [Key, ConfigNode][] = node.kind === "map" ? [...node.entries] : [...node.items.entries()];
  for (const [key, child] of children) {
    const found = firstMissing(child, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function holdsComponent(node: ConfigNode): boolean {
  if (node.kind === "scalar") return false;
  if (node.kind === "map" && node.entries.has("_target_")) return true;
  const children = node.kind === "map" ? node.entries.values() : node.items.values();
  for (const child of children) if (holdsComponent(child)) return true;
  return false;
}

/** Options without `_target_` and its like, and without keys that only interpolations read. */
function withoutForeign(
  options: Record<string, unknown>,
  shape: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  if (shape === undefined) return options;
  return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(shape, key)));
}
