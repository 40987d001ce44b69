// How a value is entered, by the JSON Schema of its key.
import type { Control } from "../api.ts";

/** A schema as JSON. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** Any interpolation may stand for any value: the form has no use for that. */
const INTERPOLATION = "\\$\\{|^\\?\\?\\?$";

/** The forms that a value may have, one below the other unfolded. */
export function formsOf(schema: JsonSchema | undefined): JsonSchema[] {
  if (schema === undefined || schema.pattern === INTERPOLATION) return [];
  const forms = schema.anyOf ?? schema.oneOf;
  return forms === undefined ? [schema] : forms.flatMap(formsOf);
}

/** The control of a value that has no parts, and whether `null` may stand for it. */
export function controlOf(schema: JsonSchema | undefined): {
  readonly control: Control;
  readonly isNullable: boolean;
} {
  const forms = formsOf(schema);
  const values = forms.filter(({ type }) => type !== "null");
  return { control: onlyControl(values), isNullable: values.length < forms.length };
}

/** Of several kinds of value a text says which is meant. */
function onlyControl(forms: readonly JsonSchema[]): Control {
  const named = forms.every((form) => form.enum !== undefined || form.const !== undefined);
  if (forms.length > 0 && named) {
    const options = forms.flatMap((form) => form.enum ?? [form.const]).map(String);
    return { kind: "choice", options: [...new Set(options)] };
  }
  const [form, ...others] = forms;
  if (form === undefined || others.length > 0) return { kind: "text" };
  if (form.type === "boolean") return { kind: "switch" };
  if (form.type !== "number" && form.type !== "integer") return { kind: "text" };
  return {
    kind: "number",
    isInteger: form.type === "integer",
    min: limit(form.minimum ?? form.exclusiveMinimum),
    max: limit(form.maximum ?? form.exclusiveMaximum),
  };
}

/** The ends of what a number can be say nothing. */
function limit(value: number | undefined): number | null {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
}
