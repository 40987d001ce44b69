// Every key of a configuration as a field: those that it has, and those that its schema knows besides.
import { type ConfigNode, childOf, type MapNode } from "../../../config/index.ts";
import type { FormField } from "../api.ts";
import type { Comments } from "./comments.ts";
import { controlOf, formsOf, type JsonSchema } from "./control.ts";
import { typedText } from "./override-words.ts";

/** Says which component stands there, or how it is made: groups choose that. */
const OF_COMPONENTS = /^_(target|partial|recursive|convert|args)_$/;

/** What fields are made of. */
export interface FieldSource {
  readonly config: MapNode;
  readonly schema: JsonSchema;
  readonly comments: Comments;
  /** The keys that were given. */
  readonly given: ReadonlySet<string>;
}

/** In the order of the configuration. */
export async function fieldsOf(source: FieldSource): Promise<FormField[]> {
  const { defaults: _defaults, hydra: _hydra, ...properties } = source.schema.properties ?? {};
  return fieldsBelow(source, source.config, { properties }, "");
}

async function fieldsBelow(
  source: FieldSource,
  node: ConfigNode | undefined,
  schema: JsonSchema,
  prefix: string,
): Promise<FormField[]> {
  const own = node?.kind === "map" ? [...node.entries.keys()].map(String) : [];
  const keys = [...new Set([...own, ...Object.keys(schema.properties ?? {})])];
  const fields = keys
    .filter((key) => !OF_COMPONENTS.test(key))
    .map((key) => {
      const child = node === undefined ? undefined : childOf(node, key);
      return fieldsAt(source, child, schema.properties?.[key], prefix === "" ? key : `${prefix}.${key}`);
    });
  return (await Promise.all(fields)).flat();
}

async function fieldsAt(
  source: FieldSource,
  node: ConfigNode | undefined,
  schema: JsonSchema | undefined,
  key: string,
): Promise<FormField[]> {
  const { given, comments, schema: root } = source;
  const forms = formsOf(schema).map((form) => referenced(form, root));
  const ofMap = node?.kind === "map" ? formOfMap(node, forms) : undefined;
  const hasParts = node?.kind === "map" && node.entries.size > 0;
  if (hasParts) return fieldsBelow(source, node, ofMap ?? {}, key);
  const isAbsentGroup = node === undefined && forms.some(({ properties }) => properties !== undefined);
  if (isAbsentGroup) return [];
  const about = node === undefined ? "" : await comments.of(node);
  const text = node === undefined ? "" : typedText(node);
  return [{ key, ...controlOf(schema), text, about, isGiven: given.has(key) }];
}

function referenced(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? "")?.[1];
  return name === undefined ? schema : (root.$defs?.[name] ?? {});
}

/** Of a component, the one of its `_target_`; where components stand by name, each has its own. */
function formOfMap(node: MapNode, forms: readonly JsonSchema[]): JsonSchema | undefined {
  const target = node.entries.get("_target_");
  if (target?.kind === "scalar") {
    return forms.find(({ properties }) => properties?._target_?.const === target.value);
  }
  const plain = forms.find(({ properties }) => properties !== undefined && properties._target_ === undefined);
  if (plain !== undefined) return plain;
  const properties = Array.from(node.entries.keys(), (name) => [String(name), { anyOf: forms }] as const);
  return { properties: Object.fromEntries(properties) };
}
