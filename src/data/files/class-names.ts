// Reads a table of class names: what the labels of a list are called.
import { ClassifierTrainingError } from "../../core/index.ts";
import { readTableFile } from "./table.ts";

const NUMBERED = /^(\d+)(?:\s*[,;\t]\s*|\s+)(\S.*)$/;

/**
 * Names by label, in the order of the file: one name a line, the first for label 0, or lines of a label and its name
 * (`7 golden retriever`; commas, semicolons and tabs will do).
 * @throws ClassifierTrainingError kind "data": `DATA_ROOT`, `CLASS_NAMES`
 */
export async function readClassNames(file: string): Promise<ReadonlyMap<string, string>> {
  const text = await readTableFile(file, "data.class_names_file");
  return parseClassNames(text, file);
}

/**
 * Label -> name, in the file's order: lines of a name each, labelled from 0, or of a label and a name.
 * @throws ClassifierTrainingError kind "data", `CLASS_NAMES`, where there is none, a label has two names or two
 * labels have one
 */
export function parseClassNames(text: string, where: string): ReadonlyMap<string, string> {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const pairs = lines.map((line) => NUMBERED.exec(line));
  const isNumbered = pairs.length > 0 && pairs.every((pair) => pair !== null);
  const names = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const [label, name] = isNumbered ? pairs[index]!.slice(1).map(unquoted) : [String(index), unquoted(line)];
    if (names.has(label!)) throw wrong(`label "${label}" has two names`, where);
    names.set(label!, name!);
  }
  if (names.size === 0) throw wrong("the file is empty", where);
  const distinct = new Set(names.values());
  if (distinct.size < names.size) throw wrong("two labels have one name", where);
  return names;
}

function unquoted(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function wrong(message: string, where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "CLASS_NAMES", message, {
    where,
    hint: "write one name a line, or a label and its name",
  });
}
