import { describe, expect, it } from "vitest";
import { ClassifierTrainingError } from "../../core/errors.ts";
import { toPlain } from "../node.ts";
import { readYaml } from "../yaml/yaml-reader.ts";
import { Interpolator } from "./interpolation.ts";
import { BUILT_IN_RESOLVERS } from "./resolvers.ts";

const CONFIG = `
a: 1
f: 1.0
n: null
t: true
m: ???
name: b
b: {c: 2, d: "\${.c}", e: {f: "\${..c}", k-1: 5}}
l: [10, "\${a}", {z: zz}]
ib: \${b}
`;

const warnings: string[] = [];

function resolve(text: string): unknown {
  const root = readYaml(`${CONFIG}v: ${JSON.stringify(text)}\n`, "x.yaml");
  const interpolator = new Interpolator(root, {
    resolvers: BUILT_IN_RESOLVERS,
    environment: { NAME: "hello", LIST: "[1, {a: 2}]", TEXT: "${a}" },
    now: new Date(2026, 0, 2, 3, 4, 5),
    warn: (message) => warnings.push(message),
  });
  return toPlain(interpolator.resolveDeep(interpolator.select("v", interpolator.root)!));
}

describe("what interpolations stand for", () => {
  it.each([
    ["${a}", 1],
    ["v${n}", "vNone"],
    ["v${t}", "vTrue"],
    ["v${f}", "v1.0"],
    ["${b.d}", 2],
    ["${b.e.f}", 2],
    ["${b[e][k-1]}", 5],
    ["${l[0]}", 10],
    ["${l.1}", 1],
    ["${ib.e}", { f: 2, "k-1": 5 }],
    ["${${name}.c}", 2],
    ["${.a}", 1],
    ["\\${a}", "${a}"],
    ["\\\\${a}", "\\1"],
    ["a\\b", "a\\b"],
    ["${b}!", "{'c': 2, 'd': '${.c}', 'e': {'f': '${..c}', 'k-1': 5}}!"],
    ["${oc.env:NAME}", "hello"],
    ["${oc.env:NONE,7}", "7"],
    ["${oc.env:NONE,null}", null],
    ["${oc.env:TEXT}", "${a}"],
    ["${oc.decode:${oc.env:LIST}}", [1, { a: 2 }]],
    ["${oc.select:nope,7}", 7],
    ["${oc.select:m,'x'}", "x"],
    ["${oc.dict.keys:b}", ["c", "d", "e"]],
    ["${oc.dict.values:b.e}", [2, 5]],
    ["${oc.create:{x:${a}}}", { x: 1 }],
    ["${oc.deprecated:a}", 1],
    ["${now:%Y-%m-%d_%H-%M-%S}", "2026-01-02_03-04-05"],
    ["${oc.select:nope,'a,b ${a} it\\'s'}", "a,b 1 it's"],
  ])("%s", (text, value) => {
    expect(resolve(text)).toStrictEqual(value);
  });
});

describe("errors", () => {
  it.each([
    ["${nope}", "INTERPOLATION_KEY"],
    ["${b.cc}", "INTERPOLATION_KEY"],
    ["${l[9]}", "INTERPOLATION_KEY"],
    ["${m}", "INTERPOLATION_MISSING_VALUE"],
    ["${v}", "INTERPOLATION_CYCLE"],
    ["${oc.env:NONE}", "INTERPOLATION_FAILED"],
    ["${oc.envv:NAME}", "RESOLVER_UNKNOWN"],
    ["${l[${a}]}", "INTERPOLATION_FAILED"],
    ["${hydra:run.dir}", "INTERPOLATION_FAILED"],
    ["${a", "INTERPOLATION_SYNTAX"],
    ["${}", "INTERPOLATION_SYNTAX"],
    ["${a b}", "INTERPOLATION_SYNTAX"],
    ["${oc.env:(}", "INTERPOLATION_SYNTAX"],
  ])("%s", (text, code) => {
    try {
      resolve(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ClassifierTrainingError);
      expect((error as ClassifierTrainingError).code).toBe(code);
      expect((error as ClassifierTrainingError).where).toMatch(/^x\.yaml:11:4 \(v\)$/);
    }
  });

  it("name the nearest key", () => {
    expect(() => resolve("${b.dd}")).toThrow(expect.objectContaining({ hint: 'did you mean "d"?' }));
  });

  it("a text that doubles itself is stopped", () => {
    const lines = Array.from({ length: 40 }, (_, i) => `a${i}: "\${a${i + 1}}\${a${i + 1}}"`);
    const root = readYaml(`${lines.join("\n")}\na40: xxxxxxxxxx\n`, "bomb.yaml");
    const options = { resolvers: BUILT_IN_RESOLVERS, environment: {}, now: new Date() };
    expect(() => new Interpolator(root, options).resolveTree()).toThrow(/grows longer/);
  });
});
