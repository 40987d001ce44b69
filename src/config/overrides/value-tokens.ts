// The tokens that command-line values and interpolation arguments have in common.
import { intNode, nullNode, type ScalarNode, scalar, stringNode } from "../node.ts";

/** Punctuation by itself, all else by kind. */
export type ValueTokenType =
  | "("
  | ")"
  | "["
  | "]"
  | "{"
  | "}"
  | ","
  | ":"
  | "="
  | "float"
  | "int"
  | "bool"
  | "null"
  | "char"
  | "id"
  | "escape"
  | "space"
  | "quoted"
  | "interpolation"
  | "end";

/** One token, spaces included. */
export interface ValueToken {
  readonly type: ValueTokenType;
  readonly text: string;
  /** Offset in the whole text. */
  readonly at: number;
}

const INT = "(?:0|[1-9](?:_?[0-9])*)";
const POINT_FLOAT = `(?:${INT}\\.(?:[0-9](?:_?[0-9])*)?|\\.[0-9](?:_?[0-9])*)`;
const EXPONENT_FLOAT = `(?:(?:${POINT_FLOAT}|${INT})[eE][+-]?[0-9](?:_?[0-9])*)`;

const PATTERNS: readonly (readonly [ValueTokenType, RegExp])[] = [
  ["(", /[ \t]*\([ \t]*/y],
  [",", /[ \t]*,[ \t]*/y],
  [")", /[ \t]*\)/y],
  ["[", /\[[ \t]*/y],
  ["]", /[ \t]*\]/y],
  ["{", /\{[ \t]*/y],
  ["}", /[ \t]*\}/y],
  [":", /[ \t]*:[ \t]*/y],
  ["=", /[ \t]*=[ \t]*/y],
  ["float", new RegExp(`[+-]?(?:${EXPONENT_FLOAT}|${POINT_FLOAT}|[iI][nN][fF]|[nN][aA][nN])`, "y")],
  ["int", new RegExp(`[+-]?${INT}`, "y")],
  ["bool", /[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]/y],
  ["null", /[nN][uU][lL][lL]/y],
  ["char", /[/\-\\+.$%*@?|]/y],
  ["id", /[a-zA-Z_][a-zA-Z0-9_]*/y],
  ["escape", /(?:\\[\\()[\]{}:=, \t])+/y],
  ["space", /[ \t]+/y],
];

/** The longest token at an offset (the first of equals), or undefined where none fits. */
export function valueTokenAt(text: string, at: number): ValueToken | undefined {
  let best: ValueToken | undefined;
  for (const [type, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined && found.length > (best?.text.length ?? 0)) best = { type, text: found, at };
  }
  return best;
}

/** Token types that may stand in an unquoted value. */
export const PRIMITIVE_TYPES: ReadonlySet<ValueTokenType> = new Set<ValueTokenType>([
  "id",
  "null",
  "int",
  "float",
  "bool",
  "interpolation",
  "char",
  ":",
  "escape",
  "space",
]);

/** Token types that may stand in a dictionary's key. */
export const KEY_TYPES: ReadonlySet<ValueTokenType> = new Set<ValueTokenType>([
  "id",
  "null",
  "int",
  "float",
  "bool",
  "char",
  "escape",
  "space",
]);

/** The typed value of a token that stands alone. */
export function tokenScalar({ type, text }: ValueToken): ScalarNode {
  switch (type) {
    case "int":
      return intNode(text.replaceAll("_", "").replace(/^\+/, ""));
    case "float":
      return scalar("float", floatValue(text));
    case "bool":
      return scalar("bool", text.toLowerCase() === "true");
    case "null":
      return nullNode();
    default:
      return stringNode(tokenText({ type, text }));
  }
}

/** A token's part of a concatenated text, escapes undone. */
export function tokenText({ type, text }: Pick<ValueToken, "type" | "text">): string {
  return type === "escape" ? text.replace(/\\(.)/gs, "$1") : text;
}

function floatValue(text: string): number {
  const digits = text.replaceAll("_", "").toLowerCase();
  if (digits.endsWith("inf"))
    return digits.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return digits.endsWith("nan") ? Number.NaN : Number(digits);
}
