// The tree a configuration is composed in: typed values that know everything that set them.
import { configError } from "./config-error.ts";

/** One file position, override or store entry that set a value. */
export interface Origin {
  /** A file name, `override "a=1"`, or `store:group/name`. */
  readonly source: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
  /** The value as it was written there, shortened. */
  readonly text: string;
}

/** The types of a YAML value; text is `str`. */
export type ScalarType = "null" | "bool" | "int" | "float" | "str";
/** A bigint only where a number would lose digits. */
export type ScalarValue = null | boolean | number | bigint | string;

/** Mapping keys: strings, and the integers, floats and booleans that YAML allows. */
export type Key = string | number | boolean | WholeFloat;

const wholeFloats = new Map<number, WholeFloat>();

/** A key that was written as a float though it is whole, such as `1.0`; one object for a value. */
export class WholeFloat {
  readonly value: number;

  private constructor(value: number) {
    this.value = value;
  }

  static of(value: number): WholeFloat {
    const known = wholeFloats.get(value) ?? new WholeFloat(value);
    wholeFloats.set(value, known);
    return known;
  }

  toString(): string {
    return this.value.toFixed(1);
  }
}

/** One value. `type` tells 1 from 1.0, which `value` cannot. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly type: ScalarType;
  readonly value: ScalarValue;
  origins: readonly Origin[];
}

/** A mapping, in the order that its keys were first set in. */
export interface MapNode {
  readonly kind: "map";
  readonly entries: Map<Key, ConfigNode>;
  origins: readonly Origin[];
}

/** A list; merging replaces it whole. */
export interface ListNode {
  readonly kind: "list";
  readonly items: ConfigNode[];
  origins: readonly Origin[];
}

/** Any value of a configuration. */
export type ConfigNode = ScalarNode | MapNode | ListNode;
/** A value that holds others. */
export type ContainerNode = MapNode | ListNode;
/** From the root: keys of mappings, positions in lists. */
export type Path = readonly (Key | number)[];

/** Plain data of a configuration: what `toPlain` gives and `fromPlain` takes. */
export type Plain = ScalarValue | Plain[] | { [key: string]: Plain };

const NO_ORIGINS: readonly Origin[] = [];

/** A node of that type; `value` is taken as it is. */
export function scalar(
  type: ScalarType,
  value: ScalarValue,
  origins: readonly Origin[] = NO_ORIGINS,
): ScalarNode {
  return { kind: "scalar", type, value, origins };
}

/** A node of null. */
export const nullNode = (origins: readonly Origin[] = NO_ORIGINS): ScalarNode =>
  scalar("null", null, origins);
/** A node of text, whatever it looks like: `"1"` stays text. */
export const stringNode = (value: string, origins: readonly Origin[] = NO_ORIGINS): ScalarNode =>
  scalar("str", value, origins);
/** A node of a float, whole or not. */
export const floatNode = (value: number, origins: readonly Origin[] = NO_ORIGINS): ScalarNode =>
  scalar("float", value, origins);
/** A node over a new map of these entries. */
export const mapNode = (
  entries: Iterable<[Key, ConfigNode]> = [],
  origins: readonly Origin[] = NO_ORIGINS,
): MapNode => ({ kind: "map", entries: new Map(entries), origins });
/** A node over a new list of these items. */
export const listNode = (
  items: Iterable<ConfigNode> = [],
  origins: readonly Origin[] = NO_ORIGINS,
): ListNode => ({ kind: "list", items: [...items], origins });

/** The integer of a decimal, hexadecimal (0x), octal (0o) or binary (0b) literal; a bigint only where a number would lose digits. */
export function intNode(
  literal: string | number | bigint,
  origins: readonly Origin[] = NO_ORIGINS,
): ScalarNode {
  const big = BigInt(literal);
  const small = Number(big);
  return scalar("int", Number.isSafeInteger(small) ? small : big, origins);
}

/** Whether it is there and holds other values. */
export const isContainer = (node: ConfigNode | undefined): node is ContainerNode =>
  node !== undefined && node.kind !== "scalar";
/** Whether it is `???`, which must be given. */
export const isMissing = (node: ConfigNode): boolean => node.kind === "scalar" && node.value === "???";
/** Whether it is there and null. */
export const isNull = (node: ConfigNode): boolean => node.kind === "scalar" && node.type === "null";
/** Whether it is text with `${`; an escaped one counts as well. */
export const isInterpolation = (node: ConfigNode): node is ScalarNode & { readonly value: string } =>
  node.kind === "scalar" && typeof node.value === "string" && node.value.includes("${");

/** A copy that can be changed; origins are shared, since lists of them are never changed. */
export function cloneNode(node: ConfigNode): ConfigNode {
  if (node.kind === "scalar") return { ...node };
  if (node.kind === "list") return listNode(node.items.map(cloneNode), node.origins);
  return cloneMap(node);
}

/** As `cloneNode`, for a mapping. */
export function cloneMap(node: MapNode): MapNode {
  const entries = new Map<Key, ConfigNode>();
  for (const [key, child] of node.entries) entries.set(key, cloneNode(child));
  return { kind: "map", entries, origins: node.origins };
}

/**
 * A node of plain data. Numbers become integers where they are whole; a float that happens to be whole
 * is written as `floatNode(1)`. Nodes inside the data are taken as they are.
 */
export function fromPlain(value: unknown, origins: readonly Origin[] = NO_ORIGINS): ConfigNode {
  return convertPlain(value, origins, 0);
}

const DEEPEST = 200;

function convertPlain(value: unknown, origins: readonly Origin[], depth: number): ConfigNode {
  if (depth > DEEPEST)
    throw configError("CONFIG_TOO_LARGE", `configuration data is nested deeper than ${DEEPEST} levels`);
  if (value === null || value === undefined) return nullNode(origins);
  if (typeof value === "string") return stringNode(value, origins);
  if (typeof value === "boolean") return scalar("bool", value, origins);
  if (typeof value === "bigint") return intNode(value, origins);
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? scalar("int", value, origins)
      : floatNode(value, origins);
  }
  if (Array.isArray(value)) {
    return listNode(
      value.map((item) => convertPlain(item, origins, depth + 1)),
      origins,
    );
  }
  if (typeof value === "object") {
    if (isNode(value)) return value;
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return mapNode(
      entries
        .filter(([, child]) => child !== undefined)
        .map(([key, child]): [Key, ConfigNode] => [key as Key, convertPlain(child, origins, depth + 1)]),
      origins,
    );
  }
  throw configError("CONFIG_VALUE", `a ${typeof value} cannot stand in a configuration`);
}

function isNode(value: object): value is ConfigNode {
  if (!("kind" in value) || !("origins" in value) || !Array.isArray(value.origins)) return false;
  return value.kind === "scalar" || value.kind === "map" || value.kind === "list";
}

/** Plain JavaScript data of a node, interpolations as they stand. */
export function toPlain(node: ConfigNode): Plain {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toPlain);
  const plain: { [key: string]: Plain } = {};
  for (const [key, child] of node.entries) setOwn(plain, String(key), toPlain(child));
  return plain;
}

/** Sets an own property, also one named `__proto__`. */
export function setOwn<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** The key that a scalar stands for. */
export function keyOf({ type, value }: ScalarNode): Key {
  if (type === "float" && Number.isInteger(value)) return WholeFloat.of(Number(value));
  return typeof value === "bigint" ? Number(value) : (value as Key);
}

/** The scalar that a key stands for. */
export function keyNode(key: Key): ScalarNode {
  if (typeof key === "string") return stringNode(key);
  if (typeof key === "boolean") return scalar("bool", key);
  return typeof key === "number" && Number.isInteger(key)
    ? scalar("int", key)
    : floatNode(typeof key === "number" ? key : key.value);
}

/** The child of a container: by key in a mapping, by index in a list. */
export function childOf(node: ConfigNode, key: Key): ConfigNode | undefined {
  if (node.kind === "map") return node.entries.get(key);
  if (node.kind === "list" && isIndex(key)) return node.items[indexOf(key)];
  return undefined;
}

/** What Python's `int` reads as a position in a list: `1`, `01`, `+1`, `1_0`. */
export const isIndex = (key: Key): boolean => /^\+?[0-9](?:_?[0-9]){0,8}$/.test(String(key));

/** The position that an index names. */
export const indexOf = (key: Key): number => Number(String(key).replaceAll("_", ""));

/** The node at a path, without resolving interpolations on the way. */
export function nodeAt(root: ConfigNode, path: Path): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const key of path) node = node === undefined ? undefined : childOf(node, key);
  return node;
}

/** Replaces or adds the child of a container. */
export function setChild(node: ContainerNode, key: Key, child: ConfigNode): void {
  if (node.kind === "map") node.entries.set(key, child);
  else node.items[indexOf(key)] = child;
}

/** `a.b[0].c` of a path. */
export function formatPath(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += text === "" ? String(key) : `.${key}`;
  }
  return text;
}

/** Python's `==`: numbers and booleans by value, mappings without regard to order. */
export function nodesEqual(a: ConfigNode, b: ConfigNode): boolean {
  if (a.kind === "list" && b.kind === "list") {
    return a.items.length === b.items.length && a.items.every((item, i) => nodesEqual(item, b.items[i]!));
  }
  if (a.kind === "map" && b.kind === "map") {
    if (a.entries.size !== b.entries.size) return false;
    for (const [key, child] of a.entries) {
      const other = b.entries.get(key);
      if (other === undefined || !nodesEqual(child, other)) return false;
    }
    return true;
  }
  if (a.kind !== "scalar" || b.kind !== "scalar") return false;
  if (isNumeric(a) && isNumeric(b)) return Number(a.value) === Number(b.value);
  return a.type === b.type && a.value === b.value;
}

const isNumeric = (node: ScalarNode): boolean =>
  node.type === "int" || node.type === "float" || node.type === "bool";

/** `file:line:column` of the newest origin of a node. */
export function whereOf(node: ConfigNode): string | undefined {
  const origin = node.origins.at(-1);
  return origin === undefined ? undefined : formatOrigin(origin);
}

/** `file:line:column`, or the source alone where there is no line. */
export function formatOrigin({ source, line, column }: Origin): string {
  return line === undefined ? source : `${source}:${line}:${column ?? 1}`;
}
