// What Hydra 1.3.5, OmegaConf 2.3.1 and, for extend_list and the order of overrides, Hydra 1.4 gave for the same input.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  ComponentRegistry,
  ConfigStore,
  compose,
  expandSweep,
  instantiate,
  readYaml,
  resolveConfig,
  toPlain,
  writeYaml,
} from "../../src/config/index.ts";
import { isSweep, valueText } from "../../src/config/overrides/override.ts";
import { parseOverride } from "../../src/config/overrides/override-parser.ts";

const scratch = mkdtempSync(join(tmpdir(), "peer-values-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let folders = 0;

function folderOf(files: Readonly<Record<string, string>>): string {
  const root = join(scratch, String(folders++));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The composed configuration, or the code of the error. */
function composed(
  files: Readonly<Record<string, string>>,
  overrides: readonly string[] = [],
  configName = "config",
): unknown {
  try {
    const options = { store: new ConfigStore(), environment: {}, searchPath: [folderOf(files)], configName };
    return toPlain(compose({ ...options, overrides }).config);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("functions of overrides", () => {
  it.each([
    ["a=choice('1','2')", ["1", "2"]],
    ["a='1','2'", ["'1'", "'2'"]],
    ['a=choice("a b",c)', ["a\\ b", "c"]],
    ["a=choice(['1'],'2')", ["['1']", "2"]],
    ["a=choice({x:'1'},2)", ["{x:'1'}", "2"]],
    ["a=choice('x,y','a=b')", ["x\\,y", "a\\=b"]],
    ["a=sort('b','a')", ["a", "b"]],
    ["a=sort(3,1,reverse=true)", ["3", "1"]],
    ["a=shuffle(sweep=range(1,2))", ["1"]],
    ["a=tag(t,sweep=choice(1,2))", ["1", "2"]],
    ["a=shuffle('1')", ["[1]"]],
    ["a=str('1')", ["1"]],
    ["a={nan:1}", ["{nan:1}"]],
    ["a={1.0:x,2:y}", ["{1.0:x,2:y}"]],
    ["a={1e3:x,inf:y}", ["{1000.0:x,inf:y}"]],
    ["my-group/sub-group=x", ["x"]],
    ["+a/b-@p=x", ["x"]],
    ["a=extend_list(1,b)", ["extend_list(1,b)"]],
  ])("%s", (text, values) => {
    const jobs = expandSweep({ overrides: [text] }).flat();
    expect(jobs.map(([job]) => job!.slice(job!.indexOf("=") + 1))).toEqual(values);
    const { value } = parseOverride(text);
    if (!isSweep(value) && !text.includes("extend_list")) expect(valueText(value)).toBe(values[0]);
  });

  it.each([
    "a=sort(3,1,foo=1)",
    "a=sort(sweep=['b','a'])",
    "a=sort(list=choice(1,2))",
    "a=sort([1],[2])",
    "a=sort(null)",
    "a=shuffle([1],foo=1)",
    "a=shuffle(sweep=choice(1),foo=2)",
    "a=shuffle(list=1)",
    "a=int(1,foo=2)",
    "a=tag(sweep=choice(1,2))",
    "a=tag(choice(1,2),foo=1)",
    "a=choice(1,foo=2)",
    "a=glob(a,foo=1)",
    "a=range(1,2,step='3')",
    "a=interval(1,2,3)",
    "+a=extend_list(1)",
    "~a=extend_list(1)",
    "a=extend_list(b=1)",
    "a=[extend_list(1)]",
    "a=sort(extend_list(1))",
    "a=extend_list(choice(1,2))",
    "a/-b=x",
  ])("%s is refused", (text) => {
    expect(() => parseOverride(text)).toThrow(/^/);
  });
});

describe("extend_list", () => {
  const file = 'l: [1, 2]\ns: x\nn: null\ni: ${l}\nm: "???"\ng:\n  z: [1]\n';
  it.each([
    [["l=extend_list(3,4)"], { l: [1, 2, 3, 4] }],
    [["l=extend_list([3])"], { l: [1, 2, [3]] }],
    [["l=extend_list()"], { l: [1, 2] }],
    [["l=extend_list('a',b,{a:1},int('2'))"], { l: [1, 2, "a", "b", { a: 1 }, 2] }],
    [["l=extend_list(${s})"], { l: [1, 2, "${s}"] }],
    [["l=extend_list(1)", "l=extend_list(2)"], { l: [1, 2, 1, 2] }],
    [["i=extend_list(9)"], { l: [1, 2, 9] }],
    [["g.z=extend_list(2)"], { g: { z: [1, 2] } }],
  ])("%s", (overrides, expected) => {
    expect(composed({ "config.yaml": file }, overrides)).toMatchObject(expected);
  });

  it.each([
    ["m=extend_list(1)", "CONFIG_MISSING_VALUE"],
    ["s=extend_list(1)", "CONFIG_VALUE"],
    ["n=extend_list(1)", "CONFIG_VALUE"],
    ["g=extend_list(1)", "CONFIG_VALUE"],
    ["q=extend_list(1)", "CONFIG_KEY_UNKNOWN"],
    ["l=extend_list(1),extend_list(2)", "OVERRIDE_SYNTAX"],
  ])("%s is refused", (override, code) => {
    expect(composed({ "config.yaml": file }, [override])).toBe(code);
  });
});

describe("defaults lists", () => {
  const files = {
    "db/a.yaml": "n: a\n",
    "db/b.yaml": "n: b\n",
    "db/c.yaml": "n: c\n",
    "e/x.yaml": "# @package _global_\ndefaults:\n- override /db: b\n",
    "e/y.yaml": "# @package _global_\ndefaults:\n- override /db: c\n",
    "s/a.yaml": "k: sa\n",
    "n/z.yaml": "defaults:\n- /s: ${db}\n",
    "srv/s.yaml": "port: 1\n",
    "srv/t.yaml": "# @package _global_\nport: 2\n",
    "top/config.yaml": "x: 1\n",
    "base.yaml": "a: 1\n",
  };
  it.each([
    [
      "the last override of a list wins",
      "- db: a\n- override db: b\n- override db: c\n",
      [],
      { db: { n: "c" } },
    ],
    ["the last of two configs that override", "- db: a\n- e: [x, y]\n", [], { db: { n: "c" } }],
    ["the same, the other way around", "- db: a\n- e: [y, x]\n", [], { db: { n: "b" } }],
    ["the list itself after its configs", "- db: a\n- e: x\n- override db: c\n", [], { db: { n: "c" } }],
    ["an override reaches no later group", "- e: x\n- db: a\n", [], "CONFIG_DEFAULTS"],
    ["nor one that is added", "- e: x\n- _self_\n", ["+db=a"], "CONFIG_DEFAULTS"],
    ["a choice that comes later", "- s: ${db}\n- db: a\n", [], { s: { k: "sa" }, db: { n: "a" } }],
    ["a choice of an outer list", "- db: a\n- n: z\n", [], { db: { n: "a" }, n: { s: { k: "sa" } } }],
    ["a choice that is none", "- s: ${nope}\n- db: a\n", [], "INTERPOLATION_KEY"],
    ["an optional config", "- optional base\n", [], "CONFIG_DEFAULTS"],
    ["an optional group", "- optional db: nope\n- _self_\n", [], {}],
  ])("%s", (_, list, overrides, expected) => {
    expect(composed({ ...files, "config.yaml": `defaults:\n${list}` }, overrides)).toEqual(expected);
  });

  it.each([
    [["+srv=s"], { foo: { x: 1 }, srv: { port: 1 } }],
    [["+srv@bar=s"], { foo: { x: 1 }, bar: { port: 1 } }],
    [["+srv=[s,t]"], { foo: { x: 1 }, srv: { port: 1 }, port: 2 }],
    [["+srv@foo.srv=s"], { foo: { x: 1, srv: { port: 1 } } }],
  ])("%s counts from the root, whatever the package of the primary configuration", (overrides, expected) => {
    expect(composed({ ...files, "config.yaml": "# @package foo\nx: 1\n" }, overrides)).toEqual(expected);
  });

  it("and whatever its folder", () => {
    expect(composed(files, ["+srv=s"], "top/config")).toEqual({ top: { x: 1 }, srv: { port: 1 } });
  });
});

describe("interpolations", () => {
  const list = "l: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n";
  const environment = {
    P: " 12 ",
    S: " a b ",
    L: " [1, 2] ",
    Q: " 'a' ",
    B: "[ 1 ,2 ] ",
    E: "  ",
    N: "",
    G: "[ 1 ,2 ]",
  };
  const resolved = (value: string): unknown => {
    const text = `${list}b: {x: "???", y: 1}\nd: {x: {z: "???"}, y: 1}\nv: ${JSON.stringify(value)}\n`;
    const options = { store: new ConfigStore(), environment, configName: "config" };
    const composition = compose({ ...options, searchPath: [folderOf({ "config.yaml": text })] });
    try {
      return (toPlain(resolveConfig(composition)) as { v: unknown }).v;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  it.each([
    ["${oc.decode:${oc.env:P}}", " 12 "],
    ["${oc.decode:${oc.env:S}}", " a b "],
    ["${oc.decode:${oc.env:G}}", [1, 2]],
    ["${oc.decode:${oc.env:L}}", "INTERPOLATION_SYNTAX"],
    ["${oc.decode:${oc.env:Q}}", "INTERPOLATION_SYNTAX"],
    ["${oc.decode:${oc.env:B}}", "INTERPOLATION_SYNTAX"],
    ["${oc.decode:${oc.env:E}}", "INTERPOLATION_SYNTAX"],
    ["${oc.decode:${oc.env:N}}", "INTERPOLATION_SYNTAX"],
    ["${oc.env:P,1,2}", "INTERPOLATION_FAILED"],
    ["${oc.env:}", "INTERPOLATION_FAILED"],
    ["${oc.decode:1,2}", "INTERPOLATION_FAILED"],
    ["${oc.decode:}", "INTERPOLATION_FAILED"],
    ["${oc.create:}", "INTERPOLATION_FAILED"],
    ["${oc.select:l,1,2}", "INTERPOLATION_FAILED"],
    ["${oc.dict.keys:b,1}", "INTERPOLATION_FAILED"],
    ["${l.1_0}", 10],
    ["${l[+1]}", 1],
    ["${l.01}", 1],
    ["${l.1__0}", "INTERPOLATION_KEY"],
    ["${l.-1}", "INTERPOLATION_KEY"],
    ["${oc.dict.values:b}", "INTERPOLATION_MISSING_VALUE"],
    ["${oc.dict.values:d}", [{ z: "???" }, 1]],
    ["${oc.create:{nan:1}}!", "{nan: 1}!"],
  ])("%s", (text, value) => {
    expect(resolved(text)).toEqual(value);
  });
});

describe("YAML", () => {
  it.each([
    ["1.0: x\n2e3: w\n1: z\n", "1.0: x\n2000.0: w\n1: z\n"],
    ["a: [1,\n2\n]\nb: {x: 1,\nz: 2\n}\n", "a:\n- 1\n- 2\nb:\n  x: 1\n  z: 2\n"],
    ["a:\n  b: [1,\n  2]\n", "a:\n  b:\n  - 1\n  - 2\n"],
    ["a:\n  b: [1,\n 2]\n  c: 3\n", "a:\n  b:\n  - 1\n  - 2\n  c: 3\n"],
    ["- a: [1,\n2]\n", "- a:\n  - 1\n  - 2\n"],
    ["a: [\n# c\n1,\n\n2\n]\nb: |\n  [1,\n  2\nc: 1\n", "a:\n- 1\n- 2\nb: '[1,\n\n  2\n\n  '\nc: 1\n"],
    ['a: "x\nz"\nb: [c,\n"d\n\ne"]\n', "a: x z\nb:\n- c\n- 'd\n\n  e'\n"],
  ])("%j", (text, written) => {
    expect(writeYaml(readYaml(text, "x.yaml"))).toBe(written);
  });

  it("says where values stand that go on at the indentation of their key", () => {
    expect(() => readYaml("a: [1,\n!b 2]\n", "x.yaml")).toThrow(
      expect.objectContaining({ where: "x.yaml:2:4" }),
    );
  });

  it.each(["a: [1,\nb: 2\n", "a: [1,\n---\n2]\n", 'a: "x\ny\n'])("%j is refused", (text) => {
    expect(() => readYaml(text, "x.yaml")).toThrow(expect.objectContaining({ code: "YAML_SYNTAX" }));
  });

  it.each([
    ["<<: [*A, *B]\n  w: 5\n", ["y", "z", "x", "w"], { x: 1, y: 2, z: 4, w: 5 }],
    ["z: 1\n  <<: [*B, *A]\n  x: 0\n", ["x", "y", "z"], { x: 0, y: 3, z: 1 }],
    ["<<: *A\n  q: 1\n  <<: *B\n  x: 9\n", ["x", "y", "z", "q"], { x: 9, y: 3, z: 4, q: 1 }],
  ])("merges %j", (text, keys, value) => {
    const { c } = toPlain(readYaml(`a: &A {x: 1, y: 2}\nb: &B {y: 3, z: 4}\nc:\n  ${text}`, "x.yaml")) as {
      c: Record<string, unknown>;
    };
    expect(Object.keys(c)).toEqual(keys);
    expect(c).toEqual(value);
  });
});

describe("instantiate", () => {
  it.each([{ _convert_: "all" }, { _recursive_: false }, { _partial_: false, _convert_: "all" }])(
    "%j is no data of a mapping that builds nothing",
    async (overrides) => {
      const root = readYaml("a: 1\n_convert_: all\n", "x.yaml");
      const registry = new ComponentRegistry();
      await expect(instantiate(root, { registry, overrides })).resolves.toEqual({ a: 1 });
    },
  );
});

describe("search path", () => {
  const options = { store: new ConfigStore(), environment: {}, configName: "config" };
  it("a folder that is not there, or is a file, is an error", () => {
    const root = folderOf({ "own/config.yaml": "a: 1\n", "more/b.yaml": "b: 1\n" });
    const own = join(root, "own");
    expect(() => compose({ ...options, searchPath: [join(root, "onw"), own] })).toThrow(
      expect.objectContaining({ code: "CONFIG_NOT_FOUND", hint: `did you mean "${own}"?` }),
    );
    expect(() => compose({ ...options, searchPath: [join(own, "config.yaml"), own] })).toThrow(/is a file/);
    const overrides = (folder: string): string[] => [`hydra.searchpath=['${join(root, folder)}']`, "+b=b"];
    expect(() => compose({ ...options, searchPath: [own], overrides: overrides("mroe") })).toThrow(
      /no such folder/,
    );
    expect(() =>
      compose({ ...options, searchPath: [own], overrides: [overrides("more")[0]!] }),
    ).not.toThrow();
  });

  it("extend_list adds a folder to those of the primary configuration", () => {
    const root = folderOf({ "m/b/b.yaml": "n: b\n", "k/d/d.yaml": "n: d\n" });
    const primary = `hydra:\n  searchpath: ['${join(root, "m")}']\n`;
    const own = folderOf({ "config.yaml": primary });
    const overrides = [`hydra.searchpath=extend_list('${join(root, "k")}')`, "+b=b", "+d=d"];
    const { config } = compose({ ...options, searchPath: [own], overrides });
    expect(toPlain(config)).toEqual({ b: { n: "b" }, d: { n: "d" } });
  });
});
