// Resolves interpolations: references to other values and calls of resolvers.
import { ClassifierTrainingError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { configError } from "../config-error.ts";
import {
  type ConfigNode,
  childOf,
  fromPlain,
  isContainer,
  isInterpolation,
  isMissing,
  type Key,
  keyOf,
  listNode,
  type MapNode,
  mapNode,
  nullNode,
  type Origin,
  stringNode,
  whereOf,
} from "../node.ts";
import { type Element, type Interpolation, parseTemplate, type Template } from "./interpolation-parser.ts";
import { pythonText } from "./python-text.ts";

/** A value and the containers it stands in: what relative interpolations count from. */
export interface Place {
  readonly node: ConfigNode;
  readonly parent: Place | undefined;
  readonly key: Key | undefined;
}

/** What a resolver may ask for. */
export interface ResolverContext {
  /** The interpolated value itself. */
  readonly place: Place;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The time of the run: one for the whole composition, and for all jobs of a sweep. */
  readonly now: Date;
  /** The `hydra` node. */
  readonly hydra: MapNode | undefined;
  /** Reports something that does not stop the run. */
  readonly warn: (message: string) => void;
  readonly interpolator: Interpolator;
}

/** A function behind `${name:argument,...}`. Its result is a node or plain data. */
export type Resolver = (args: readonly ConfigNode[], context: ResolverContext) => unknown;

/** What interpolations can refer to besides the tree they stand in. */
export interface InterpolationOptions {
  readonly resolvers: ReadonlyMap<string, Resolver>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly hydra?: MapNode | undefined;
  readonly warn?: (message: string) => void;
}

const DEEPEST = 400;
const LONGEST_TEXT = 2 ** 20;
const MOST_VALUES = 200_000;

/** Resolves within one tree, which it leaves as it is; every node is resolved once. */
export class Interpolator {
  readonly #root: Place;
  readonly #options: InterpolationOptions;
  readonly #open = new Set<ConfigNode>();
  readonly #resolved = new Map<ConfigNode, Place>();
  #values = 0;

  constructor(root: ConfigNode, options: InterpolationOptions) {
    this.#root = { node: root, parent: undefined, key: undefined };
    this.#options = options;
  }

  get root(): Place {
    return this.#root;
  }

  /** The whole tree without interpolations; `???` stays. */
  resolveTree(): ConfigNode {
    return this.resolveDeep(this.#root);
  }

  /** The value of a place and everything in it without interpolations. */
  resolveDeep(place: Place): ConfigNode {
    if (++this.#values > MOST_VALUES) {
      throw configError(
        "CONFIG_TOO_LARGE",
        `interpolations multiply the configuration to more than ${MOST_VALUES} values`,
      );
    }
    return this.#deepen(this.resolve(place), place.node.origins);
  }

  /** A resolved place with everything in it resolved; a text that a resolver gave stays as it is. */
  #deepen(target: Place, origins: readonly Origin[]): ConfigNode {
    const { node } = target;
    if (node.kind === "scalar") return { ...node, origins };
    if (this.#open.has(node)) throw this.#cycle(target);
    this.#open.add(node);
    const children = childPlaces(target).map((child): [Key, ConfigNode] => [
      child.key!,
      this.resolveDeep(child),
    ]);
    this.#open.delete(node);
    return node.kind === "map"
      ? mapNode(children, origins)
      : listNode(
          children.map(([, child]) => child),
          origins,
        );
  }

  /** Follows a place's interpolation to the value it stands for; the result's own children stay as they are. */
  resolve(place: Place): Place {
    const { node } = place;
    if (!isInterpolation(node)) return place;
    const known = this.#resolved.get(node);
    if (known !== undefined) return known;
    if (this.#open.has(node)) throw this.#cycle(place);
    if (this.#open.size > DEEPEST)
      throw configError(
        "INTERPOLATION_FAILED",
        `interpolations follow each other more than ${DEEPEST} times`,
      );
    this.#open.add(node);
    try {
      const result = this.#template(parseTemplate(node.value), place);
      this.#resolved.set(node, result);
      return result;
    } catch (error) {
      throw located(error, place);
    } finally {
      this.#open.delete(node);
    }
  }

  /**
   * The place of a key such as `a.b[0]` or, counted from the container `from` stands in, `..a`;
   * undefined where there is none.
   */
  select(key: string, from: Place): Place | undefined {
    const dots = /^\.*/.exec(key)?.[0].length ?? 0;
    let place: Place | undefined = dots === 0 ? this.#root : from.parent;
    for (let i = 1; i < dots; i++) place = place?.parent;
    for (const part of splitKey(key.slice(dots))) {
      if (place === undefined) return undefined;
      const container = this.resolve(place);
      if (isMissing(container.node)) {
        throw configError("INTERPOLATION_MISSING_VALUE", `"${fullKey(container)}" has no value yet (???)`);
      }
      const child = childOf(container.node, part);
      place = child === undefined ? undefined : { node: child, parent: container, key: part };
    }
    return place;
  }

  /** The value of an argument; containers come resolved throughout. */
  evaluate(element: Element, place: Place): ConfigNode {
    switch (element.kind) {
      case "scalar":
        return element.node;
      case "text":
        return stringNode(this.#text(element.template, place));
      case "interpolation":
        return this.#argument(this.#interpolation(element.interpolation, place));
      case "list":
        return listNode(element.items.map((item) => this.evaluate(item, place)));
      case "map":
        return mapNode(
          element.entries.map(([key, child]): [Key, ConfigNode] => [keyOf(key), this.evaluate(child, place)]),
        );
    }
  }

  #argument(target: Place): ConfigNode {
    return this.#deepen(target, target.node.origins);
  }

  #template(template: Template, place: Place): Place {
    const [only] = template;
    if (template.length === 1 && only !== undefined && typeof only !== "string")
      return this.#interpolation(only, place);
    return detached(stringNode(this.#text(template, place)), place);
  }

  #text(template: Template, place: Place): string {
    let text = "";
    for (const part of template) {
      text += typeof part === "string" ? part : pythonText(this.#interpolation(part, place).node);
      if (text.length > LONGEST_TEXT)
        throw configError("CONFIG_TOO_LARGE", `a text grows longer than ${LONGEST_TEXT} characters`);
    }
    return text;
  }

  #interpolation(interpolation: Interpolation, place: Place): Place {
    return interpolation.kind === "reference"
      ? this.#reference(interpolation, place)
      : this.#call(interpolation, place);
  }

  #reference(interpolation: Interpolation & { kind: "reference" }, place: Place): Place {
    const key = interpolation.key
      .map((part) => (typeof part === "string" ? part : this.#keyText(part, place)))
      .join("");
    const target = this.select(key, place);
    if (target === undefined) {
      throw configError(
        "INTERPOLATION_KEY",
        `the interpolation "${interpolation.text}" names no key of the configuration`,
        {
          hint: this.#suggestKey(key, place),
        },
      );
    }
    if (isMissing(target.node)) {
      throw configError(
        "INTERPOLATION_MISSING_VALUE",
        `"${fullKey(target)}", which "${interpolation.text}" refers to, has no value yet (???)`,
        {
          hint: `give it one: ${fullKey(target)}=VALUE`,
        },
      );
    }
    return this.resolve(target);
  }

  #keyText(part: Interpolation, place: Place): string {
    const { node } = this.#interpolation(part, place);
    if (node.kind === "scalar" && node.type === "str") return String(node.value);
    throw configError(
      "INTERPOLATION_FAILED",
      `"${part.text}" stands for a key and must be a string, not ${pythonText(node)}`,
    );
  }

  #call(interpolation: Interpolation & { kind: "resolver" }, place: Place): Place {
    const name = interpolation.name
      .map((part) => (typeof part === "string" ? part : this.#keyText(part, place)))
      .join("");
    const resolver = this.#options.resolvers.get(name);
    if (resolver === undefined) {
      throw configError("RESOLVER_UNKNOWN", `unknown resolver "${name}" in "${interpolation.text}"`, {
        hint: didYouMean(name, [...this.#options.resolvers.keys()]),
      });
    }
    const args = interpolation.args.map((argument) => this.evaluate(argument, place));
    let result: unknown;
    try {
      result = resolver(args, {
        place,
        environment: this.#options.environment,
        now: this.#options.now,
        hydra: this.#options.hydra,
        warn: this.#options.warn ?? ((): void => undefined),
        interpolator: this,
      });
    } catch (cause) {
      if (cause instanceof ClassifierTrainingError) throw cause;
      throw configError(
        "INTERPOLATION_FAILED",
        `"${interpolation.text}": ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    if (isPlace(result)) return this.resolve(result);
    return detached(result === null ? nullNode() : fromPlain(result), place);
  }

  #suggestKey(key: string, place: Place): string | undefined {
    const lastDot = Math.max(key.lastIndexOf("."), key.lastIndexOf("["));
    const head = lastDot < 0 ? "" : key.slice(0, lastDot);
    const container =
      key.startsWith(".") && head.replaceAll(".", "") === ""
        ? place.parent
        : head === ""
          ? this.#root
          : this.select(head, place);
    if (container === undefined || container.node.kind !== "map") return undefined;
    return didYouMean(
      key.slice(lastDot + 1).replace(/\]$/, ""),
      [...container.node.entries.keys()].map(String),
    );
  }

  #cycle(place: Place): Error {
    return configError(
      "INTERPOLATION_CYCLE",
      `the interpolation of "${fullKey(place)}" leads back to itself`,
    );
  }
}

/** A value made by a resolver or a text: it stands where the interpolation stood. */
const detached = (node: ConfigNode, { parent, key }: Place): Place => ({ node, parent, key });

const isPlace = (value: unknown): value is Place =>
  typeof value === "object" && value !== null && "node" in value && "parent" in value && "key" in value;

/** The values in a container; none in a scalar. */
export function childPlaces(place: Place): Place[] {
  const { node } = place;
  if (node.kind === "map")
    return [...node.entries].map(([key, child]) => ({ node: child, parent: place, key }));
  if (node.kind === "list") return node.items.map((child, key) => ({ node: child, parent: place, key }));
  return [];
}

/** `a.b[0]` of a place. */
export function fullKey(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.parent) {
    const inList = at.parent?.node.kind === "list";
    keys.unshift(inList ? `[${at.key}]` : `${at.parent?.key === undefined ? "" : "."}${at.key}`);
  }
  return keys.join("");
}

/** The keys of `a.b[0].c`. */
export function splitKey(key: string): string[] {
  if (key === "") return [];
  const keys: string[] = [];
  for (const [, name, bracket] of key.matchAll(/(?:^(?!\[)|\.)([^.[]*)|\[([^\]]*)\]/g)) {
    if (bracket !== undefined) keys.push(bracket);
    else if (name !== undefined) keys.push(name);
  }
  return keys;
}

function located(error: unknown, place: Place): unknown {
  if (!(error instanceof ClassifierTrainingError) || error.where !== undefined) return error;
  const position = whereOf(place.node);
  const key = fullKey(place);
  return new ClassifierTrainingError(error.kind, error.code, error.message, {
    where: position === undefined ? key : `${position} (${key})`,
    hint: error.hint,
    cause: error.cause,
  });
}

/** Parses every interpolation of a tree. @throws INTERPOLATION_SYNTAX with the place of the value. */
export function checkInterpolations(place: Place): void {
  const { node } = place;
  if (isContainer(node)) {
    for (const child of childPlaces(place)) checkInterpolations(child);
  } else if (isInterpolation(node)) {
    try {
      parseTemplate(node.value);
    } catch (error) {
      throw located(error, place);
    }
  }
}
