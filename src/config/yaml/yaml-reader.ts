// YAML text to nodes: OmegaConf's reading of YAML 1.1, every value with its line and column.
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from "yaml";
import { configError } from "../config-error.ts";
import {
  type ConfigNode,
  type Key,
  keyOf,
  listNode,
  type MapNode,
  mapNode,
  nullNode,
  type Origin,
  type ScalarNode,
  scalar,
  stringNode,
} from "../node.ts";
import { type ParsedYaml, parseYaml } from "./parse-yaml.ts";
import { plainScalar, yamlFloat, yamlInt } from "./yaml-scalars.ts";

/** Texts above this many characters are refused. */
const LARGEST_TEXT = 2 ** 20;
/** Aliases may multiply a document to at most this many values. */
const MOST_VALUES = 50_000;
const DEEPEST = 200;

/**
 * Reads one YAML document; an empty one is an empty mapping.
 *
 * @param source what to call the text in errors and origins (a file name).
 * @throws YAML_SYNTAX with file, line and column; CONFIG_TOO_LARGE for alias bombs and deep nesting.
 */
export function readYaml(text: string, source: string): ConfigNode {
  if (text.length > LARGEST_TEXT) {
    throw configError("CONFIG_TOO_LARGE", `the YAML text is longer than ${LARGEST_TEXT} characters`, {
      where: source,
    });
  }
  const deepest = nestingDepth(text);
  if (deepest > DEEPEST) {
    throw configError("CONFIG_TOO_LARGE", `the YAML text is nested deeper than ${DEEPEST} levels`, {
      where: source,
    });
  }
  let parsed: ParsedYaml;
  try {
    parsed = parseYaml(text);
  } catch (cause) {
    throw configError("YAML_SYNTAX", cause instanceof Error ? cause.message : String(cause), {
      where: source,
      cause,
    });
  }
  const [error] = parsed.document.errors;
  if (error !== undefined) {
    const { line, col } = parsed.placeOf(error.pos[0]);
    throw configError("YAML_SYNTAX", error.message, { where: `${source}:${line}:${col}` });
  }
  return new Reader(source, parsed).read();
}

class Reader {
  readonly #source: string;
  readonly #parsed: ParsedYaml;
  readonly #open = new Set<unknown>();
  #values = 0;

  constructor(source: string, parsed: ParsedYaml) {
    this.#source = source;
    this.#parsed = parsed;
  }

  read(): ConfigNode {
    const contents = this.#parsed.document.contents;
    if (contents === null) return mapNode([], [{ source: this.#source, line: 1, column: 1, text: "" }]);
    const node = this.#convert(contents, 0);
    if (node.kind !== "scalar") return node;
    if (node.type === "null") return mapNode([], node.origins);
    throw this.#error(
      contents,
      "a configuration file holds a mapping (`key: value`) or a list, not a single value",
    );
  }

  #convert(node: ParsedNode | null, depth: number): ConfigNode {
    if (node === null) return nullNode();
    if (++this.#values > MOST_VALUES || depth > DEEPEST) {
      throw configError("CONFIG_TOO_LARGE", `more than ${MOST_VALUES} values or ${DEEPEST} levels`, {
        where: this.#place(node),
      });
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#parsed.document) as ParsedNode | undefined;
      if (target === undefined) throw this.#error(node, `unknown alias "*${node.source}"`);
      if (this.#open.has(target))
        throw this.#error(node, `alias "*${node.source}" stands inside its own anchor`);
      return this.#convert(target, depth);
    }
    if (isScalar(node)) return this.#scalar(node);
    this.#open.add(node);
    const converted = isMap(node) ? this.#map(node, depth) : this.#list(node, depth);
    this.#open.delete(node);
    return converted;
  }

  #list(node: ParsedNode, depth: number): ConfigNode {
    if (!isSeq(node)) throw this.#error(node, "unsupported YAML");
    this.#refuseTag(node, "tag:yaml.org,2002:seq");
    return listNode(
      node.items.map((item) => this.#convert(item as ParsedNode, depth + 1)),
      this.#origins(node, "[...]"),
    );
  }

  #map(node: ParsedNode, depth: number): MapNode {
    if (!isMap(node)) throw this.#error(node, "unsupported YAML");
    this.#refuseTag(node, "tag:yaml.org,2002:map");
    const merged: [Key, ConfigNode][] = [];
    const own = new Map<Key, ConfigNode>();
    for (const pair of node.items) {
      const keyNode = pair.key as ParsedNode | null;
      const value = pair.value as ParsedNode | null;
      if (
        isScalar(keyNode) &&
        keyNode.type === "PLAIN" &&
        keyNode.source === "<<" &&
        keyNode.tag === undefined
      ) {
        merged.push(...this.#mergeSources(value, depth));
        continue;
      }
      const key = this.#key(keyNode, node);
      if (own.has(key)) throw this.#error(keyNode ?? node, `the key "${key}" stands here a second time`);
      own.set(
        key,
        value === null ? nullNode(this.#origins(keyNode ?? node, "")) : this.#convert(value, depth + 1),
      );
    }
    return mapNode([...merged, ...own], this.#origins(node, "{...}"));
  }

  #mergeSources(value: ParsedNode | null, depth: number): [Key, ConfigNode][] {
    const node = value === null ? nullNode() : this.#convert(value, depth + 1);
    // A first one wins over a second one, and its keys come behind.
    const maps = node.kind === "list" ? [...node.items].reverse() : [node];
    return maps.flatMap((map) => {
      if (map.kind !== "map") throw this.#error(value, "`<<` merges a mapping or a list of mappings");
      return [...map.entries];
    });
  }

  #key(node: ParsedNode | null, parent: ParsedNode): Key {
    const key = node === null ? nullNode() : this.#convert(node, 1);
    if (key.kind === "scalar" && key.type !== "null") {
      return keyOf(key);
    }
    throw this.#error(node ?? parent, "a key must be a string, a number or a boolean");
  }

  #scalar(node: Scalar.Parsed): ScalarNode {
    const text = typeof node.value === "string" ? node.value : String(node.value ?? "");
    const origins = this.#origins(node, text);
    switch (node.tag) {
      case undefined:
        return node.type === "PLAIN" ? plainScalar(text, origins) : stringNode(text, origins);
      case "tag:yaml.org,2002:str":
      case "!":
        return stringNode(text, origins);
      case "tag:yaml.org,2002:null":
        return nullNode(origins);
      case "tag:yaml.org,2002:bool": {
        const value = plainScalar(text, origins);
        if (value.type === "bool") return value;
        break;
      }
      case "tag:yaml.org,2002:int": {
        const value = yamlInt(text, origins);
        if (value !== undefined) return value;
        break;
      }
      case "tag:yaml.org,2002:float": {
        const value = yamlFloat(text);
        if (!Number.isNaN(value) || /^[-+]?\.nan$/i.test(text)) return scalar("float", value, origins);
        break;
      }
      default:
        throw this.#error(node, `the YAML tag "${node.tag}" is not supported`);
    }
    throw this.#error(node, `"${text}" does not fit its YAML tag "${node.tag}"`);
  }

  #refuseTag(node: ParsedNode, allowed: string): void {
    if (node.tag !== undefined && node.tag !== allowed) {
      throw this.#error(node, `the YAML tag "${node.tag}" is not supported`);
    }
  }

  #origins(node: ParsedNode, text: string): readonly Origin[] {
    const { line, col } = this.#parsed.placeOf(node.range[0]);
    return [{ source: this.#source, line, column: col, text }];
  }

  #place(node: ParsedNode | null): string {
    const { line, col } = this.#parsed.placeOf(node?.range[0] ?? 0);
    return `${this.#source}:${line}:${col}`;
  }

  #error(node: ParsedNode | null, message: string): Error {
    return configError("YAML_SYNTAX", message, { where: this.#place(node) });
  }
}

/** An upper bound of the nesting of a text, so that the parser's own recursion stays bounded. */
function nestingDepth(text: string): number {
  let flow = 0;
  let deepestFlow = 0;
  let deepestBlock = 0;
  for (const line of text.split("\n")) {
    const lead = /^(?:[ ]*(?:[-?:][ \t]+)*)/.exec(line)?.[0].length ?? 0;
    if (lead > deepestBlock) deepestBlock = lead;
    for (let i = 0; i < line.length; i++) {
      const char = line.charCodeAt(i);
      if (char === 0x5b || char === 0x7b) deepestFlow = Math.max(deepestFlow, ++flow);
      else if ((char === 0x5d || char === 0x7d) && flow > 0) flow--;
    }
  }
  return deepestFlow + Math.min(deepestBlock, text.length) / 2;
}
