// What a schema has against a value, in one line.
import { expect, test } from "vitest";
import * as z from "zod";
import { describeIssue } from "./schema-issue.ts";

const size = z.int().min(1, "a size is at least 1");
const schema = z.strictObject({
  size: z.union([size, z.tuple([size, size])]),
  mode: z.union([z.number(), z.literal("auto")]).default(0),
  epochs: z.union([z.int().min(1), z.literal(-1)]).default(1),
  kind: z.union([z.enum(["a", "b"]), z.boolean()]).default(true),
});

test.each([
  [{}, "size", "is missing"],
  [{ size: 0 }, "size", "a size is at least 1"],
  [{ size: "a" }, "size", "Invalid input: expected number or tuple, received string"],
  [{ size: [3, "a"] }, "size.1", "Invalid input: expected number, received string"],
  [{ size: [3, 0] }, "size.1", "a size is at least 1"],
  [{ size: 3, mode: "b" }, "mode", 'Invalid input: expected number or "auto", received string'],
  [{ size: 3, epochs: "x" }, "epochs", "Invalid input: expected number or -1, received string"],
  [{ size: 3, epochs: -3 }, "epochs", "Too small: expected number to be >=1"],
  [{ size: 3, kind: "c" }, "kind", 'Invalid input: expected "a"|"b" or boolean, received string'],
  [{ size: 3.5 }, "size", "Invalid input: expected int or tuple, received number"],
])("%j", (value, path, message) => {
  const { error } = schema.safeParse(value);
  const issue = describeIssue(error!.issues[0]!);
  expect([issue.path.join("."), issue.message]).toEqual([path, message]);
});
