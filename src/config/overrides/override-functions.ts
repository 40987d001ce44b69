// The functions of the override grammar: sweeps (choice, range, ...) and casts (int, float, str, ...).
import { RandomStream } from "../../core/random.ts";
import { jsonText, pythonText, pythonType } from "../interpolations/python-text.ts";
import { type ConfigNode, intNode, nodesEqual, type ScalarNode, scalar, stringNode } from "../node.ts";
import {
  type ChoiceSweep,
  type GlobSweep,
  isSweep,
  type ListExtension,
  type OverrideValue,
  type RangeSweep,
  type Sweep,
  valueNode,
  valueText,
} from "./override.ts";

/** What a function is given: a value, or a sweep that another function has made. */
export type Argument = OverrideValue | Sweep;
/** Makes the error of a wrong call; it knows the text and the column. */
export type Fail = (message: string, hint?: string) => Error;
type Arguments = {
  readonly positional: readonly Argument[];
  readonly named: ReadonlyMap<string, Argument>;
  readonly fail: Fail;
};
type OverrideFunction = (args: Arguments) => Argument | ListExtension;

const FUNCTIONS: ReadonlyMap<string, OverrideFunction> = new Map<string, OverrideFunction>([
  ["int", (args) => cast(args, "int", toInt)],
  ["float", (args) => cast(args, "float", toFloat)],
  ["str", (args) => cast(args, "str", toStr)],
  ["bool", (args) => cast(args, "bool", toBool)],
  ["json_str", (args) => jsonCast(args)],
  ["choice", choice],
  ["range", range],
  ["interval", interval],
  ["glob", glob],
  ["shuffle", shuffle],
  ["sort", sort],
  ["tag", tag],
  ["extend_list", extendList],
]);

/** Names of all functions, for suggestions and completion. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()];

/** Applies a function; `fail` makes the error that names the place. */
export function callFunction(
  name: string,
  positional: readonly Argument[],
  named: ReadonlyMap<string, Argument>,
  fail: Fail,
): Argument | ListExtension {
  const call = FUNCTIONS.get(name);
  if (call === undefined) {
    throw fail(
      `unknown function "${name}"`,
      `choose one of ${FUNCTION_NAMES.join(", ")}, or quote the value`,
    );
  }
  return call({
    positional: positional.map(unquoted),
    named: new Map(Array.from(named, ([key, value]) => [key, unquoted(value)])),
    fail: (message, hint) => fail(`${name}(): ${message}`, hint),
  });
}

/** A quoted argument is a text like any other: `choice('1')` sweeps over what `1` means. */
const unquoted = (argument: Argument): Argument =>
  argument.kind === "scalar" ? { ...argument, quote: undefined } : argument;

/** Arguments by parameter name; unknown, doubled and surplus ones are errors. */
function bind({ positional, named, fail }: Arguments, parameters: readonly string[]): Map<string, Argument> {
  if (positional.length > parameters.length) throw fail(`takes at most ${parameters.length} arguments`);
  const bound = new Map(positional.map((value, i): [string, Argument] => [parameters[i]!, value]));
  for (const [name, value] of named) {
    if (!parameters.includes(name))
      throw fail(`has no argument "${name}"`, `its arguments are ${parameters.join(", ")}`);
    if (bound.has(name)) throw fail(`got "${name}" twice`);
    bound.set(name, value);
  }
  return bound;
}

/** The subject of a function that takes `f(x)`, `f(a,b,...)` or `f(name=x)`; several values are a simple choice. */
function subject({ positional, named, fail }: Arguments, ...names: string[]): Argument {
  for (const name of named.keys())
    if (!names.includes(name))
      throw fail(`has no argument "${name}"`, `its arguments are ${names.join(", ")}`);
  const [given] = [...named];
  if (given !== undefined) {
    if (positional.length > 0) throw fail("cannot take both positional and named arguments");
    return given[1];
  }
  const [first, ...rest] = positional;
  if (first === undefined) throw fail("needs an argument");
  return rest.length === 0 ? first : simpleChoice(positional.map((value) => plain(value, fail)));
}

function plain(value: Argument, fail: Fail): OverrideValue {
  if (isSweep(value)) throw fail("a sweep cannot be nested here");
  return value;
}

const simpleChoice = (values: readonly OverrideValue[]): ChoiceSweep => ({
  kind: "choice",
  values,
  simple: true,
  shuffle: false,
  tags: [],
});

type CastName = "int" | "float" | "str" | "bool";
type Cast = (node: ScalarNode, fail: Fail) => ScalarNode;

function cast(args: Arguments, name: CastName, convert: Cast): Argument {
  const apply = (value: OverrideValue): OverrideValue => {
    if (value.kind === "list") return { kind: "list", items: value.items.map(apply) };
    if (value.kind === "map")
      return { kind: "map", entries: value.entries.map(([key, child]) => [key, apply(child)]) };
    return { kind: "scalar", node: convert(value.node, args.fail), quote: undefined };
  };
  const number = (node: ScalarNode): ScalarNode => convert(node, args.fail);
  const value = subject(args, "value");
  if (value.kind === "choice") return { ...value, values: value.values.map(apply) };
  if (value.kind === "range") {
    if (name !== "int" && name !== "float") throw args.fail("a range can only be cast to int or float");
    return { ...value, start: number(value.start), stop: number(value.stop), step: number(value.step) };
  }
  if (value.kind === "interval") {
    if (name !== "int" && name !== "float") throw args.fail(`an interval cannot be cast to ${name}`);
    return { ...value, start: number(value.start), end: number(value.end) };
  }
  if (value.kind === "glob") throw args.fail("a glob cannot be cast");
  return apply(value);
}

function toInt(node: ScalarNode, fail: Fail): ScalarNode {
  if (node.type === "bool") return scalar("int", node.value === true ? 1 : 0);
  if (node.type === "int") return node;
  if (node.type === "float" && Number.isFinite(node.value)) return intNode(Math.trunc(Number(node.value)));
  if (node.type === "str") {
    const text = String(node.value).trim();
    if (/^[+-]?[0-9](?:_?[0-9])*$/.test(text)) {
      const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
      return intNode(BigInt(digits) * (text.startsWith("-") ? -1n : 1n));
    }
  }
  throw fail(`cannot make an integer of ${pythonText(node)}`);
}

function toFloat(node: ScalarNode, fail: Fail): ScalarNode {
  if (node.type === "float") return node;
  if (node.type === "bool") return scalar("float", node.value === true ? 1 : 0);
  if (node.type === "int") return scalar("float", Number(node.value));
  if (node.type === "str") {
    const text = String(node.value).trim().toLowerCase();
    if (/^[+-]?(?:inf|infinity)$/.test(text)) {
      return scalar("float", text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    }
    if (/^[+-]?nan$/.test(text)) return scalar("float", Number.NaN);
    if (
      /^[+-]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:e[+-]?[0-9]+)?$/.test(text)
    ) {
      return scalar("float", Number(text.replaceAll("_", "")));
    }
  }
  throw fail(`cannot make a float of ${pythonText(node)}`);
}

function toStr(node: ScalarNode, fail: Fail): ScalarNode {
  if (node.type === "null") throw fail("cannot make a string of null");
  return stringNode(node.type === "bool" ? String(node.value) : pythonText(node));
}

function toBool(node: ScalarNode, fail: Fail): ScalarNode {
  if (node.type === "null") throw fail("cannot make a boolean of null");
  if (node.type !== "str")
    return scalar("bool", node.type === "bool" ? node.value : Number(node.value) !== 0);
  const text = String(node.value).toLowerCase();
  if (text !== "true" && text !== "false") throw fail(`cannot make a boolean of "${String(node.value)}"`);
  return scalar("bool", text === "true");
}

function jsonCast(args: Arguments): Argument {
  const apply = (value: OverrideValue): OverrideValue => ({
    kind: "scalar",
    node: stringNode(jsonText(valueNode(value))),
    quote: undefined,
  });
  const value = subject(args, "value");
  if (value.kind === "choice") return { ...value, values: value.values.map(apply) };
  if (isSweep(value)) throw args.fail(`cannot make JSON of a ${value.kind}`);
  return apply(value);
}

function choice({ positional, named, fail }: Arguments): Argument {
  if (named.size > 0) throw fail("takes no named arguments");
  const [first] = positional;
  if (first === undefined) throw fail("needs at least one value");
  if (positional.length === 1 && first.kind === "choice") {
    if (!first.simple) throw fail("choices cannot be nested");
    return { ...first, simple: false };
  }
  return { ...simpleChoice(positional.map((value) => plain(value, fail))), simple: false };
}

function range(args: Arguments): Argument {
  const bound = bind(args, ["start", "stop", "step"]);
  const number = (name: string): ScalarNode | undefined => {
    const value = bound.get(name);
    if (value === undefined) return undefined;
    const node = value.kind === "scalar" ? value.node : undefined;
    if (node === undefined || (node.type !== "int" && node.type !== "float"))
      throw args.fail(`"${name}" must be a number`);
    return node;
  };
  const start = number("start");
  if (start === undefined) throw args.fail("needs a start or a stop");
  const stop = number("stop");
  const step = number("step") ?? scalar("int", 1);
  if (Number(step.value) === 0) throw args.fail("the step must not be 0");
  return {
    kind: "range",
    start: stop === undefined ? scalar("int", 0) : start,
    stop: stop ?? start,
    step,
    shuffle: false,
    tags: [],
  };
}

function interval(args: Arguments): Argument {
  const bound = bind(args, ["start", "end"]);
  const number = (name: string): ScalarNode => {
    const value = bound.get(name);
    const node = value?.kind === "scalar" ? value.node : undefined;
    if (node === undefined || (node.type !== "int" && node.type !== "float"))
      throw args.fail(`"${name}" must be a number`);
    return scalar("float", Number(node.value));
  };
  return { kind: "interval", start: number("start"), end: number("end"), tags: [] };
}

function glob(args: Arguments): Argument {
  const bound = bind(args, ["include", "exclude"]);
  const patterns = (name: string): string[] | undefined => {
    const value = bound.get(name);
    if (value === undefined) return undefined;
    const items = value.kind === "list" ? value.items : [plain(value, args.fail)];
    return items.map((item) => {
      if (item.kind !== "scalar" || item.node.type !== "str")
        throw args.fail(`"${name}" must be a string or a list of strings`);
      return String(item.node.value);
    });
  };
  const include = patterns("include");
  if (include === undefined) throw args.fail("needs a pattern");
  return { kind: "glob", include, exclude: patterns("exclude") ?? [] } satisfies GlobSweep;
}

/** The subject of `shuffle` and `sort`. */
function sequence(args: Arguments): Argument {
  const value = subject(args, "sweep", "list");
  const [named] = args.named.keys();
  if (named === "list" && value.kind !== "list") throw args.fail('"list" must be a list');
  if (named === "sweep" && value.kind !== "choice" && value.kind !== "range")
    throw args.fail('"sweep" must be a choice() or range()');
  return value;
}

function shuffle(args: Arguments): Argument {
  const value = sequence(args);
  if (value.kind === "choice" || value.kind === "range") return { ...value, shuffle: true };
  if (isSweep(value)) throw args.fail(`cannot shuffle a ${value.kind}`);
  if (value.kind === "list") return { kind: "list", items: shuffled(value.items, valueText(value)) };
  return { kind: "list", items: [value] };
}

/** A permutation that belongs to the text of the sweep: a resumed sweep finds the same order. */
export function shuffled<T>(values: readonly T[], text: string): T[] {
  return [...new RandomStream(0, `sweep:${text}`).permutation(values.length)].map((i) => values[i]!);
}

function sort(args: Arguments): Argument {
  const named = new Map(args.named);
  const flag = named.get("reverse");
  named.delete("reverse");
  if (flag !== undefined && (flag.kind !== "scalar" || flag.node.type !== "bool"))
    throw args.fail('"reverse" must be true or false');
  const reverse = flag?.kind === "scalar" && flag.node.value === true;
  const value = sequence({ ...args, named });
  if (args.positional.some((each) => each.kind !== "scalar" || each.node.type === "null")) {
    if (args.positional.length > 1) throw args.fail("sorts texts, numbers and booleans");
    if (value.kind === "scalar") throw args.fail("cannot sort null");
  }
  if (value.kind === "choice") return { ...value, values: sorted(value.values, reverse, args.fail) };
  if (value.kind === "list") return { kind: "list", items: sorted(value.items, reverse, args.fail) };
  if (value.kind === "range") return sortedRange(value, reverse);
  if (isSweep(value)) throw args.fail(`cannot sort a ${value.kind}`);
  return value;
}

function sorted(values: readonly OverrideValue[], reverse: boolean, fail: Fail): OverrideValue[] {
  const nodes = values.map((value): [OverrideValue, ConfigNode] => [value, valueNode(value)]);
  nodes.sort(([, a], [, b]) => compare(a, b, fail) * (reverse ? -1 : 1));
  return nodes.map(([value]) => value);
}

function compare(a: ConfigNode, b: ConfigNode, fail: Fail): number {
  if (a.kind === "list" && b.kind === "list") {
    for (const [i, item] of a.items.entries()) {
      const other = b.items[i];
      if (other === undefined) return 1;
      if (!nodesEqual(item, other)) return compare(item, other, fail);
    }
    return a.items.length - b.items.length;
  }
  if (a.kind === "scalar" && b.kind === "scalar" && a.type !== "null" && b.type !== "null") {
    if (a.type === "str" && b.type === "str")
      return String(a.value) < String(b.value) ? -1 : a.value === b.value ? 0 : 1;
    if (a.type !== "str" && b.type !== "str") return Number(a.value) - Number(b.value);
  }
  throw fail(`cannot compare ${pythonType(a)} with ${pythonType(b)}`);
}

/** The same range from its other end where the wanted direction differs. */
function sortedRange(sweep: RangeSweep, reverse: boolean): RangeSweep {
  const start = Number(sweep.start.value);
  const stop = Number(sweep.stop.value);
  const step = Number(sweep.step.value);
  const count = Math.ceil((stop - start) / step);
  if (step > 0 !== reverse || count <= 1) return sweep;
  const integral = [sweep.start, sweep.stop, sweep.step].every(({ type }) => type === "int");
  const number = (value: number): ScalarNode => scalar(integral ? "int" : "float", value);
  return {
    ...sweep,
    start: number(start + (count - 1) * step),
    stop: number(start - step),
    step: number(-step),
  };
}

function extendList({ positional, named, fail }: Arguments): ListExtension {
  if (named.size > 0) throw fail("takes no named arguments");
  return { kind: "extension", items: positional.map((value) => plain(value, fail)) };
}

function tag({ positional, named, fail }: Arguments): Argument {
  for (const key of named.keys()) if (key !== "sweep") throw fail(`has no argument "${key}"`);
  if (positional.length === 0) throw fail("needs at least a sweep");
  const given = named.get("sweep");
  const all = given === undefined ? positional : [...positional, given];
  const sweep = all.at(-1);
  if (sweep === undefined || !isSweep(sweep) || sweep.kind === "glob") {
    throw fail("the last argument must be a choice(), range() or interval()");
  }
  const tags = all.slice(0, -1).map((value) => {
    if (value.kind !== "scalar" || value.node.type !== "str") throw fail("tags must be strings");
    return String(value.node.value);
  });
  return { ...sweep, tags };
}
