// The override grammar and what overrides do to a composed configuration.
import { describe, expect, it } from "vitest";
import { type Composition, compose, resolveConfig } from "../../src/config/composition/compose.ts";
import { ConfigStore } from "../../src/config/composition/config-store.ts";
import { toPlain } from "../../src/config/node.ts";
import { isSweep, valueNode, valueText } from "../../src/config/overrides/override.ts";
import { parseOverride } from "../../src/config/overrides/override-parser.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";

const plainValue = (text: string): unknown => {
  const { value } = parseOverride(text);
  if (value === undefined || isSweep(value)) throw new Error("no plain value");
  return toPlain(valueNode(value));
};

const typeOf = (text: string): string => {
  const { value } = parseOverride(text);
  return value?.kind === "scalar" ? value.node.type : (value?.kind ?? "none");
};

function failure(run: () => unknown): ClassifierTrainingError {
  try {
    run();
  } catch (error) {
    if (error instanceof ClassifierTrainingError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("values", () => {
  it.each([
    ["a=", ""],
    ["a=null", null],
    ["a=NULL", null],
    ["a='null'", "null"],
    ["a=true", true],
    ["a=yes", "yes"],
    ["a=010", "010"],
    ["a=0x1F", "0x1F"],
    ["a=1:30", "1:30"],
    ["a=1_000", 1000],
    ["a=+5", 5],
    ["a=-0", 0],
    ["a=.5", 0.5],
    ["a=5.", 5],
    ["a=1e3", 1000],
    ["a=a b", "a b"],
    ["a= x ", "x"],
    ["a=a\\,b", "a,b"],
    ["a=\\n", "\\n"],
    ["a=x\\=y", "x=y"],
    ["a='it\\'s'", "it's"],
    ["a='c:\\\\'", "c:\\"],
    ['a="é"', "é"],
    ["a=[]", []],
    ["a=[1, 'x,y', [null]]", [1, "x,y", [null]]],
    ["a={}", {}],
    ["a={b: 1, c d: {e: 2}}", { b: 1, "c d": { e: 2 } }],
    ["a=str([1,true])", ["1", "true"]],
    ["a=json_str({x: [1, 'y']})", '{"x": [1, "y"]}'],
    ["a=int('12')", 12],
    ["a=sort([3,1,2])", [1, 2, 3]],
    ["a=sort([3,1,2], reverse=true)", [3, 2, 1]],
    ["a=${x.y}", "${x.y}"],
  ])("%s", (text, value) => {
    expect(plainValue(text)).toStrictEqual(value);
  });

  it.each([
    ["a=1", "int"],
    ["a=1.0", "float"],
    ["a=1e3", "float"],
    ["a=inf", "float"],
    ["a=1.0.0", "str"],
    ["a=float(2)", "float"],
  ])("%s is of type %s", (text, type) => {
    expect(typeOf(text)).toBe(type);
  });

  it.each(["x", "a b", "a,b", "[1]", "it's", 'say "hi"', "\\", "a\\'b", "{a:1}", "=", " lead", "tab\t"])(
    "%s is written so that it is read again",
    (text) => {
      for (const quote of ["'", '"'] as const) {
        const value = {
          kind: "scalar",
          node: { kind: "scalar", type: "str", value: text, origins: [] },
          quote,
        } as const;
        expect(plainValue(`a=${valueText(value)}`)).toBe(text);
      }
    },
  );
});

describe("syntax errors name the column", () => {
  it.each([
    ["ckpt=epoch=1.ckpt", 11],
    ["a=~", 3],
    ["a=é", 3],
    ["a=[1,2", 7],
    ["a='x", 3],
    ["a", 2],
    ["=1", 1],
    ["a=b)", 4],
    ["a={b}", 5],
    ["a b=1", 2],
  ])("%s at %i", (text, column) => {
    const error = failure(() => parseOverride(text));
    expect(error.code).toBe("OVERRIDE_SYNTAX");
    expect(error.where).toBe(`override "${text}", column ${column}`);
  });

  it.each([
    "a=int(x)",
    "a=range(1,2,0)",
    "a=choice()",
    "a=nope(1)",
    "a=bool(maybe)",
    "a=glob(1)",
    "a=tag(1)",
  ])("%s is a wrong call", (text) => {
    expect(failure(() => parseOverride(text)).code).toBe("OVERRIDE_FUNCTION");
  });
});

const store = new ConfigStore();
store.store({
  name: "config",
  node: {
    defaults: [{ model: "small" }, "_self_"],
    a: 1,
    d: { b: 2, n: null },
    lst: [1, 2],
    seed: 3,
    ref: "${d}",
  },
});
store.store({ group: "model", name: "small", node: { depth: 1 } });
store.store({ group: "model", name: "large", node: { depth: 9 } });
store.store({
  group: "exp",
  name: "e1",
  package: "_global_",
  node: { defaults: [{ "override /model": "large" }], seed: 7 },
});

const composed = (...overrides: string[]): Composition =>
  compose({ searchPath: [], configName: "config", store, overrides, environment: {} });
const result = (...overrides: string[]): Record<string, unknown> =>
  toPlain(composed(...overrides).config) as Record<string, unknown>;

describe("what overrides do", () => {
  it("lists are replaced, mappings merged", () => {
    expect(result("lst=[9]").lst).toStrictEqual([9]);
    expect(result("d={b:9}").d).toStrictEqual({ b: 9, n: null });
    expect(result("+d={z:9}").d).toStrictEqual({ b: 2, n: null, z: 9 });
    expect(result("+lst=[4]").lst).toStrictEqual([4]);
    expect(result("lst.0=5").lst).toStrictEqual([5, 2]);
  });

  it("the last of several wins, and a value goes over an experiment wherever it stands", () => {
    expect(result("a=2", "a=3").a).toBe(3);
    expect(result("seed=99", "+exp=e1").seed).toBe(99);
    expect(result("+exp=e1")).toMatchObject({ seed: 7, model: { depth: 9 } });
  });

  it("a group takes options, and merges a mapping", () => {
    expect(result("model=large").model).toStrictEqual({ depth: 9 });
    expect(result("model={depth:7}").model).toStrictEqual({ depth: 7 });
    expect(result("+model@alt=large")).toMatchObject({ model: { depth: 1 }, alt: { depth: 9 } });
    expect(result("~model").model).toBeUndefined();
    expect(result("~model=small").model).toBeUndefined();
  });

  it.each([
    ["b=1", "CONFIG_KEY_UNKNOWN"],
    ["d.z=1", "CONFIG_KEY_UNKNOWN"],
    ["+a=2", "CONFIG_KEY_EXISTS"],
    ["lst.5=1", "CONFIG_KEY_UNKNOWN"],
    ["+lst.3=7", "CONFIG_KEY_UNKNOWN"],
    ["~b", "CONFIG_KEY_UNKNOWN"],
    ["~d.n", "CONFIG_KEY_UNKNOWN"],
    ["~a=2", "CONFIG_VALUE"],
    ["~model=large", "CONFIG_DEFAULTS"],
    ["model=null", "CONFIG_GROUP_VALUE"],
    ["++model=large", "CONFIG_GROUP_VALUE"],
    ["+model=large", "CONFIG_DEFAULTS"],
    ["model=huge", "CONFIG_NOT_FOUND"],
    ["model@alt=large", "CONFIG_DEFAULTS"],
    ["exp=e1", "CONFIG_DEFAULTS"],
    ["a=1,2", "CONFIG_SWEEP"],
    ["a=choice(1)", "CONFIG_SWEEP"],
    ["a=range(3)", "CONFIG_SWEEP"],
    ["a=${", "OVERRIDE_SYNTAX"],
    ["a='${'", "INTERPOLATION_SYNTAX"],
    ["d=[1]", "CONFIG_MERGE"],
  ])("%s is refused with %s", (override, code) => {
    expect(failure(() => composed(override)).code).toBe(code);
  });

  it("keys of the object prototype are ordinary keys", () => {
    const { config } = composed("+__proto__.x=1", "+constructor=2");
    expect(Object.keys(toPlain(config) as object)).toContain("__proto__");
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("a mapping merged over an interpolation goes over a copy of what it stands for", () => {
    expect(toPlain(resolveConfig(composed("++ref.x=1")))).toMatchObject({ ref: { x: 1 } });
  });
});
