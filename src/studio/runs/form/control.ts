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
  const isNamed = forms.every((form) => form.enum !== undefined || typeof form.const === "string");
  if (forms.length > 0 && isNamed) {
    const options = forms.flatMap((form) => form.enum ?? [form.const]).map(String);
    return { kind: "choice", options: [...new Set(options)] };
  }
  if (forms.length > 0 && forms.every(isNumber)) return numberControl(forms);
  const [form, ...others] = forms;
  if (form === undefined || others.length > 0) return { kind: "any" };
  return form.type === "boolean" ? { kind: "switch" } : { kind: form.type === "string" ? "text" : "any" };
}

/** A number that stands for something, such as -1, is one too. */
const isNumber = ({ type, const: only }: JsonSchema): boolean =>
  type === "number" || type === "integer" || typeof only === "number";

function numberControl(forms: readonly JsonSchema[]): Control {
  const lowest = forms.map((form) => form.minimum ?? form.exclusiveMinimum ?? numberOf(form.const));
  const highest = forms.map((form) => form.maximum ?? form.exclusiveMaximum ?? numberOf(form.const));
  const isInteger = forms.every(({ type, const: only }) => type === "integer" || Number.isInteger(only));
  return { kind: "number", isInteger, min: limit(lowest, Math.min), max: limit(highest, Math.max) };
}

const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** Null where there is none: the ends of what a number can be say nothing. */
function limit(ends: readonly (number | undefined)[], choose: (...ends: number[]) => number): number | null {
  const given = ends.filter((end) => end !== undefined && Math.abs(end) < Number.MAX_SAFE_INTEGER);
  return given.length < ends.length ? null : choose(...(given as number[]));
}
