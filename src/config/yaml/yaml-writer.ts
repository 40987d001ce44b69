// Nodes to YAML text, as OmegaConf prints them (PyYAML's block style, 80 columns).

import { floatText } from "../interpolations/python-text.ts";
import { type ConfigNode, type Key, keyNode, type ScalarNode } from "../node.ts";
import { needsQuotes } from "./yaml-scalars.ts";

const WIDTH = 80;

/** YAML text of a configuration; a mapping or list in block style, ending in a newline. */
export function writeYaml(node: ConfigNode): string {
  const lines: string[] = [];
  if (node.kind === "scalar") lines.push(scalarText(node, 0, 0));
  else if (node.kind === "map") writeMap(node, 0, lines);
  else writeList(node, 0, lines);
  return `${lines.join("\n")}\n`;
}

function writeMap(node: ConfigNode & { kind: "map" }, indent: number, lines: string[]): void {
  if (node.entries.size === 0) lines.push(`${pad(indent)}{}`);
  for (const [key, child] of node.entries) writeEntry(keyText(key, indent), child, indent, lines);
}

function writeEntry(key: string, child: ConfigNode, indent: number, lines: string[]): void {
  const head = `${pad(indent)}${key}:`;
  if (child.kind === "scalar") lines.push(`${head} ${scalarText(child, head.length + 1, indent + 2)}`);
  else if (child.kind === "map" && child.entries.size > 0) {
    lines.push(head);
    writeMap(child, indent + 2, lines);
  } else if (child.kind === "list" && child.items.length > 0) {
    lines.push(head);
    writeList(child, indent, lines);
  } else lines.push(`${head} ${child.kind === "map" ? "{}" : "[]"}`);
}

function writeList(node: ConfigNode & { kind: "list" }, indent: number, lines: string[]): void {
  if (node.items.length === 0) lines.push(`${pad(indent)}[]`);
  for (const item of node.items) {
    const start = lines.length;
    if (item.kind === "map") writeMap(item, indent + 2, lines);
    else if (item.kind === "list") writeList(item, indent + 2, lines);
    else lines.push(`${pad(indent + 2)}${scalarText(item, indent + 2, indent + 2)}`);
    lines[start] = `${pad(indent)}- ${(lines[start] ?? "").slice(indent + 2)}`;
  }
}

const pad = (indent: number): string => " ".repeat(indent);

function keyText(key: Key, indent: number): string {
  if (typeof key === "string") return stringText(key, indent, indent + 2, true);
  return scalarText(keyNode(key), indent, indent);
}

/** A scalar as YAML writes it after `column` characters; continuation lines start at `indent`. */
function scalarText(node: ScalarNode, column: number, indent: number): string {
  switch (node.type) {
    case "null":
      return "null";
    case "bool":
      return node.value === true ? "true" : "false";
    case "int":
      return String(node.value);
    case "float":
      return yamlFloatText(Number(node.value));
    case "str":
      return stringText(String(node.value), column, indent, false);
  }
}

function yamlFloatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = floatText(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}

function stringText(text: string, column: number, indent: number, isKey: boolean): string {
  const multiline = /[\n\u0085\u2028\u2029]/.test(text);
  if (text !== "" && !multiline && !needsQuotes(text) && plainAllowed(text)) {
    return isKey ? text : foldAtSpaces(text, column, indent);
  }
  if (singleQuotable(text) && !(isKey && multiline)) return singleQuoted(text, column, indent, isKey);
  return doubleQuoted(text, column, indent, isKey);
}

/** PyYAML's analysis of a block plain scalar on one line. */
function plainAllowed(text: string): boolean {
  if (/^(?:---|\.\.\.)/.test(text) || /^\s|\s$/.test(text) || !printable(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text)) return false;
  if (/^[-?:](?:\s|$)/.test(text)) return false;
  return !/:(?:\s|$)|\s#/.test(text);
}

const printable = (text: string): boolean =>
  /^[\n\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);

function singleQuotable(text: string): boolean {
  return printable(text) && !/ [\n\u0085\u2028\u2029]/.test(text) && !/\n /.test(text);
}

function singleQuoted(text: string, column: number, indent: number, isKey: boolean): string {
  const doubled = text.replaceAll("'", "''");
  if (isKey) return `'${doubled}'`;
  const folded = doubled
    .split(/(\n+)/)
    .map((piece, i) => {
      if (piece.startsWith("\n")) return `\n${piece}${pad(indent)}`;
      return foldAtSpaces(piece, i === 0 ? column + 1 : indent, indent, true);
    })
    .join("");
  return `'${folded}'`;
}

/** Breaks a line at single spaces once it is past the width, as PyYAML does. */
function foldAtSpaces(text: string, column: number, indent: number, quoted = false): string {
  if (column + text.length <= WIDTH) return text;
  let out = "";
  let at = column;
  for (const piece of text.split(/( +)/)) {
    const isFirst = out === "";
    const isLast = out.length + piece.length >= text.length;
    if (piece === " " && at > WIDTH && !(quoted && (isFirst || isLast))) {
      out += `\n${pad(indent)}`;
      at = indent;
    } else {
      out += piece;
      at += piece.length;
    }
  }
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\u0085": "N",
  "\u00a0": "_",
  "\u2028": "L",
  "\u2029": "P",
};

/** Breaks a line past the width at a blank, or at a character that had to be escaped. */
function doubleQuoted(text: string, column: number, indent: number, isKey: boolean): string {
  const characters = [...text];
  let out = '"';
  let at = column + 1;
  let run = "";
  const flush = (more: string): void => {
    out += run + more;
    at += run.length + more.length;
    run = "";
  };
  for (const [index, char] of characters.entries()) {
    const escaped = escapeCharacter(char);
    if (escaped !== char) flush(escaped);
    const inside = index > 0 && index < characters.length - 1;
    if (!isKey && inside && (char === " " || escaped !== char) && at + run.length > WIDTH) {
      flush("\\");
      out += `\n${pad(indent)}`;
      at = indent;
      const next = escaped === char ? char : characters[index + 1];
      if (next === " ") flush("\\");
    }
    if (escaped === char) run += char;
  }
  flush('"');
  return out;
}

function escapeCharacter(char: string): string {
  const short = ESCAPES[char];
  if (short !== undefined) return `\\${short}`;
  if (char <= "\uffff" && printable(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return `\\U${code.toString(16).toUpperCase().padStart(8, "0")}`;
}
