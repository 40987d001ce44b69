// What is typed into a field as a word of the command line, and a value as it is typed.
import { type ConfigNode, floatText, isSweep, parseOverride, quoteText } from "../../../config/index.ts";
import type { Control } from "../api.ts";

/**
 * `key=value`. Where a text is wanted, what is typed is one, whatever it looks like; elsewhere it is read as the command line reads it, and
 * is a text where that cannot.
 * @param isNew whether the configuration has no such key yet
 */
export function overrideWord(
  key: string,
  text: string,
  {
    control,
    isNullable,
    isNew = false,
  }: {
    readonly control: Control;
    readonly isNullable: boolean;
    readonly isNew?: boolean;
  },
): string {
  const start = `${isNew ? "+" : ""}${key}=`;
  const plain = parsed(`${start}${text}`);
  const isText = plain?.kind === "scalar" && plain.node.type === "str";
  const isNull = plain?.kind === "scalar" && plain.node.type === "null";
  const saysItself = isText && plain.node.value === text;
  const isValue = plain !== undefined && !isText && (control.kind !== "text" || (isNull && isNullable));
  return saysItself || isValue ? `${start}${text}` : `${start}${quoteText(text, "'")}`;
}

type Parsed = Exclude<ReturnType<typeof parseOverride>["value"], undefined>;

/** Several values for one key make several runs: what a field holds is one. */
function parsed(word: string): Parsed | undefined {
  try {
    const { value } = parseOverride(word);
    return value === undefined || isSweep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** A value as it is typed into a field: a text as it is, anything else as in an override. */
export function typedText(node: ConfigNode): string {
  if (node.kind === "scalar") {
    return node.type === "float" ? floatText(Number(node.value)) : String(node.value);
  }
  return nestedText(node);
}

function nestedText(node: ConfigNode): string {
  if (node.kind === "list") return `[${node.items.map(nestedText).join(",")}]`;
  if (node.kind === "map") {
    return `{${Array.from(node.entries, ([key, child]) => `${key}:${nestedText(child)}`).join(",")}}`;
  }
  return node.type === "str" ? quoteText(String(node.value), "'") : typedText(node);
}
