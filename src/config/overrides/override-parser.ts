// Reads Hydra's override grammar: `key=value`, `+key`, `++key`, `~key`, `group@package=option`, sweeps and functions.
import { configError } from "../config-error.ts";
import { type ScalarNode, stringNode } from "../node.ts";
import {
  isSweep,
  type ListExtension,
  type Override,
  type OverrideType,
  type OverrideValue,
} from "./override.ts";
import { type Argument, callFunction } from "./override-functions.ts";
import {
  KEY_TYPES,
  PRIMITIVE_TYPES,
  tokenScalar,
  tokenText,
  type ValueToken,
  valueTokenAt,
} from "./value-tokens.ts";

const LONGEST = 65_536;
const DEEPEST = 100;

/**
 * Parses one override.
 *
 * @throws OVERRIDE_SYNTAX with the column; OVERRIDE_FUNCTION for wrong arguments of a function.
 */
export function parseOverride(text: string): Override {
  if (text.length > LONGEST)
    throw configError("OVERRIDE_SYNTAX", `an override is longer than ${LONGEST} characters`);
  return new OverrideParser(text).override();
}

/** Each parsed by itself. @throws as `parseOverride` */
export const parseOverrides = (texts: readonly string[]): Override[] => texts.map(parseOverride);

const KEY = "[a-zA-Z_$][a-zA-Z0-9_$-]*";
const SEGMENT = `(?:${KEY}|0|[1-9](?:_?[0-9])*)`;
const ID = "[a-zA-Z_][a-zA-Z0-9_-]*";
const PACKAGE = new RegExp(`${SEGMENT}(?:\\.${SEGMENT})+|${KEY}|`, "y");
const KEY_OR_GROUP = new RegExp(`${ID}(?:/${ID})+|${SEGMENT}(?:\\.${SEGMENT})+|${KEY}|`, "y");

class OverrideParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #peeked: ValueToken | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  override(): Override {
    const type = this.#prefix();
    const start = this.#at;
    const key = this.#match(KEY_OR_GROUP);
    let pkg: string | undefined;
    if (this.#text[this.#at] === "@") {
      this.#at++;
      pkg = this.#match(PACKAGE);
    } else if (key === "") {
      throw this.#error("a key is missing", start, "write key=value");
    }
    if (this.#at === this.#text.length) {
      if (type === "delete") return { type, key, package: pkg, value: undefined, text: this.#text };
      throw this.#error("`=` is missing", this.#at, "write key=value, or ~key to delete");
    }
    if (this.#text[this.#at] !== "=") {
      throw this.#error(`\`${this.#text[this.#at]}\` cannot stand in a key`, this.#at, "write key=value");
    }
    this.#at++;
    this.#match(/[ \t]*/y);
    const value = this.#value();
    if (value.kind !== "extension") return { type, key, package: pkg, value, text: this.#text };
    if (type === "change") {
      const items: OverrideValue = { kind: "list", items: value.items };
      return { type: "extend-list", key, package: pkg, value: items, text: this.#text };
    }
    throw this.#error(
      "extend_list() extends a list that is there",
      start,
      `write ${this.#text.replace(/^[+~]+/, "")}`,
      "OVERRIDE_FUNCTION",
    );
  }

  #prefix(): OverrideType {
    const prefix = this.#match(/~|\+\+?|/y);
    return prefix === "~" ? "delete" : prefix === "+" ? "add" : prefix === "++" ? "force-add" : "change";
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #value(): Argument | ListExtension {
    if (this.#at === this.#text.length) return quoteless(stringNode(""));
    const first = this.#element();
    if (this.#peek().type !== ",") return this.#end(first);
    const values = [this.#plain(first)];
    while (this.#peek().type === ",") {
      this.#next();
      values.push(this.#plain(this.#element()));
    }
    return this.#end({ kind: "choice", values, simple: true, shuffle: false, tags: [] });
  }

  #end<T>(value: T): T {
    const token = this.#peek();
    if (token.type !== "end") throw this.#unexpected(token);
    return value;
  }

  #element(): Argument | ListExtension {
    if (++this.#depth > DEEPEST) throw this.#error(`nested deeper than ${DEEPEST} levels`, this.#at);
    const token = this.#peek();
    let value: Argument | ListExtension;
    if (token.type === "[") value = this.#list();
    else if (token.type === "{") value = this.#map();
    else if (token.type === "quoted") value = this.#quoted();
    else value = this.#primitiveOrFunction();
    this.#depth--;
    return value;
  }

  #plain(value: Argument | ListExtension): OverrideValue {
    const argument = this.#argument(value);
    if (isSweep(argument)) throw this.#error("a sweep cannot stand inside another value", this.#at);
    return argument;
  }

  #argument(value: Argument | ListExtension): Argument {
    if (value.kind !== "extension") return value;
    throw this.#error("extend_list() cannot stand inside another value", this.#at);
  }

  #list(): OverrideValue {
    this.#next();
    const items: OverrideValue[] = [];
    if (this.#peek().type !== "]") {
      items.push(this.#plain(this.#element()));
      while (this.#peek().type === ",") {
        this.#next();
        items.push(this.#plain(this.#element()));
      }
    }
    this.#expect("]");
    return { kind: "list", items };
  }

  #map(): OverrideValue {
    this.#next();
    const entries = new Map<unknown, readonly [ScalarNode, OverrideValue]>();
    if (this.#peek().type !== "}") {
      do {
        if (entries.size > 0) this.#next();
        const at = this.#peek().at;
        const key = this.#primitive(KEY_TYPES);
        if (key.type === "null") throw this.#error("null cannot be a key", at);
        this.#expect(":");
        entries.set(key.value, [key, this.#plain(this.#element())]);
      } while (this.#peek().type === ",");
    }
    this.#expect("}");
    return { kind: "map", entries: [...entries.values()] };
  }

  #quoted(): OverrideValue {
    const { text } = this.#next();
    const quote = text.startsWith("'") ? "'" : '"';
    return { kind: "scalar", node: stringNode(unquote(text)), quote };
  }

  #primitiveOrFunction(): Argument | ListExtension {
    const token = this.#peek();
    if (token.type === "id") {
      const after = valueTokenAt(this.#text, token.at + token.text.length);
      if (after?.type === "(") return this.#function();
    }
    return quoteless(this.#primitive(PRIMITIVE_TYPES));
  }

  #primitive(allowed: ReadonlySet<ValueToken["type"]>): ScalarNode {
    const tokens: ValueToken[] = [];
    while (allowed.has(this.#peek().type)) tokens.push(this.#next());
    const token = this.#peek();
    if (tokens.length === 0) throw this.#unexpected(token);
    if (tokens[0]?.type === "space") tokens.shift();
    if (tokens.at(-1)?.type === "space") tokens.pop();
    if (tokens.length === 0) throw this.#error("a value of blanks alone must be quoted", token.at);
    return tokens.length === 1 ? tokenScalar(tokens[0]!) : stringNode(tokens.map(tokenText).join(""));
  }

  #function(): Argument | ListExtension {
    const name = this.#next();
    this.#next();
    const positional: Argument[] = [];
    const named = new Map<string, Argument>();
    if (this.#peek().type !== ")") {
      do {
        if (positional.length + named.size > 0) this.#next();
        const argument = this.#argumentName();
        const value = this.#argument(this.#element());
        if (argument !== undefined) named.set(argument, value);
        else if (named.size > 0) throw this.#error("a positional argument follows a named one", this.#at);
        else positional.push(value);
      } while (this.#peek().type === ",");
    }
    this.#expect(")");
    return callFunction(name.text, positional, named, (message, hint) =>
      this.#error(message, name.at, hint, "OVERRIDE_FUNCTION"),
    );
  }

  #argumentName(): string | undefined {
    const token = this.#peek();
    if (token.type !== "id") return undefined;
    if (valueTokenAt(this.#text, token.at + token.text.length)?.type !== "=") return undefined;
    this.#next();
    this.#next();
    return token.text;
  }

  #expect(type: ValueToken["type"]): void {
    const token = this.#peek();
    if (token.type !== type) throw this.#unexpected(token, type);
    this.#next();
  }

  #next(): ValueToken {
    const token = this.#peek();
    this.#at = token.at + token.text.length;
    this.#peeked = undefined;
    return token;
  }

  #peek(): ValueToken {
    this.#peeked ??= this.#tokenAt(this.#at);
    return this.#peeked;
  }

  #tokenAt(at: number): ValueToken {
    if (at >= this.#text.length) return { type: "end", text: "", at };
    const char = this.#text[at];
    if (char === "'" || char === '"') {
      const length = quotedLength(this.#text, at);
      if (length === undefined) throw this.#error(`the quote ${char} is not closed`, at);
      return { type: "quoted", text: this.#text.slice(at, at + length), at };
    }
    if (char === "$" && this.#text[at + 1] === "{") {
      const close = this.#text.indexOf("}", at);
      if (close > at + 2) return { type: "interpolation", text: this.#text.slice(at, close + 1), at };
    }
    const token = valueTokenAt(this.#text, at);
    if (token !== undefined) return token;
    throw this.#error(
      `\`${String.fromCodePoint(this.#text.codePointAt(at) ?? 0)}\` cannot stand in an unquoted value`,
      at,
      "put the value in quotes inside the override: key='value'",
    );
  }

  #unexpected(token: ValueToken, wanted?: string): Error {
    const found = token.type === "end" ? "the end" : `\`${token.text.trim() || token.text}\``;
    const expected = wanted === undefined ? "" : `, \`${wanted}\` expected`;
    const hint =
      token.type === "=" || token.type === "(" || token.type === ")"
        ? `quote the value or write \\${token.text.trim()}`
        : undefined;
    return this.#error(`unexpected ${found}${expected}`, token.at, hint);
  }

  #error(
    message: string,
    at: number,
    hint?: string,
    code: "OVERRIDE_SYNTAX" | "OVERRIDE_FUNCTION" = "OVERRIDE_SYNTAX",
  ): Error {
    return configError(code, message, { where: `override "${this.#text}", column ${at + 1}`, hint });
  }
}

const quoteless = (node: ScalarNode): OverrideValue => ({ kind: "scalar", node, quote: undefined });

/** Length of a quoted text with its quotes: the first quote after an even number of backslashes closes it. */
function quotedLength(text: string, at: number): number | undefined {
  let slashes = 0;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") slashes++;
    else if (text[i] === text[at] && slashes % 2 === 0) return i + 1 - at;
    else slashes = 0;
  }
  return undefined;
}

/** A backslash matters only before a quote: `\'` is a quote, `\\'` a backslash that ends the text. */
function unquote(text: string): string {
  const pattern = text.startsWith("'") ? /(\\+)('|$)/g : /(\\+)("|$)/g;
  return text
    .slice(1, -1)
    .replace(pattern, (_all, slashes: string, end: string) => "\\".repeat(slashes.length >> 1) + end);
}
