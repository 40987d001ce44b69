// The JSON Schema of a configuration, so that editors complete and check YAML files.
import type { z as Zod } from "zod";
import type { Component } from "./component-registry.ts";
import { snakeCase } from "./options.ts";
import type { ConfigSchema } from "./validate.ts";

type Json = { readonly [key: string]: unknown };

const INTERPOLATION: Json = { type: "string", pattern: "\\$\\{|^\\?\\?\\?$" };

/**
 * The JSON Schema (draft 2020-12) of the whole configuration, or, with `group`, of the files of one group.
 * Components are told apart by `_target_`; an interpolation may stand for any value.
 */
export async function configJsonSchema(schema: ConfigSchema, group?: string): Promise<Json> {
  const { z } = await import("zod");
  const convert = (own: Zod.ZodType): Json =>
    inConfigNames(z.toJSONSchema(own, { io: "input", unrepresentable: "any" }) as Json) as Json;
  const definitions: Record<string, Json> = {};
  const ofGroup = async (name: string): Promise<Json> => {
    const components = await Promise.all(
      schema.registry.names(name).map((each) => schema.registry.load(each)),
    );
    for (const component of components) definitions[component.name] = componentSchema(component, convert);
    const options = components.map(({ name: each }) => ({ $ref: `#/$defs/${each}` }));
    return { anyOf: [...options, { type: "object", not: { required: ["_target_"] } }, { type: "null" }] };
  };
  const head: Json = { $schema: "https://json-schema.org/draft/2020-12/schema" };
  if (group !== undefined) return { ...head, ...(await ofGroup(group)), $defs: definitions };
  const properties: Record<string, Json> = { defaults: { type: "array" }, hydra: { type: "object" } };
  for (const [key, section] of Object.entries(schema.sections)) properties[key] = convert(section);
  for (const name of schema.groups) properties[name] = await ofGroup(name);
  return { ...head, type: "object", properties, $defs: definitions };
}

function componentSchema({ name, schema }: Component, convert: (own: Zod.ZodType) => Json): Json {
  const own = schema === undefined ? {} : convert(schema);
  const { properties = {}, required: _required, $schema: _schema, ...rest } = own as Record<string, unknown>;
  const special: Json = {
    _target_: { const: name },
    _partial_: { type: "boolean" },
    _recursive_: { type: "boolean" },
    _convert_: { enum: ["none", "partial", "object", "all"] },
    _args_: { type: "array" },
  };
  return {
    ...rest,
    type: "object",
    properties: { ...special, ...(properties as Json) },
    required: ["_target_"],
  };
}

/** Property names in snake_case, and every value of a property open to interpolations. */
function inConfigNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inConfigNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      if (key === "properties") {
        const fields = Object.entries(child as Json).map(([name, field]) => [
          snakeCase(name),
          { anyOf: [inConfigNames(field), INTERPOLATION] },
        ]);
        return [key, Object.fromEntries(fields)];
      }
      if (key === "required") return [key, (child as string[]).map(snakeCase)];
      if (key === "default" || key === "const" || key === "enum") return [key, child];
      return [key, inConfigNames(child)];
    }),
  );
}
