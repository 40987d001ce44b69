// Writes docs/reference/configuration.md: every key that a configuration may hold, from the schemas that check it, with
// the comments of the TypeScript options behind it (from TypeDoc's api.json).
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { configSchema } from "../../src/app/run/settings.ts";
import { camelCase, snakeCase } from "../../src/config/components/options.ts";

type Json = { readonly [key: string]: unknown };
interface Reflection {
  readonly name?: string;
  readonly kind?: number;
  readonly children?: readonly Reflection[];
  readonly comment?: { readonly summary?: readonly { readonly text: string }[] };
}

const INTERFACE = 256;
const docs = new URL("../", import.meta.url);

/** The comment of each member of each interface, by interface and member. */
function comments(root: Reflection): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  const visit = (reflection: Reflection): void => {
    if (reflection.kind === INTERFACE) {
      const members = (reflection.children ?? []).map(
        ({ name = "", comment }) =>
          [name, (comment?.summary ?? []).map(({ text }) => text).join("")] as const,
      );
      found.set(reflection.name ?? "", new Map(members));
    }
    for (const child of reflection.children ?? []) visit(child);
  };
  visit(root);
  return found;
}

/** A JSON Schema as a reader says it: `integer >= 0`, `"a" or "b"`, `list of number`. */
function typeText(schema: Json): string {
  const options = (schema.anyOf ?? schema.oneOf) as readonly Json[] | undefined;
  if (options !== undefined) return [...new Set(options.map(typeText))].join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => JSON.stringify(each)).join(" or ");
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  const type = String(schema.type ?? "anything");
  if (type === "array") {
    const items = schema.prefixItems ?? schema.items;
    if (Array.isArray(items)) return `[${items.map(typeText).join(", ")}]`;
    return items === undefined ? "list" : `list of ${typeText(items as Json)}`;
  }
  if (type === "object") return "mapping";
  const limits = [
    ["minimum", ">="],
    ["exclusiveMinimum", ">"],
    ["maximum", "<="],
    ["exclusiveMaximum", "<"],
  ] as const;
  const bounds = limits
    .filter(([key]) => schema[key] !== undefined && Math.abs(Number(schema[key])) < Number.MAX_SAFE_INTEGER)
    .map(([key, sign]) => ` ${sign} ${schema[key]}`);
  return type + bounds.join("");
}

const cell = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").replaceAll("<", "&lt;").trim();

/** The table of a schema's keys. */
function table(schema: z.ZodType, words: ReadonlyMap<string, string> | undefined): string {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
  const properties = Object.entries((json.properties ?? {}) as Record<string, Json>);
  if (properties.length === 0) return "It has no options.\n";
  const required = new Set((json.required as readonly string[] | undefined) ?? []);
  const rows = properties.map(([name, property]) => {
    const preset = property.default === undefined ? "" : `\`${JSON.stringify(property.default)}\``;
    const value = required.has(name) ? "required" : preset;
    return `| \`${snakeCase(name)}\` | ${cell(typeText(property))} | ${value} | ${cell(words?.get(name) ?? "")} |`;
  });
  return ["| key | value | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

const api = comments(JSON.parse(readFileSync(new URL("api/api.json", docs), "utf8")) as Reflection);
const { registry, sections, groups } = configSchema();
const parts: string[] = [
  "# Configuration reference",
  "Every key that a configuration may hold. This page is made from the schemas that check configurations, so it says " +
    "what they say. A component is chosen by its group's option (`model=resnet50`) or by `_target_: Name`.",
];
/** The options below `null`, where a section may be left out. */
const sectionsOfOptions = Object.entries(sections).flatMap(([key, schema]) => {
  const options = schema instanceof z.ZodNullable ? (schema.unwrap() as z.ZodType) : schema;
  return "shape" in options ? [[key, options] as const] : [];
});
const plain = Object.entries(sections).filter(([key]) => !sectionsOfOptions.some(([name]) => name === key));
const rows = plain.map(([key, schema]) => {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
  return `| \`${key}\` | ${cell(typeText(json))} |`;
});
parts.push("## Top level", ["| key | value |", "| --- | --- |", ...rows].join("\n"));
for (const [key, schema] of sectionsOfOptions) {
  const name = camelCase(`_${key}`).replace(/^_?(.)/, (_all, letter: string) => letter.toUpperCase());
  parts.push(`## \`${key}\``, table(schema, api.get(`${name}Options`)));
}
for (const group of groups) {
  parts.push(`## \`${group}\``);
  for (const name of registry.names(group)) {
    const { schema } = await registry.load(name);
    parts.push(
      `### ${name}`,
      schema === undefined ? "It has no options.\n" : table(schema, api.get(`${name}Options`)),
    );
  }
}
mkdirSync(new URL("reference/", docs), { recursive: true });
writeFileSync(new URL("reference/configuration.md", docs), `${parts.join("\n\n")}\n`);
