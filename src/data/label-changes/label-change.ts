// Lists of changed labels: one JSON object a line, which says of a picture what it was labelled as and what it is.
import * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";

/** A class, or all labels of a picture that may have several. */
export type LabelNames = string | readonly string[];

/** One changed label. */
export interface LabelChange {
  /** The picture's path relative to the data's root, with `/` between the parts. */
  readonly name: string;
  readonly from: LabelNames;
  readonly to: LabelNames;
  /** Whether it is kept without being applied; default false. */
  readonly skipped?: boolean | undefined;
}

/** One as it was read. */
export interface ReadLabelChange extends LabelChange {
  /** `file:line`, for errors. */
  readonly where: string;
}

const names: z.ZodType<LabelNames> = z.union([z.string().min(1), z.array(z.string().min(1)).readonly()]);
const schema = z.strictObject({
  name: z.string().min(1),
  from: names,
  to: names,
  skipped: z.boolean().optional(),
});

const EXAMPLE = `{"name": "train/cat/1.jpg", "from": "cat", "to": "dog"}`;

/**
 * Reads a list; empty lines are left out.
 * @param file what errors call it
 * @throws ClassifierTrainingError kind "data" `LABEL_CHANGES`
 */
export function parseLabelChanges(text: string, file: string): ReadLabelChange[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const where = `${file}:${index + 1}`;
    const result = schema.safeParse(parsed(line, where));
    if (result.success) return [{ ...result.data, where }];
    const [issue] = result.error.issues;
    const message = `${issue?.path.join(".") || "line"}: ${issue?.message}`;
    throw wrongChange(message, where, `a line is ${EXAMPLE}; of several labels from and to are lists`);
  });
}

function parsed(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw wrongChange("not a JSON object", where, `a line is ${EXAMPLE}`);
  }
}

/** A list as it is written. */
export function formatLabelChanges(changes: readonly LabelChange[]): string {
  return changes
    .map(({ name, from, to, skipped }) => {
      const line = { name, from, to, ...(skipped === true && { skipped }) };
      return `${JSON.stringify(line)}\n`;
    })
    .join("");
}

/** @param where `file:line` */
export function wrongChange(message: string, where: string, hint?: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "LABEL_CHANGES", message, { where, hint });
}
