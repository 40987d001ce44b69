// The one boundary for options of components that a program makes: checked like those of a configuration.
import type * as z from "zod";
import { ClassifierTrainingError } from "./errors.ts";
import { describeIssue } from "./schema-issue.ts";

/**
 * Options checked against a component's schema, with defaults filled in. Options that are undefined count as not given.
 * @param name of the component, for the error
 * @throws ClassifierTrainingError kind "usage", `code`, with the option and what is wrong with it
 */
export function parseOptions<O>(name: string, schema: z.ZodType<O>, options: unknown, code = "OPTIONS"): O {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const { path, message } = describeIssue(result.error.issues[0]!);
  throw new ClassifierTrainingError("usage", code, message, { where: [name, ...path].map(String).join(".") });
}
