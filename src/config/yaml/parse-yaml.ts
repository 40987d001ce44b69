// YAML text to a document as PyYAML reads it: what stands in brackets or quotes may go on at the indentation of its key.
import { type Document, LineCounter, parseDocument, type YAMLParseError } from "yaml";

/** A document, and the place of its values in the text. */
export interface ParsedYaml {
  readonly document: Document.Parsed;
  /** Line and column of an offset, both from 1. */
  readonly placeOf: (offset: number) => { readonly line: number; readonly col: number };
}

/** Characters that are parsed for one text at most, lines that were indented again included. */
const MOST_PARSED = 2 ** 24;

/** Parses a text; errors are left in the document. */
export function parseYaml(text: string): ParsedYaml {
  const first = parse(text, new Map());
  let last = first;
  // Blanks in front of the lines that the parser takes for the end of a collection or quote, which mean nothing there.
  const added = new Map<number, number>();
  const blanks = " ".repeat(1 + deepestIndentation(text));
  let indented = text;
  for (let left = MOST_PARSED; left > 0; left -= indented.length) {
    const [error] = last.document.errors;
    if (error === undefined) return last;
    const start = continuationAt(indented, error);
    if (start === undefined) break;
    const { line } = last.placeOf(start);
    if (added.has(line)) break;
    added.set(line, blanks.length);
    indented = indented.slice(0, start) + blanks + indented.slice(start);
    last = parse(indented, added);
  }
  return first;
}

/** The deepest column at which a block may begin, that of `a` in `- a: 1` included. */
function deepestIndentation(text: string): number {
  let deepest = 0;
  for (const line of text.split("\n"))
    deepest = Math.max(deepest, /^ *(?:[-?:][ \t]+)*/.exec(line)?.[0].length ?? 0);
  return deepest;
}

function parse(text: string, added: ReadonlyMap<number, number>): ParsedYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
  });
  return {
    document,
    placeOf: (offset) => {
      const { line, col } = lineCounter.linePos(offset);
      return { line, col: Math.max(1, col - (added.get(line) ?? 0)) };
    },
  };
}

/** Where the line begins that continues a flow collection or a quoted text without being indented. */
function continuationAt(text: string, { code, message, pos }: YAMLParseError): number | undefined {
  const isFlow = code === "BAD_INDENT" && message.startsWith("Flow ");
  const isQuote = code === "MISSING_CHAR" && message.startsWith("Missing closing");
  if (!isFlow && !isQuote) return undefined;
  const after = text.slice(pos[0]).search(/\S/);
  if (after < 0) return undefined;
  const start = text.lastIndexOf("\n", pos[0] + after - 1) + 1;
  return start === 0 || /^(?:---|\.\.\.)/.test(text.slice(start, start + 3)) ? undefined : start;
}
