// Reads OmegaConf's interpolation grammar: `${a.b}`, `${..c[0]}`, `${resolver:x,[1,2],"y"}` inside text.
import { configError } from "../config-error.ts";
import { type ScalarNode, stringNode } from "../node.ts";
import {
  KEY_TYPES,
  PRIMITIVE_TYPES,
  tokenScalar,
  tokenText,
  type ValueToken,
  valueTokenAt,
} from "../overrides/value-tokens.ts";

/** `${...}`. */
export type Interpolation =
  | {
      readonly kind: "reference";
      /** Pieces of the key as written: dots, brackets, names, nested interpolations. */
      readonly key: readonly (string | Interpolation)[];
      readonly text: string;
    }
  | {
      readonly kind: "resolver";
      readonly name: readonly (string | Interpolation)[];
      readonly args: readonly Element[];
      readonly text: string;
    };

/** A text in pieces: what is plain and what is interpolated, in order. */
export type Template = readonly (string | Interpolation)[];

/** A resolver's argument. */
export type Element =
  | { readonly kind: "scalar"; readonly node: ScalarNode }
  | { readonly kind: "text"; readonly template: Template }
  | { readonly kind: "interpolation"; readonly interpolation: Interpolation }
  | { readonly kind: "list"; readonly items: readonly Element[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [ScalarNode, Element])[] };

const LONGEST = 65_536;
const DEEPEST = 50;
const templates = new Map<string, Template>();

/** The literal and interpolated parts of a text. @throws INTERPOLATION_SYNTAX with the column. */
export function parseTemplate(text: string): Template {
  const known = templates.get(text);
  if (known !== undefined) return known;
  const template = new InterpolationParser(text).template();
  if (templates.size > 10_000) templates.clear();
  templates.set(text, template);
  return template;
}

/**
 * One argument of a resolver on its own: what `oc.decode` reads. It may be a secret of the environment, so errors do
 * not show it.
 */
export function parseElement(text: string): Element {
  return new InterpolationParser(text, "the text that oc.decode is given").singleElement();
}

class InterpolationParser {
  readonly #text: string;
  /** What errors call the text. */
  readonly #name: string;
  #at = 0;
  #depth = 0;

  constructor(text: string, name = `the interpolation "${shorten(text)}"`) {
    if (text.length > LONGEST)
      throw configError(
        "INTERPOLATION_SYNTAX",
        `a text with interpolations is longer than ${LONGEST} characters`,
      );
    this.#text = text;
    this.#name = name;
  }

  template(): Template {
    return this.#textUntil(undefined);
  }

  singleElement(): Element {
    // On its own a value keeps the blanks around it, so that nothing but a text can have any.
    const element = /^[[{'"]/.test(this.#text) ? this.#element(false) : this.#run(PRIMITIVE_TYPES, false);
    if (this.#at < this.#text.length) throw this.#error("unexpected text after the value");
    return element;
  }

  /**
   * Literal text and interpolations up to a quote or the end. Backslashes count only before `${` and,
   * within quotes, before the quote: a pair is one backslash, an odd one escapes.
   */
  #textUntil(quote: string | undefined): Template {
    const parts: (string | Interpolation)[] = [];
    let literal = "";
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) {
      const slashes = this.#match(/\\+/y);
      const opens = this.#text.startsWith("${", this.#at);
      const quotes = quote !== undefined && this.#text[this.#at] === quote;
      const special = opens || quotes;
      literal += special ? "\\".repeat(slashes.length >> 1) : slashes;
      if (special && slashes.length % 2 === 1) {
        literal += opens ? "${" : quote;
        this.#at += opens ? 2 : 1;
      } else if (opens) {
        if (literal !== "") parts.push(literal);
        literal = "";
        parts.push(this.#interpolation());
      } else if (!quotes) {
        literal += this.#match(quote === undefined ? /\$?[^\\$]*/y : /\$?[^\\$'"]*['"]?/y, quote);
      }
    }
    if (literal !== "" || parts.length === 0) parts.push(literal);
    return parts;
  }

  #interpolation(): Interpolation {
    if (++this.#depth > DEEPEST) throw this.#error(`nested deeper than ${DEEPEST} levels`);
    const start = this.#at;
    this.#at += 2;
    this.#blanks();
    const key: (string | Interpolation)[] = [];
    let interpolation: Interpolation | undefined;
    for (let dots = this.#match(/\.+/y); dots !== ""; dots = "") key.push(dots);
    const relative = key.length > 0;
    this.#keyPart(key);
    while (interpolation === undefined) {
      const rest = this.#match(/[ \t]*[}:]|\.|(?=\[)/y);
      if (rest.endsWith("}")) {
        interpolation = { kind: "reference", key, text: this.#text.slice(start, this.#at) };
      } else if (rest.endsWith(":")) {
        if (relative || key.some((part) => typeof part === "string" && !/^(?:[a-zA-Z_]\w*|\.)$/.test(part))) {
          throw this.#error("a resolver's name consists of letters, digits, `_` and dots", start);
        }
        this.#blanks();
        interpolation = {
          kind: "resolver",
          name: key,
          args: this.#args(),
          text: this.#text.slice(start, this.#at),
        };
      } else if (rest === ".") {
        key.push(".");
        this.#keyPart(key, false);
      } else if (this.#text[this.#at] === "[") {
        this.#keyPart(key);
      } else {
        throw this.#error(
          this.#at >= this.#text.length ? "`}` is missing" : `unexpected \`${this.#text[this.#at]}\``,
        );
      }
    }
    this.#depth--;
    return interpolation;
  }

  /** One key: a name, a nested interpolation, or either in brackets. */
  #keyPart(key: (string | Interpolation)[], brackets = true): void {
    if (brackets && this.#text[this.#at] === "[") {
      key.push("[");
      this.#at++;
      this.#keyPart(key, false);
      if (this.#text[this.#at] !== "]") throw this.#error("`]` is missing");
      this.#at++;
      key.push("]");
    } else if (this.#text.startsWith("${", this.#at)) {
      key.push(this.#interpolation());
    } else {
      const name = this.#match(/[^\\{}()[\]:. \t'"]+/y);
      if (name === "") throw this.#error("a key is missing");
      key.push(name);
    }
  }

  #args(): Element[] {
    const args: Element[] = [];
    if (this.#close("}")) return args;
    do args.push(this.#element(true));
    while (this.#match(/[ \t]*,[ \t]*/y) !== "");
    if (!this.#close("}")) throw this.#error("`}` or `,` expected");
    return args;
  }

  /** An element; where it is missing in a sequence (`a,,b`) it is an empty text. */
  #element(inSequence: boolean): Element {
    if (++this.#depth > DEEPEST) throw this.#error(`nested deeper than ${DEEPEST} levels`);
    const char = this.#text[this.#at];
    let element: Element;
    if (inSequence && /^[ \t]*[,}\]]/.test(this.#text.slice(this.#at, this.#at + 64))) {
      element = { kind: "scalar", node: stringNode("") };
    } else if (char === "[") element = this.#list();
    else if (char === "{") element = this.#map();
    else if (char === "'" || char === '"') element = this.#quoted(char);
    else element = this.#primitive();
    this.#depth--;
    return element;
  }

  #list(): Element {
    this.#match(/\[[ \t]*/y);
    const items: Element[] = [];
    if (this.#close("]")) return { kind: "list", items };
    do items.push(this.#element(true));
    while (this.#match(/[ \t]*,[ \t]*/y) !== "");
    if (!this.#close("]")) throw this.#error("`]` or `,` expected");
    return { kind: "list", items };
  }

  #map(): Element {
    this.#match(/\{[ \t]*/y);
    const entries = new Map<unknown, readonly [ScalarNode, Element]>();
    if (this.#close("}")) return { kind: "map", entries: [] };
    do {
      const key = this.#run(KEY_TYPES);
      if (key.kind !== "scalar" || key.node.type === "null") throw this.#error("a key must be a plain value");
      if (this.#match(/[ \t]*:[ \t]*/y) === "") throw this.#error("`:` expected");
      entries.set(key.node.value, [key.node, this.#element(false)]);
    } while (this.#match(/[ \t]*,[ \t]*/y) !== "");
    if (!this.#close("}")) throw this.#error("`}` or `,` expected");
    return { kind: "map", entries: [...entries.values()] };
  }

  #quoted(quote: string): Element {
    const start = this.#at++;
    const template = this.#textUntil(quote);
    if (this.#text[this.#at] !== quote) throw this.#error(`the quote ${quote} is not closed`, start);
    this.#at++;
    const [only] = template;
    if (template.length === 1 && typeof only === "string") return { kind: "scalar", node: stringNode(only) };
    return { kind: "text", template };
  }

  #primitive(): Element {
    return this.#run(PRIMITIVE_TYPES);
  }

  /** Tokens of the allowed types up to the next delimiter; one token keeps its type, several make a text. */
  #run(allowed: ReadonlySet<ValueToken["type"]>, trimmed = true): Element {
    const parts: (ValueToken | Interpolation)[] = [];
    while (this.#at < this.#text.length) {
      if (this.#text.startsWith("${", this.#at) && allowed.has("interpolation")) {
        parts.push(this.#interpolation());
        continue;
      }
      const token = valueTokenAt(this.#text, this.#at);
      if (token === undefined || !allowed.has(token.type)) break;
      parts.push(token);
      this.#at += token.text.length;
    }
    while (isBlank(parts[0]) && (trimmed || parts.length === 1)) parts.shift();
    while (isBlank(parts.at(-1)) && trimmed) parts.pop();
    const [first] = parts;
    if (first === undefined) {
      const found = this.#text[this.#at];
      throw this.#error(found === undefined ? "unexpected end" : `unexpected \`${found}\``);
    }
    if (parts.length === 1) {
      return "type" in first
        ? { kind: "scalar", node: tokenScalar(first) }
        : { kind: "interpolation", interpolation: first };
    }
    const template = parts.map((part) => ("type" in part ? tokenText(part) : part));
    if (template.every((part) => typeof part === "string"))
      return { kind: "scalar", node: stringNode(template.join("")) };
    return { kind: "text", template };
  }

  #close(bracket: "}" | "]"): boolean {
    return this.#match(bracket === "}" ? /[ \t]*\}/y : /[ \t]*\]/y) !== "";
  }

  #blanks(): void {
    this.#match(/[ \t]*/y);
  }

  /** Consumes what a sticky pattern finds; a trailing quote that would end the text is left alone. */
  #match(pattern: RegExp, quote?: string): string {
    pattern.lastIndex = this.#at;
    let found = pattern.exec(this.#text)?.[0] ?? "";
    if (quote !== undefined && found.endsWith(quote)) found = found.slice(0, -1);
    this.#at += found.length;
    return found;
  }

  #error(message: string, at = this.#at): Error {
    return configError("INTERPOLATION_SYNTAX", `${message} in ${this.#name}, column ${at + 1}`);
  }
}

const isBlank = (part: ValueToken | Interpolation | undefined): boolean =>
  part !== undefined && "type" in part && part.type === "space";

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text);
