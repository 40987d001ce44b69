// Says in one line what a schema has against a value.
import type * as z from "zod";

/** Where within the value, and what is wrong there. */
export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type RawIssue = z.core.$ZodIssue;

const UNDEFINED = /received undefined$/;
/** What a form takes, and for a type what it was given instead; a value that it takes alone stands without. */
const EXPECTED = /^Invalid (?:input: expected|option: expected one of) (.+?)(?:, received (.+))?$/;

/** The issue as a person would put it. Of a union the form speaks that fits best, or all where none does. */
export function describeIssue(issue: RawIssue): SchemaIssue {
  const { path, message } = issue;
  if (issue.code === "invalid_union") return describeUnion(path, issue.errors) ?? { path, message };
  return { path, message: UNDEFINED.test(message) ? "is missing" : message };
}

function describeUnion(
  path: readonly PropertyKey[],
  forms: readonly (readonly RawIssue[])[],
): SchemaIssue | undefined {
  const issues = forms.flatMap(([first]) => (first === undefined ? [] : [describeIssue(first)]));
  const [deepest] = [...issues].sort((a, b) => b.path.length - a.path.length);
  if (deepest === undefined) return undefined;
  if (deepest.path.length > 0) return { path: [...path, ...deepest.path], message: deepest.message };
  const expected = issues.map(({ message }) => EXPECTED.exec(message));
  const own = issues.find((_, i) => expected[i] === null);
  if (own !== undefined) return { path, message: own.message };
  const values = [...new Set(expected.map((match) => match![1]))];
  const received = expected.find((match) => match![2] !== undefined)?.[2];
  const message = `Invalid input: expected ${values.join(" or ")}`;
  return { path, message: received === undefined ? message : `${message}, received ${received}` };
}
