// From the snake_case keys of a configuration to the camelCase options of TypeScript, as a schema says.
import type * as z from "zod";

/** `learning_rate` -> `learningRate`; a leading underscore stays. */
export const camelCase = (key: string): string =>
  key.replace(/(?<=[^_])_+([a-zA-Z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** `learningRate` -> `learning_rate`, `logEveryNSteps` -> `log_every_n_steps`. */
export const snakeCase = (key: string): string =>
  key.replace(/(?<=[a-zA-Z0-9])([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Options in camelCase. Keys of nested mappings change only where the schema knows an object of options there:
 * a mapping of class names to numbers keeps its names.
 */
export function toOptions(
  options: Readonly<Record<string, unknown>>,
  schema?: z.ZodType,
): Record<string, unknown> {
  const shape = schema === undefined ? undefined : objectShape(schema);
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      const name = camelCase(key);
      return [name, convert(value, shape?.[name])];
    }),
  );
}

function convert(value: unknown, schema: z.ZodType | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const element = elementSchema(schema);
    return element === undefined ? value : value.map((item) => convert(item, element));
  }
  return isPlainObject(value) && objectShape(schema) !== undefined ? toOptions(value, schema) : value;
}

const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
}

const definition = (schema: z.ZodType): Definition => schema._zod.def as unknown as Definition;

/** The fields of an object schema, through defaults, optionals, pipes and unions; undefined where it is none. */
export function objectShape(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const { type, innerType, in: input, options, shape } = definition(schema);
  if (type === "object") return shape;
  if (innerType !== undefined) return objectShape(innerType);
  if (input !== undefined) return objectShape(input);
  return options?.map(objectShape).find((found) => found !== undefined);
}

function elementSchema(schema: z.ZodType): z.ZodType | undefined {
  const { type, innerType, in: input, options, element } = definition(schema);
  if (type === "array") return element;
  if (innerType !== undefined) return elementSchema(innerType);
  if (input !== undefined) return elementSchema(input);
  return options?.map(elementSchema).find((found) => found !== undefined);
}

/** The fields of a schema under their snake_case names: defaults, and `???` where a value must be given. */
export function fieldDefaults(schema: z.ZodType): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(objectShape(schema) ?? {})) {
    const result = field.safeParse(undefined);
    if (!result.success) fields[snakeCase(name)] = "???";
    else if (result.data !== undefined) fields[snakeCase(name)] = toConfig(result.data, field);
  }
  return fields;
}

/** Options as a configuration writes them: the way back from `toOptions`. */
function toConfig(value: unknown, schema: z.ZodType): unknown {
  const shape = objectShape(schema);
  if (shape === undefined || !isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      const field = shape[key];
      return [snakeCase(key), field === undefined ? child : toConfig(child, field)];
    }),
  );
}
